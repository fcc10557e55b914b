"""PHP's leniency with scalars: which JSON values pass for an int, a float, a string, a boolean, a date. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from catalog.commands import Json

_NUMERIC: Final = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*")
_BOOLEANS: Final = {"1": True, "true": True, "0": False, "false": False, "": False}
_INTEGER_LIMIT: Final = 2**63


class TypeMismatchError(Exception):
    """The value cannot be taken for this type."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A scalar type of a field: its PHP name, and how a JSON value becomes one. Raises TypeMismatchError.

    Values of the Python types `own` are values of this type as they are, which most are: nobody need ask `convert`.
    """

    name: str
    convert: Callable[[Json], Json]
    own: frozenset[type] = frozenset()


def _numeric(value: Json) -> Json:
    """A JSON number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeMismatchError
    if isinstance(value, str) and not (len(value) <= 64 and _NUMERIC.fullmatch(value)):
        raise TypeMismatchError
    return value.strip() if isinstance(value, str) else value


def _whole(value: Json) -> int:
    if type(value) is int and abs(value) < _INTEGER_LIMIT:
        return value
    number = _numeric(value)
    if isinstance(number, str) and number.lstrip("+-").isdecimal():
        number = int(number)
    try:
        whole = int(float(number)) if not isinstance(number, int) else number
    except OverflowError:
        raise TypeMismatchError from None
    if (not isinstance(number, int) and float(number) != whole) or abs(whole) >= _INTEGER_LIMIT:
        raise TypeMismatchError  # PHP would cut the fraction off, and nobody would know
    return whole


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if not isinstance(value, str | int | float):
        raise TypeMismatchError
    return str(value)


def _boolean(value: Json) -> bool:
    if isinstance(value, list | dict) or str(value).lower() not in _BOOLEANS:
        raise TypeMismatchError
    return _BOOLEANS[str(value).lower()]


def moment(value: Json) -> Json:
    """A date in UTC, when it is one; anything else stays for the validation to refuse. An empty text clears."""
    if value == "":
        return None
    if not isinstance(value, str):
        return value
    try:
        given = datetime.fromisoformat(value)
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except (ValueError, OverflowError):
        return value


def amount(value: Json) -> Json:
    """A number as custom attributes have it: an empty text clears."""
    return None if value == "" else value


WHOLE: Final = Kind("int", _whole)
FRACTION: Final = Kind("float", _numeric, frozenset({int, float}))
TEXT: Final = Kind("string", _text, frozenset({str}))
FLAG: Final = Kind("bool", _boolean, frozenset({bool}))
