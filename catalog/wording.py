"""Errors in plain English, for people at the admin or a terminal. The dialects have words of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError

_Params = Mapping[str, Json]
_PLACEHOLDER: Final = re.compile(r"%(\w+)|{{ \w+ }}")

_WORDS: Final[Mapping[ErrorCode, Callable[[_Params], str]]] = {
    ErrorCode.REQUIRED: lambda _: "is required",
    ErrorCode.BLANK: lambda _: "may not be blank",
    ErrorCode.TYPE: lambda p: f"must be a value of type {p.get('expected', 'that fits')}",
    ErrorCode.CHOICE: lambda p: f"must be one of: {p.get('limit') or p.get('choices') or 'the choices'}",
    ErrorCode.TOO_LONG: lambda p: f"is longer than {p.get('limit')} characters",
    ErrorCode.TOO_SMALL: lambda p: f"is smaller than {p.get('limit')}",
    ErrorCode.TOO_LARGE: lambda p: f"is larger than {p.get('limit')}",
    ErrorCode.CHARACTER: lambda _: "holds a character that no text can hold (NUL)",
    ErrorCode.UNKNOWN: lambda _: "is no field of this record",
    ErrorCode.REFERENCE: lambda p: f"names no {p.get('entity', 'record')} that exists{_named(p)}",
    ErrorCode.TAKEN: lambda p: f"belongs to another record already{_shown(p)}",
    ErrorCode.EXISTS: lambda _: "exists already",
    ErrorCode.MISSING: lambda p: f"does not exist{_named(p)}",
    ErrorCode.CYCLE: lambda _: "would make the record its own ancestor",
    ErrorCode.NESTED: lambda p: f"is nested more than {p.get('limit')} deep",
    ErrorCode.IN_USE: lambda p: f"is in use: a {p.get('entity', 'record')} refers to it".replace("_", " "),
    ErrorCode.PROTECTED: lambda _: "is base data, which stays",
    ErrorCode.FORBIDDEN: lambda p: f"needs the permission {p.get('right')}",
    ErrorCode.CRASHED: lambda _: "ended the process that wrote it, several times",
    ErrorCode.TRANSIENT: lambda _: "was not written: the database was busy or away; send it again",
    ErrorCode.DIALECT: lambda p: filled(p) or "is not understood",
}


def say(error: FieldError) -> str:
    """What is wrong, as the rest of a sentence that begins with the field, e.g. "may not be blank"."""
    return _WORDS[error.code](error.params)


def filled(params: _Params) -> str:
    """The message of a dialect's own error. Its parameters are those of %1, of %name, or of {{ name }}."""
    given = params.get("parameters") or {}
    known = given if isinstance(given, Mapping) else {str(number): each for number, each in enumerate(given, 1)}
    return _PLACEHOLDER.sub(lambda found: str(known.get(found[1] or found[0], found[0])), params.get("message", ""))


def _named(params: _Params) -> str:
    return f" ({params['by']} {params.get('value')})" if "by" in params else ""


def _shown(params: _Params) -> str:
    return f" ({params['value']})" if "value" in params else ""
