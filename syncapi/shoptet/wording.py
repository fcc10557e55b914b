"""Why a record was refused, in Shoptet's words: from the catalog's error codes to codes and sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import orjson

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from catalog.wording import filled
from syncapi.shoptet import fields
from syncapi.shoptet.refusals import INVALID_DATA, PAYLOAD, Fault
from syncapi.shoptet.schema import undefined, wrong_type

_TYPES: Final = {
    "string": "string", "float": "number", "int": "integer", "bool": "boolean", "object": "object",
    "datetime": "string", "reference": "string",
}  # fmt: skip


def refused(code: str, message: str, *, path: str = "") -> FieldError:
    """A cause of this dialect's own."""
    return FieldError(path=path, code=ErrorCode.DIALECT, params={"message": message, "code": code})


def in_use(image: str) -> FieldError:
    return refused("image-used-by-variant", f'Image "{image}" cannot be deleted because a variant refers to it.')


def fault(error: FieldError, *, at: str = "", code: str = "", entity: str = "", name: str = "") -> Fault:
    """`at`: the place of the record, before the field's own. `entity`, `name`: of a record that is missing."""
    if error.code is ErrorCode.MISSING and entity:
        error = replace(error, params={"entity": entity, "value": name or error.params.get("value")})
    told, message = words(error)
    return Fault(code=told or code or INVALID_DATA, message=message, instance=place(at, error.path) or PAYLOAD)


def words(error: FieldError) -> tuple[str, str]:
    """Code and message; the code is "" for what is simply wrong with the value."""
    if error.code is ErrorCode.DIALECT:
        return str(error.params.get("code", "")), filled(error.params)
    return _WORDS[error.code](name_of(error.path), error.params)


def telling(errors: Sequence[FieldError]) -> Sequence[FieldError]:
    """Of a record that is not there, nothing else is worth telling."""
    return [error for error in errors if error.code is ErrorCode.MISSING] or errors


def place(at: str, pointer: str) -> str:
    """A JSON pointer in Shoptet's form: `data.images[0]` and `/sourceUrl` are `data.images[0].sourceUrl`."""
    for part in pointer.split("/")[1:]:
        name = fields.SHOWN.get(part, part).replace("~1", "/").replace("~0", "~")
        at = f"{at}[{name}]" if part.isdecimal() and at else f"{at}.{name}" if at else name
    return at


def name_of(pointer: str) -> str:
    """The last name of a path, as Shoptet spells it."""
    name = pointer.rpartition("/")[2]
    return fields.SHOWN.get(name, name)


Say = Callable[[str, Mapping[str, Json]], tuple[str, str]]


def _plain(text: str, code: str = "") -> Say:
    return lambda field, params: (code, text.format(field=field, limit=params.get("limit")))


def _type(field: str, params: Mapping[str, Json]) -> tuple[str, str]:
    expected = str(params.get("expected", ""))
    return "", wrong_type(params.get("value"), _TYPES.get(expected, expected or "string"))


def _choice(field: str, params: Mapping[str, Json]) -> tuple[str, str]:
    choices = params.get("choices", params.get("limit", []))
    return "", f"Does not have a value in the enumeration {orjson.dumps(choices, default=str).decode()}"


def _not_found(field: str, params: Mapping[str, Json]) -> tuple[str, str]:
    entity = str(params.get("entity", "record"))
    what = {"manufacturer": "brand", "product_media": "image"}.get(entity, entity)
    return f"{what}-not-found", f'{what.capitalize()} with identificator "{params.get("value")}" not found.'


def _missing(field: str, params: Mapping[str, Json]) -> tuple[str, str]:
    return _not_found(field, {"entity": "product", **params})


_WORDS: Final[Mapping[ErrorCode, Say]] = {
    ErrorCode.REQUIRED: _plain("The property {field} is required"),
    ErrorCode.BLANK: _plain("Must be at least 1 characters long"),
    ErrorCode.TYPE: _type,
    ErrorCode.CHOICE: _choice,
    ErrorCode.TOO_LONG: _plain("Must be at most {limit} characters long."),
    ErrorCode.TOO_SMALL: _plain("Must have a minimum value of {limit}"),
    ErrorCode.TOO_LARGE: _plain("Must have a maximum value of {limit}"),
    ErrorCode.CHARACTER: _plain("The text holds a character that cannot be stored."),
    ErrorCode.UNKNOWN: lambda field, params: ("", undefined(field)),
    ErrorCode.REFERENCE: _not_found,
    ErrorCode.TAKEN: lambda field, params: ("duplicate", f'The value "{params.get("value", "")}" is already used.'),
    ErrorCode.EXISTS: _plain("The record exists already.", "duplicate"),
    ErrorCode.MISSING: _missing,
    ErrorCode.CYCLE: _plain("The record would be its own ancestor.", "conflict"),
    ErrorCode.NESTED: _plain("Such records are nested at most {limit} levels deep.", "conflict"),
    ErrorCode.IN_USE: _plain("Other records refer to this one.", "conflict"),
    ErrorCode.PROTECTED: _plain("This record belongs to the system.", "conflict"),
    ErrorCode.FORBIDDEN: _plain("Your access token has no defined rights for this record.", "invalid-token-no-rights"),
    ErrorCode.CRASHED: _plain("An error of this server.", "internal-error"),
    ErrorCode.TRANSIENT: _plain("The database was busy. Please try again.", "service-unavailable"),
}
