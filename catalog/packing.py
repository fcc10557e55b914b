"""Rows of a chunk as one JSON list, in the shape that the statements for base rows read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

import orjson

from catalog.basesql import Shape
from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan, plan
from catalog.rows import Row

_NUL = b"\\u0000"


def pack(rows: Sequence[Row], current: Plan) -> tuple[Shape, str]:
    """The documents of `rows`, which must not be empty, with their ids; and which columns they name."""
    shape = _shape(rows, current)
    records = []
    for row in rows:
        record = {"id": row.id, "forced": row.has_more, **row.document}
        if shape.mixed:
            record |= _masks(row, shape)
        records.append(record)
    return shape, orjson.dumps(records, default=_plain).decode()


def blank(current: Plan) -> str:
    """A new record before its values: the defaults of its columns."""
    return _blank(current.spec.name)


def refuse_unstorable(rows: Sequence[Row]) -> None:
    """Refuse the rows that hold a NUL character, which PostgreSQL can keep in neither text nor jsonb."""
    texts = [[row.document, row.overrides, list(row.translated.values())] for row in rows]
    if _NUL not in orjson.dumps(texts, default=_plain):
        return
    for row in rows:
        for path, value in _places(row):
            if _NUL in orjson.dumps(value, default=_plain):
                row.refuse(FieldError(path=path, code=ErrorCode.CHARACTER))


def _places(row: Row) -> Iterator[tuple[str, Json]]:
    derived = _derived(row.command.entity)
    for name, value in (*row.document.items(), *row.overrides.items()):
        if name not in derived:
            yield f"/{name.split('/')[0]}", value
    for language, texts in row.translated.items():
        yield from ((f"/translations/{language}/{name}", value) for name, value in (texts or {}).items())


@cache
def _derived(entity: str) -> frozenset[str]:
    """Columns for the comparable forms of keys, which nobody sends."""
    keys = plan(entity).spec.keys
    return frozenset(key.column for key in keys if key.column and key.column != key.fields[0])


def _shape(rows: Sequence[Row], current: Plan) -> Shape:
    first = tuple(rows[0].document)
    if all(tuple(row.document) == first for row in rows):
        return Shape(current.spec.name, first, mixed=False)
    columns = sorted(set().union(*(row.document for row in rows)))
    return Shape(current.spec.name, tuple(columns), mixed=True)


def _masks(row: Row, shape: Shape) -> dict[str, int]:
    masks = dict.fromkeys(shape.masks, 0)
    for column in row.document:
        mask, bit = shape.bits[column]
        masks[mask] |= 1 << bit
    return masks


@cache
def _blank(entity: str) -> str:
    return orjson.dumps(plan(entity).blank, default=_plain).decode()


def _plain(value: Json) -> str:
    """What JSON has no type for: decimals keep their digits as text."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{value!r} cannot be stored")
