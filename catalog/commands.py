"""What can be asked of the catalog: frozen values, free of Django, made by a dialect's parsing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any  # decoded JSON; the only place where Any is allowed


class Policy(StrEnum):
    """What one bad record means for the others."""

    EACH = "each"  # bad records are refused, good ones stay
    ALL = "all"  # one error and nothing is written


class Mode(StrEnum):
    """What an upsert may do."""

    UPSERT = "upsert"
    CREATE = "create"  # refused when the record exists
    UPDATE = "update"  # missing when it does not


class Change(StrEnum):
    """What a set of links does to those that are there."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Reference:
    """Names a record: by "id" (UUID text), "number" (integer) or the entity's natural key."""

    by: str
    value: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The height at which values are written: the base row, or one store (by its code).

    A new record's values always go to the base row, whatever the scope.
    """

    store: str | None = None


BASE = Scope()


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    target: Reference
    values: Mapping[str, int] = field(default_factory=dict)
    path: str = ""  # JSON pointer below the record, for errors


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSet:
    links: tuple[Link, ...]
    change: Change = Change.ADD


@dataclass(frozen=True, kw_only=True, slots=True)
class Upsert:
    """Create the record that `key` names, or change the fields given in `values`.

    `values`: by field name; only what is given changes, None clears. `defaults` fill a new record only.
    `required`: fields that the dialect demands of a new record. `key` None: always a new record.
    """

    entity: str
    key: Reference | None
    values: Mapping[str, Json]
    links: Mapping[str, LinkSet] = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    scope: Scope = BASE
    mode: Mode = Mode.UPSERT


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    entity: str
    key: Reference


Command = Upsert | Delete
