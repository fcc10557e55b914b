"""From a command's values to clean ones by column, or to every error of the record. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Final

import orjson
from pydantic_core import CoreSchema, ErrorDetails, SchemaValidator, ValidationError, core_schema

from catalog.commands import Json, Reference
from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import Document, EntitySpec, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref, Text

Clean = dict[str, Json]  # by field name

# Years 1 to 9999 in UTC: PostgreSQL would keep what is beyond, and nobody could read it again.
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)

_CODES: Final = {
    "string_too_long": (ErrorCode.TOO_LONG, "max_length"),
    "greater_than_equal": (ErrorCode.TOO_SMALL, "ge"),
    "less_than_equal": (ErrorCode.TOO_LARGE, "le"),
    "extra_forbidden": (ErrorCode.UNKNOWN, ""),
    "literal_error": (ErrorCode.CHOICE, "expected"),
}
_EXPECTED: Final = {
    Text: "string",
    Number: "float",
    Integer: "int",
    Flag: "bool",
    Moment: "datetime",
    Document: "object",
}


def clean(
    entity: str, records: Sequence[Mapping[str, Json]], *, translation: bool = False
) -> list[tuple[Clean, tuple[FieldError, ...]]]:
    """For each record its clean values by field name, and the errors of the fields that are left out of them.

    A translation has the translated fields only, and each may be null.
    """
    validator = _translation_validator(entity) if translation else _validator(entity)
    try:
        return [(values, ()) for values in validator.validate_python(records)]
    except ValidationError as invalid:
        errors = _by_record(entity, invalid.errors(include_url=False))
    rest = [_without(record, errors.get(index, ())) for index, record in enumerate(records)]
    return [(values, errors.get(index, ())) for index, values in enumerate(validator.validate_python(rest))]


def _without(record: Mapping[str, Json], errors: Sequence[FieldError]) -> Mapping[str, Json]:
    bad = {error.path[1:] for error in errors}
    return {name: value for name, value in record.items() if name not in bad} if bad else record


@cache
def _validator(entity: str) -> SchemaValidator:
    """Built from the declaration by hand: pydantic's own models would cost twice the time per record."""
    fields = ENTITIES[entity].fields
    return _of({field.name: _nullable(field) if field.nullable else _schema(field) for field in fields})


@cache
def _translation_validator(entity: str) -> SchemaValidator:
    return _of({field.name: _nullable(field) for field in ENTITIES[entity].translated})


def _of(fields: Mapping[str, CoreSchema]) -> SchemaValidator:
    members = {name: core_schema.typed_dict_field(schema, required=False) for name, schema in fields.items()}
    record = core_schema.typed_dict_schema(members, extra_behavior="forbid")
    return SchemaValidator(core_schema.list_schema(record))


def _nullable(field: FieldSpec) -> CoreSchema:
    return core_schema.nullable_schema(_schema(field))


def _schema(field: FieldSpec) -> CoreSchema:
    match field:
        case Text(choices=choices) if choices:
            return core_schema.literal_schema(list(choices))
        case Text(max_length=limit):
            return core_schema.str_schema(max_length=limit)
        case Number(minimum=low, maximum=high):
            return core_schema.decimal_schema(ge=low, le=high, allow_inf_nan=False)  # type: ignore[arg-type]
        case Integer(minimum=low, maximum=high):
            return core_schema.int_schema(ge=low, le=high)
        case Flag():
            return core_schema.bool_schema()
        case Moment():
            return core_schema.datetime_schema(tz_constraint="aware", ge=_FIRST, le=_LAST)
        case Identifier():
            return core_schema.uuid_schema()
        case Document(array=True):
            return core_schema.no_info_after_validator_function(_storable, core_schema.list_schema())
        case Document():
            return core_schema.no_info_after_validator_function(_storable, core_schema.dict_schema())
        case Ref():
            return core_schema.is_instance_schema(Reference)
    raise TypeError(f"{field!r} has no schema")


def _storable(document: Json) -> Json:
    """Raises ValueError for what no jsonb column can hold: keys that are no text, lone surrogates."""
    try:
        orjson.dumps(document)
    except TypeError as reason:
        raise ValueError(str(reason)) from None
    return document


def _by_record(entity: str, details: Sequence[ErrorDetails]) -> dict[int, tuple[FieldError, ...]]:
    found: dict[int, list[FieldError]] = {}
    for detail in details:
        found.setdefault(int(detail["loc"][0]), []).append(_error(ENTITIES[entity], detail))
    return {index: tuple(errors) for index, errors in found.items()}


def _error(spec: EntitySpec, detail: ErrorDetails) -> FieldError:
    path = "".join(f"/{part}" for part in detail["loc"][1:2])
    field = spec.by_name.get(str(detail["loc"][1])) if len(detail["loc"]) > 1 else None
    if detail["input"] is None and detail["type"] != "extra_forbidden":
        return FieldError(path=path, code=ErrorCode.BLANK)
    code, limit = _CODES.get(detail["type"], (ErrorCode.TYPE, ""))
    if isinstance(field, Moment):
        code, limit = ErrorCode.TYPE, ""
    return FieldError(path=path, code=code, params=dict(_parameters(code, limit, field, detail)))


def _parameters(
    code: ErrorCode, limit: str, field: FieldSpec | None, detail: ErrorDetails
) -> Iterator[tuple[str, Json]]:
    if limit:
        bound = detail.get("ctx", {}).get(limit)
        yield "limit", int(bound) if isinstance(bound, Decimal) else bound
    if code is ErrorCode.TYPE and field is not None:
        yield "expected", _EXPECTED.get(type(field), "reference")
    if code is not ErrorCode.TOO_LONG:
        yield "value", _shown(detail["input"])


def _shown(value: Json) -> Json:
    """The offending value as the error tells it: scalars, cut; of anything else its type."""
    if isinstance(value, str):
        return value[:100]
    return value if isinstance(value, int | float | bool) else type(value).__name__
