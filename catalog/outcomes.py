"""What became of a command, and what was wrong with it: values, never exceptions. Free of Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class ErrorCode(StrEnum):
    """The causes for which a record can be refused. Each dialect has its own words for them."""

    REQUIRED = "required"  # a new record lacks it
    BLANK = "blank"  # given, but empty
    TYPE = "type"  # params: expected, value
    CHOICE = "choice"  # params: choices, value
    TOO_LONG = "too_long"  # params: limit (characters)
    TOO_SMALL = "too_small"  # params: limit
    TOO_LARGE = "too_large"  # params: limit
    CHARACTER = "character"  # a character that no database text can hold
    UNKNOWN = "unknown"  # no such field
    REFERENCE = "reference"  # params: entity, by, value
    TAKEN = "taken"  # another record has this unique value; params: value
    EXISTS = "exists"  # the record to create is there already
    MISSING = "missing"  # the record to change or delete is not there; params: by, value
    CYCLE = "cycle"  # it would be its own ancestor; params: ids, the way round
    NESTED = "nested"  # its kind is nested at most `limit` levels deep
    IN_USE = "in_use"  # other records refer to it
    PROTECTED = "protected"  # base data
    FORBIDDEN = "forbidden"  # the caller has no right; params: right
    CRASHED = "crashed"  # applying this item killed its worker again and again
    TRANSIENT = "transient"  # the database was busy or away; it can be sent again
    DIALECT = "dialect"  # the dialect's own cause; params: message and its parameters


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldError:
    """`path`: JSON pointer below the record ("" is the record itself), e.g. "/name".

    It may repeat what was sent, and can be stored all the same: a NUL, which no database text holds, is replaced.
    """

    path: str
    code: ErrorCode
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if _has_nul(self.path) or _has_nul(self.params):
            object.__setattr__(self, "path", _without_nul(self.path))
            object.__setattr__(self, "params", _without_nul(self.params))


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case Mapping():
            return any(_has_nul(name) or _has_nul(inner) for name, inner in value.items())
        case list() | tuple():
            return any(map(_has_nul, value))
    return False


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case Mapping():
            return {_without_nul(name): _without_nul(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_without_nul(inner) for inner in value]
    return value


class OutcomeKind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    REFUSED = "refused"
    UNTOUCHED = "untouched"  # good itself, but only rehearsed, or another was refused under policy `all`


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One per command, in the order of the commands. `id`: the record, None when there is none."""

    kind: OutcomeKind
    id: UUID | None = None
    errors: tuple[FieldError, ...] = ()
    nested: tuple[tuple[str, UUID], ...] = ()  # (entity, id) of what was written inside it
    gone: tuple[
        tuple[str, tuple[UUID, ...]], ...
    ] = ()  # (entity or table beside the records, key) of what a delete took
    changes: str = ""  # JSON text in the form of catalog.changes, when it was asked for


def missing(by: str, value: Any) -> FieldError:
    """The record that is named so is not there."""
    return FieldError(path="", code=ErrorCode.MISSING, params={"by": by, "value": value})


def refused(*errors: FieldError, id: UUID | None = None) -> Outcome:
    return Outcome(kind=OutcomeKind.REFUSED, id=id, errors=errors)


class NotUnderstoodError(Exception):
    """What a dialect was sent has no meaning as a command. Its errors say why."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors
