"""Shopware's strict scalars: which JSON value passes for a string, an int, a date, and what else is wrong. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import Document, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref, Text

Converter = Callable[[Json], Json]

_ID: Final = re.compile(r"[0-9a-f]{32}")
_NUMERIC: Final = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\s*", re.ASCII)
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])[^>]*>?")
_LONGEST_NUMBER: Final = 64


class WrongError(Exception):
    """The value is none of this field."""

    def __init__(self, code: ErrorCode, **params: Json) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def at(self, path: str) -> FieldError:
        return FieldError(path=path, code=self.code, params=self.params)


def shown(value: Json) -> Json:
    """A value as an error tells it: scalars, cut; of anything else its type."""
    if isinstance(value, str):
        return value[:100]
    return value if isinstance(value, int | float | bool) or value is None else type(value).__name__


def id_of(value: Json) -> UUID:
    """The UUID that 32 lowercase hex digits stand for. Raises WrongError."""
    if type(value) is not str or not _ID.fullmatch(value):
        raise WrongError(ErrorCode.TYPE, expected="uuid", value=shown(value))
    return UUID(value)


def is_id(value: Json) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def mere_ids(value: Json) -> tuple[str, ...] | None:
    """Of a list of nothing but `{"id": ...}`, as most lists of links are; of anything else None."""
    if type(value) is not list:
        return None
    ids: list[str] = []
    for member in value:
        if type(member) is not dict or len(member) != 1 or not is_id(member.get("id")):
            return None
        ids.append(member["id"])
    return tuple(ids)


def converter(field: FieldSpec, *, html: bool) -> Converter:
    """From JSON to a value of the field; None stays None. Raises WrongError."""
    match field:
        case Text():
            return markup if html else text
        case Number():
            return number
        case Integer():
            return _exactly(int, "int")
        case Flag():
            return _exactly(bool, "bool")
        case Moment():
            return moment
        case Identifier():
            return id_of
        case Document(array=True):
            return _elements
        case Document():
            return _members
        case Ref():
            return id_of
    raise TypeError(f"{field!r} has no converter")


def markup(value: Json) -> Json:
    if type(value) is not str:
        raise WrongError(ErrorCode.TYPE, expected="string", value=shown(value))
    return value or None


def is_plain(text: str) -> bool:
    """Whether a text is kept as it is: it is not empty, and has no markup."""
    return text != "" and "<" not in text


def text(value: Json) -> Json:
    """Without markup; the empty text is none."""
    if type(value) is not str:
        raise WrongError(ErrorCode.TYPE, expected="string", value=shown(value))
    return (_TAG.sub("", value) if "<" in value else value) or None


def number(value: Json) -> Json:
    """A JSON number, or the text of one as PHP takes it: "119", "1E+2"."""
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return value
    if type(value) is str and len(value) <= _LONGEST_NUMBER and _NUMERIC.fullmatch(value):
        return value.strip()
    raise WrongError(ErrorCode.TYPE, expected="numeric", value=shown(value))


def moment(value: Json) -> Json:
    if value == "":
        return None
    try:
        given = datetime.fromisoformat(value)
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise WrongError(ErrorCode.TYPE, expected="datetime", value=shown(value)) from None


def _exactly(kind: type, name: str) -> Converter:
    def convert(value: Json) -> Json:
        if type(value) is not kind:
            raise WrongError(ErrorCode.TYPE, expected=name, value=shown(value))
        return value

    return convert


def _members(value: Json) -> Json:
    """An object; PHP writes an empty one as a list."""
    if isinstance(value, dict):
        return value
    if value == []:
        return {}
    raise WrongError(ErrorCode.TYPE, expected="array", value=shown(value))


def _elements(value: Json) -> Json:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    raise WrongError(ErrorCode.TYPE, expected="array", value=shown(value))


FLAG: Final = _exactly(bool, "bool")
