"""The SQL that writes base rows, as text. Nothing here is executed.

A chunk comes in as one JSON list of objects: the id of a record and the columns that were sent. PostgreSQL reads it as
a table with jsonb_to_recordset, which is faster than arrays of typed values and lets every record name other columns:
when they do, each also brings a bit mask of the columns that it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from catalog import marking
from catalog.plans import OWN_COLUMNS, Plan, plan
from catalog.sql import names

MASK_BITS: Final = 60
ARGUMENTS: Final = 90  # of one function
_SHAPES: Final = 1000  # statements that are remembered: clients send few combinations of columns


@dataclass(frozen=True, slots=False)
class Shape:
    """The columns that the records of a chunk name; `mixed` when not all name all of them."""

    entity: str
    columns: tuple[str, ...]
    mixed: bool

    @cached_property
    def bits(self) -> dict[str, tuple[str, int]]:
        """Column -> the mask that says whether it was sent, and its bit there."""
        return {c: (f"given{i // MASK_BITS}", i % MASK_BITS) for i, c in enumerate(self.columns)}

    @cached_property
    def masks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mask for mask, _ in self.bits.values())) if self.mixed else ()


@lru_cache(_SHAPES)
def lock_differing(shape: Shape, *, recorded: bool = False) -> str:
    """records text -> (id, whether it differs, two for Marks.changed, what changes) of the rows to write, now locked.

    What changes is told when it is `recorded`: as the members of a JSON object, name -> [before, after].

    Only rows that differ from what was sent (or are `forced`, because something beside them changes) are locked: a lock
    is a write, and 10,000 unchanged rows would cost 75 MB of WAL. Everybody takes locks in one order, that of the keys.
    """
    current = plan(shape.entity)
    sides = {f'p."{column}"': _merged(current, shape, column) for column in shape.columns}
    differs = f"({', '.join(sides)}) IS DISTINCT FROM ({', '.join(sides.values())})" if sides else "false"
    return f"""
        SELECT p.id, {differs}, {", ".join(marking.changes(shape.entity, sides))},
               {_changes(current, shape) if recorded else "''"}
          FROM {_incoming(current, shape, "forced boolean")}
          JOIN {current.table} p ON p.id = m.id
         WHERE m.forced OR {differs}
         ORDER BY p."{current.order}"
           FOR NO KEY UPDATE OF p"""


@lru_cache(_SHAPES)
def update(shape: Shape) -> str:
    """records text -> (id). The rows must be locked: values are merged with the row as it is now."""
    current = plan(shape.entity)
    values = {column: _merged(current, shape, column) for column in shape.columns} | _derived(current, shape, "p")
    return f"""
        UPDATE {current.table} p
           SET {", ".join(f'"{column}" = {value}' for column, value in values.items())}, updated_at = now()
          FROM {_incoming(current, shape)}
         WHERE p.id = m.id
        RETURNING p.id"""


@lru_cache(_SHAPES)
def insert(shape: Shape, *, alone: bool = False) -> str:
    """blank text (one object: the defaults), records text -> (id) of those that were inserted.

    What is not returned met a record that appeared meanwhile. One that is `alone` breaks the constraint instead, and
    the error names its columns. Rows are stored in the order of their keys, and numbered in that of the records.
    """
    current = plan(shape.entity)
    columns = dict.fromkeys((*shape.columns, *current.blank))
    values = {column: _initial(current, shape, column) for column in columns} | _derived(current, shape, "d")
    return f"""
        INSERT INTO {current.table} AS p ({names(OWN_COLUMNS)}, number, {names(tuple(values))})
        SELECT m.id, now(), now(), m.number, {", ".join(values.values())}
          FROM jsonb_to_record(%b::text::jsonb) AS d ({_typed(current, tuple(current.blank))}),
               (SELECT m.*, nextval((SELECT pg_get_serial_sequence('{current.table}', 'number'))) AS number
                  FROM {_incoming(current, shape)} OFFSET 0) m
         ORDER BY m."{current.order}"
            {"" if alone else "ON CONFLICT DO NOTHING"}
        RETURNING p.id"""


def _changes(current: Plan, shape: Shape) -> str:
    """Text is cheaper here than jsonb, and goes to the journal as it is: only what differs is made to JSON."""
    sides = {c: _merged(current, shape, c) for c in shape.columns} | _derived(current, shape, "p")
    pairs = [
        f"""CASE WHEN p."{column}" IS DISTINCT FROM {value}
                 THEN '"{column}":' || json_build_array(p."{column}", {value})::text END"""
        for column, value in sides.items()
    ]
    groups = [pairs[first : first + ARGUMENTS] for first in range(0, len(pairs), ARGUMENTS)]
    return f"concat_ws(',', {', '.join(_joined(group) for group in groups)})" if pairs else "''"


def _joined(texts: Sequence[str]) -> str:
    return f"nullif(concat_ws(',', {', '.join(texts)}), '')"


def _incoming(current: Plan, shape: Shape, *more: str) -> str:
    columns = ", ".join(part for part in (_typed(current, shape.columns), *more) if part)
    masks = "".join(f", {mask} bigint" for mask in shape.masks)
    return f"jsonb_to_recordset(%b::text::jsonb) AS m (id uuid{', ' if columns else ''}{columns}{masks})"


def _typed(current: Plan, columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}" {current.types[column]}' for column in columns)


def _given(shape: Shape, column: str) -> str:
    """Whether a record names this column."""
    if column not in shape.bits:
        return "false"
    mask, bit = shape.bits[column]
    return f"m.{mask} >> {bit} & 1 = 1" if shape.mixed else "true"


def _merged(current: Plan, shape: Shape, column: str) -> str:
    """What a column of an existing row becomes."""
    if column in current.merged:
        return f'catalog_merge(p."{column}", m."{column}")'
    return _either(shape, column, f'p."{column}"')


def _initial(current: Plan, shape: Shape, column: str) -> str:
    """What a column of a new row is."""
    default = f'd."{column}"' if column in current.blank else "NULL"
    if column not in shape.columns:
        return default
    if column in current.merged:
        return f'catalog_merge({default}, m."{column}")'
    return _either(shape, column, default)


def _either(shape: Shape, column: str, otherwise: str) -> str:
    given = _given(shape, column)
    if given in ("true", "false"):
        return f'm."{column}"' if given == "true" else otherwise
    return f'CASE WHEN {given} THEN m."{column}" ELSE {otherwise} END'


def _derived(current: Plan, shape: Shape, row: str) -> dict[str, str]:
    """Columns that follow from another when that one is sent and they are not."""
    found = {}
    for field in current.spec.fields:
        if field.derived_from and field.derived_from in shape.columns:
            known = dict.fromkeys(current.columns, "NULL") | {
                column: _either(shape, column, f'{row}."{column}"' if row == "p" or column in current.blank else "NULL")
                for column in current.columns
            }
            applies = f"{_given(shape, field.derived_from)} AND NOT {_given(shape, field.column)}"
            formula = field.derived_sql.format_map(known)
            found[field.column] = f"CASE WHEN {applies} THEN {formula} ELSE {known[field.column]} END"
    return found
