"""Taking a write back: only what is still as it was left, with all that stood beside the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from catalog import changes, marking, statements
from catalog.commands import Json, Undo
from catalog.marking import Derivation, Marks
from catalog.plans import Dependent, OnDelete, Plan
from catalog.rows import Row
from catalog.sql import names, run


def check(rows: Sequence[Row], current: Plan) -> None:
    """Lock the records to be undone, and refuse those that somebody has changed since."""
    asked = {row.id: (row, undo) for row in rows if row.exists and (undo := row.command.undo) and undo.at}
    if not asked:
        return
    statement = f"""
        SELECT t.id, t.updated_at IS DISTINCT FROM u.at OR EXISTS (
                 SELECT 1 FROM jsonb_each_text(u.after::jsonb) a WHERE to_jsonb(t) ->> a.key IS DISTINCT FROM a.value)
          FROM unnest(%b::uuid[], %b::text[]::timestamptz[], %b::text[]) AS u (id, at, after)
          JOIN {current.table} t ON t.id = u.id
         ORDER BY t."{current.order}" FOR NO KEY UPDATE OF t"""
    undos = [undo for _, undo in asked.values()]
    for id, changed in run(statement, [list(asked), [u.at for u in undos], [_text(u.after) for u in undos]]):
        row, undo = asked[id]
        if changed:
            row.refuse(undo.otherwise)


def write(rows: Sequence[Row], current: Plan, marks: Marks) -> set[UUID | None]:
    """Take away the links that came, and put the stores' own values back; the ids of the records that changed."""
    undone = [(row, undo) for row in rows if (undo := row.command.undo)]
    if not undone:
        return set()
    changed: set[UUID | None] = set()
    for name in current.mappings:
        pairs = [(row.id, UUID(target)) for row, undo in undone for target in undo.unlinks.get(name, ())]
        if pairs:
            changed |= _unlink(current, name, pairs, {row.id: row for row, _ in undone}, marks)
    values = [(row.id, UUID(s), _text(own)) for row, undo in undone for s, own in undo.store_values.items()]
    if values:
        by_id = {row.id: row for row, _ in undone}
        found = run(statements.merge_store_values(current.spec.name), _columns(values))
        for owner, store, before, after in found:
            by_id[owner].beside.setdefault("stores", {})[str(store)] = changes.difference(before, after)
        changed |= {owner for owner, *_ in found}
    return changed


def revive(rows: Sequence[Row], current: Plan, marks: Marks) -> None:
    """After deleted records were inserted again: their numbers and times, what stood beside them, who named them."""
    undone = [(row.id, undo) for row in rows if (undo := row.command.undo) and undo.number is not None]
    if not undone:
        return
    run(
        f"""UPDATE {current.table} t SET number = u.number, created_at = u.at
              FROM unnest(%b::uuid[], %b::bigint[], %b::text[]::timestamptz[]) AS u (id, number, at)
             WHERE t.id = u.id""",
        _columns([(id, undo.number, undo.created_at) for id, undo in undone]),
    )
    for dependent in current.dependents:
        if dependent.rule in (OnDelete.SET_NULL, OnDelete.PROTECT):
            _name_again(dependent, undone)
        elif dependent.rule is OnDelete.CASCADE and not dependent.entity:
            _put_back(dependent, [undo for _, undo in undone], marks)


def _unlink(
    current: Plan, name: str, pairs: Sequence[tuple[Any, UUID]], rows: Mapping[UUID | None, Row], marks: Marks
) -> set[UUID | None]:
    gone = run(statements.unlink(current.spec.name, name), _columns(pairs))
    for owner, target, before, after in gone:
        rows[owner].beside.setdefault("links", {}).setdefault(name, {})[str(target)] = [before, after]
    owners = {owner for owner, *_ in gone}
    marks.linked(current.spec.name, name, owners)
    return owners


def _name_again(dependent: Dependent, undone: Sequence[tuple[UUID | None, Undo]]) -> None:
    """Only where nothing else has been named meanwhile."""
    place = f"{dependent.table}.{dependent.column}"
    pairs = [(UUID(other), id) for id, undo in undone for other in undo.lost.get(place, ())]
    if pairs:
        run(
            f"""UPDATE {dependent.table} t SET "{dependent.column}" = u.named
                  FROM unnest(%b::uuid[], %b::uuid[]) AS u (id, named)
                 WHERE t.id = u.id AND t."{dependent.column}" IS NULL""",
            _columns(pairs),
        )


def _put_back(dependent: Dependent, undos: Iterable[Undo], marks: Marks) -> None:
    """Rows of a table beside the records. One that names what is gone breaks a constraint: its record is refused."""
    found = [row for undo in undos for row in undo.rows.get(dependent.table, ())]
    if not found:
        return
    columns = names(tuple(found[0]))
    run(
        f"""INSERT INTO {dependent.table} ({columns})
            SELECT {columns} FROM jsonb_populate_recordset(NULL::{dependent.table}, %b::text::jsonb)
                ON CONFLICT DO NOTHING""",
        [_text(found)],
    )
    if gain := marking.gain(dependent.table):
        marks.add(gain.entity, Derivation(gain.derivation), (UUID(row[gain.owner]) for row in found))


def _columns(rows: Sequence[tuple[Json, ...]]) -> list[list[Json]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _text(value: Json) -> str:
    return orjson.dumps(value, default=str).decode()
