"""A record on its way to a command: what was said for the whole request, and what was understood so far. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self
from uuid import UUID

from catalog.commands import BASE, Change, Json, Link, LinkSet, Reference, Scope, Upsert
from catalog.outcomes import ErrorCode, FieldError
from syncapi.shopware import malformed, values
from syncapi.shopware.values import WrongError

V3: Final = "v3"
RESOLVERS: Final = {  # Shopware's resolver -> our entity and what names it
    "product.number": ("product", "sku"),
    "currency.iso_code": ("currency", "iso_code"),
    "locale.code": ("locale", "code"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the request said for all of its records; a submission's context names the same."""

    family: str = ""  # "v3", or "" for the current API
    language: UUID | None = None  # of plain texts; None: the system's
    natural_keys: bool = False
    replace: bool = False  # relations that are named lose what is not named
    strict: bool = False  # unknown properties are errors
    must_exist: bool = False  # what is to be deleted: in a request of its own, not in a sync request (contract 5.1)

    @classmethod
    def of(cls, context: Mapping[str, Json]) -> Self:
        """One for all records of requests that say the same."""
        return cls._of(tuple(context.items()))

    @classmethod
    @lru_cache(maxsize=256)
    def _of(cls, said: tuple[tuple[str, Json], ...]) -> Self:
        given = dict(said)
        language = given.pop("language", None)
        return cls(**given, language=UUID(language) if language else None)

    @property
    def scope(self) -> Scope:
        return BASE if self.language is None else Scope(language=Reference("id", self.language))

    @property
    def change(self) -> Change:
        return Change.REPLACE if self.replace else Change.ADD


@dataclass(slots=True)
class Draft:
    said: Said
    place: str  # of the record, unlike that of any other of the request
    me: Reference | None = None  # how others refer to it
    local: str | None = None  # its name for others, once one has asked for it
    has_parent: bool = False
    given: Mapping[str, Json] = field(default_factory=dict)
    values: dict[str, Json] = field(default_factory=dict)
    links: dict[str, LinkSet] = field(default_factory=dict)
    children: dict[str, tuple[Upsert, ...]] = field(default_factory=dict)
    beside: list[Upsert] = field(default_factory=list)
    texts: list[tuple[str, dict[str, Json]]] = field(default_factory=list)  # (language as sent, texts by our field)
    errors: list[FieldError] = field(default_factory=list)  # paths below this record

    def refuse(self, error: FieldError) -> None:
        self.errors.append(error)

    def itself(self) -> Reference:
        """A reference to this record, for records that are written with it."""
        if self.me is None or self.me.by != "id":
            self.local = self.place
            return Reference("local", self.local)
        return self.me


NOBODY: Final = Reference("id", None, optional=True)


def reference(value: Json, entity: str, path: str, draft: Draft) -> Reference | None:
    """The record that a foreign key names: by its id, or by a resolver. None and an error where it is neither."""
    if isinstance(value, dict) and "resolver" in value:
        return _resolved(value, entity, path, draft)
    if values.is_id(value):
        return by_id(value)
    draft.refuse(WrongError(ErrorCode.TYPE, expected="uuid", value=values.shown(value)).at(path))
    return None


@lru_cache(maxsize=8192)
def by_id(id: str) -> Reference:
    """Requests name the same few records again and again: their tax, their categories."""
    return Reference("id", UUID(id))


@lru_cache(maxsize=4096)
def mere_links(ids: tuple[str, ...], change: Change) -> LinkSet:
    """Many records of a request have the same ones."""
    return LinkSet(links=tuple(Link(target=by_id(id)) for id in ids), change=change)


def _resolved(given: Mapping[str, Json], entity: str, path: str, draft: Draft) -> Reference | None:
    resolver, value = given["resolver"], given.get("value")
    if not isinstance(resolver, str) or resolver not in RESOLVERS:
        draft.refuse(malformed.unresolved_resolver(path, resolver))
        return None
    target, by = RESOLVERS[resolver]
    if target != entity:
        draft.refuse(malformed.bad_resolver(path, resolver))
        return None
    is_optional = given.get("nullOnMissing") is True
    if value is None and is_optional:
        return NOBODY
    if not isinstance(value, str) or "\0" in value:
        draft.refuse(WrongError(ErrorCode.TYPE, expected="string", value=values.shown(value)).at(f"{path}/value"))
        return None
    return Reference(by, value, optional=is_optional)
