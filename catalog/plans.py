"""A plan joins an entity's declaration with its model once: columns, defaults, unique keys, what refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from typing import Any, Final

from django.apps import apps
from django.db import connection
from django.db.models import CASCADE, PROTECT, SET_NULL, ForeignObjectRel, Model

from catalog.commands import Json
from catalog.entities import ENTITIES
from catalog.registry import Document, EntitySpec, Links, NaturalKey

GIVEN_UP_LENGTH = 32  # "given up " and a bigint
OWN_COLUMNS = ("id", "created_at", "updated_at")  # every entity has them; the writer fills them


class OnDelete(Enum):
    """What deleting a record means for the rows that refer to it."""

    CASCADE = "they go with it"
    PROTECT = "they forbid it"
    SET_NULL = "they lose the reference"


_RULES: Final = {CASCADE: OnDelete.CASCADE, PROTECT: OnDelete.PROTECT, SET_NULL: OnDelete.SET_NULL}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependent:
    """A table whose rows refer to an entity by `column`."""

    table: str
    column: str
    rule: OnDelete
    entity: str | None  # the entity kept in that table; None for mapping and value tables
    key: tuple[str, ...]  # the columns of its primary key


@dataclass(frozen=True, kw_only=True, slots=True)
class MappingTable:
    """A mapping table, by its column names."""

    links: Links
    table: str
    owner: str
    target: str


@dataclass(frozen=True)
class Plan:
    spec: EntitySpec
    model: type[Model]

    @cached_property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that a write may set, the natural key's comparable form included."""
        declared = [field.column for field in self.spec.fields]
        key = self.spec.key
        return (*declared, key.column) if key and key.column not in declared else tuple(declared)

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Column -> its SQL type."""
        return {str(f.column): str(f.db_type(connection)) for f in self.model._meta.concrete_fields}

    @cached_property
    def column_of(self) -> Mapping[str, str]:
        return {field.name: field.column for field in self.spec.fields}

    @cached_property
    def merged(self) -> frozenset[str]:
        return frozenset(f.column for f in self.spec.fields if isinstance(f, Document) and f.merged)

    @cached_property
    def blank(self) -> Mapping[str, Json]:
        """A new record before its values: the model's defaults, by column, the derived columns included."""
        fields = [field for field in self.model._meta.concrete_fields if field.name not in (*OWN_COLUMNS, "number")]
        return {str(field.column): field.get_default() for field in fields if field.has_default()}

    @cached_property
    def mandatory(self) -> tuple[str, ...]:
        """Fields that no default fills and the table cannot leave empty."""
        return tuple(f.name for f in self.spec.fields if not f.nullable and f.column not in self.blank)

    @cached_property
    def key_parts(self) -> Mapping[str, tuple[tuple[int, str], ...]]:
        """Name of a natural key -> those of its parts that are fields of the record: (place, name)."""
        own = self.spec.by_name
        return {key.name: tuple((n, f) for n, f in enumerate(key.fields) if f in own) for key in self.spec.keys}

    @cached_property
    def unique_keys(self) -> tuple[NaturalKey, ...]:
        return tuple(key for key in self.spec.keys if key.unique)

    @cached_property
    def key_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Name of a unique key -> the columns of its comparable value."""
        return {
            key.name: (key.column,) if key.column else tuple(self.column_of[name] for name in key.fields)
            for key in self.unique_keys
        }

    @cached_property
    def exchangeable(self) -> NaturalKey | None:
        """The key that records may take from each other: its column has room for a value in between."""
        key = self.spec.key
        column = self.model._meta.get_field(key.column) if key else None
        return key if (getattr(column, "max_length", None) or 0) >= GIVEN_UP_LENGTH else None

    @cached_property
    def mappings(self) -> Mapping[str, MappingTable]:
        return {links.name: _mapping(links) for links in self.spec.links}

    @cached_property
    def store_table(self) -> str:
        return str(apps.get_model(self.spec.store_values)._meta.db_table)

    @cached_property
    def translation_table(self) -> str:
        return str(apps.get_model(f"{self.spec.model}Translation")._meta.db_table)

    @cached_property
    def owner(self) -> str:
        """The column by which the tables beside this one name a record of it."""
        return f"{self.spec.name}_id"

    @cached_property
    def order(self) -> str:
        """The column in whose order everybody locks and inserts its rows."""
        return self.spec.key.column if self.spec.key else "id"

    @cached_property
    def dependents(self) -> tuple[Dependent, ...]:
        related = self.model._meta.get_fields(include_hidden=True)
        return tuple(_dependent(relation) for relation in related if _is_foreign_key(relation))

    @cached_property
    def rank(self) -> int:
        """Entities of a lower rank are written first: whatever a record refers to exists before it."""
        others = {ref.entity for ref in self.spec.refs if not ref.late} | {links.entity for links in self.spec.links}
        return 1 + max((plan(name).rank for name in others - {self.spec.name}), default=0)


@cache
def plan(entity: str) -> Plan:
    spec = ENTITIES[entity]
    return Plan(spec, apps.get_model(spec.model))


@cache
def _entities_by_table() -> Mapping[str, str]:
    return {plan(name).table: name for name in ENTITIES}


def _mapping(links: Links) -> MappingTable:
    table = apps.get_model(links.mapping)._meta.db_table
    return MappingTable(links=links, table=table, owner=f"{links.owner}_id", target=f"{links.target}_id")


def _is_foreign_key(relation: Any) -> bool:
    return isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one)


def _dependent(relation: Any) -> Dependent:
    table = relation.related_model._meta.db_table
    return Dependent(
        table=table,
        column=relation.field.column,
        rule=_RULES[relation.on_delete],
        entity=_entities_by_table().get(table),
        key=tuple(str(field.column) for field in relation.related_model._meta.pk_fields),
    )
