"""What a declaration of an entity can say. Pure: no Django, so that parsing may read it.

`entities.py` is the table made of these values; `plans.py` joins a declaration with its model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final


class Height(StrEnum):
    """Where a field may have values of its own."""

    GLOBAL = "global"  # the base row alone
    WEBSITE = "website"  # as PRICE_SCOPE says: like STORE, for all stores of a website, or GLOBAL
    STORE = "store"  # each store may override it


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """One scalar column. `name` is the entity's own word for it; dialects rename it in their names.py."""

    name: str
    nullable: bool = True  # may be cleared with null
    height: Height = Height.GLOBAL
    translated: bool = False  # each language may have its own
    derived_sql: str = ""  # its value when `derived_from` was sent and the field itself was not
    derived_from: str = ""

    @property
    def column(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Text(FieldSpec):
    max_length: int | None = 255  # characters; None: unlimited
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Number(FieldSpec):
    """A decimal; the database rounds it to the column's scale."""

    minimum: int | None = None
    maximum: int = 10**13


@dataclass(frozen=True, kw_only=True, slots=True)
class Integer(FieldSpec):
    minimum: int = -(2**31)
    maximum: int = 2**31 - 1


NUMBER: Final = Integer(name="number", minimum=-(2**63), maximum=2**63 - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag(FieldSpec):
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment(FieldSpec):
    """A point in time, kept in UTC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document(FieldSpec):
    """An object. With `merged`, an update changes the keys it names and null removes one."""

    merged: bool = False
    array: bool = False  # a list instead of an object
    exclusive_in: str = ""  # a reference: of the records that share it, each element belongs to who got it last


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier(FieldSpec):
    """A UUID of something that this catalog does not keep."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref(FieldSpec):
    """A to-one reference: the value is a `commands.Reference`, a nested `Upsert`, or None."""

    entity: str
    late: bool = False  # may name a record that is written after this one; it has no foreign key in the database
    tree: bool = False  # to its own kind: a record may not be its own ancestor
    flat: bool = False  # to its own kind, one level deep: what is referred to has no parent itself

    @property
    def column(self) -> str:
        return f"{self.name}_id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """A many-to-many relation: a mapping table of owner, target and further columns."""

    name: str
    entity: str
    mapping: str  # model label of the mapping table
    owner: str  # its foreign key to the owner, without _id
    target: str
    columns: tuple[str, ...] = ()  # integer columns beside the two keys, such as position
    everywhere: bool = False  # a new record without any is linked to its store's website, or to all


def same(value: str) -> str:
    return value


def folded(value: str) -> str:
    """Trimmed and without regard to case. Python decides: the database's lower() disagrees with casefold."""
    return value.strip().casefold()


@dataclass(frozen=True, kw_only=True, slots=True)
class Children:
    """A one-to-many relation: records of `entity` that belong to one of ours by their field `field`."""

    name: str
    entity: str
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NaturalKey:
    """Fields that together name a record beside its id. One alone may have a column for its comparable form.

    One of several may be `number`, which is no field: it names a record only together with what it belongs to.
    """

    fields: tuple[str, ...]
    column: str = ""
    fold: Callable[[str], str] = same
    unique: bool = True  # the database has a constraint; without one the key names the oldest that fits

    @property
    def name(self) -> str:
        """The `by` of a Reference that uses this key; its value is then one value, or a tuple of several."""
        return ",".join(self.fields)


@dataclass(frozen=True, kw_only=True)
class EntitySpec:
    name: str
    model: str  # label of the model: "catalog.Product"
    fields: tuple[FieldSpec, ...]
    keys: tuple[NaturalKey, ...] = ()  # the first is its usual one
    links: tuple[Links, ...] = ()
    children: tuple[Children, ...] = ()
    protected: tuple[str, ...] = ()  # ids of base data that nobody may delete
    store_values: str = ""  # model label of the table of store overrides, "" without
    read_only: bool = False
    lookups: Mapping[str, str] = field(default_factory=dict)  # further names: by -> SQL that yields (name, id)

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.fields}

    def key_field(self, name: str) -> FieldSpec:
        """The field that is part of a natural key."""
        return NUMBER if name == NUMBER.name else self.by_name[name]

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        return tuple(spec for spec in self.fields if isinstance(spec, Ref))

    @cached_property
    def translated(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.fields if spec.translated)

    @cached_property
    def key(self) -> NaturalKey | None:
        """Its usual natural key, when that is a single field and unique."""
        return self.keys[0] if self.keys and len(self.keys[0].fields) == 1 and self.keys[0].unique else None

    @cached_property
    def keys_by_name(self) -> Mapping[str, NaturalKey]:
        return {key.name: key for key in self.keys}

    @cached_property
    def links_by_name(self) -> Mapping[str, Links]:
        return {link.name: link for link in self.links}

    @cached_property
    def children_by_name(self) -> Mapping[str, Children]:
        return {children.name: children for children in self.children}
