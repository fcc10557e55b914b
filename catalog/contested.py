"""Unique values that a chunk frees by deleting one record and gives to another: which rows have to do with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Final
from uuid import UUID

from catalog import resolving
from catalog.commands import Delete, Json, Reference
from catalog.plans import Plan, plan
from catalog.registry import NaturalKey, Ref
from catalog.resolving import Found
from catalog.rows import Row
from catalog.sharing import ROW
from catalog.sql import names, run

Value = tuple[str, str, Hashable]  # entity, key, comparable value
NOTHING: Final[Mapping[Row, Sequence[Value]]] = {}


def values(rows: Sequence[Row]) -> Mapping[Row, Sequence[Value]]:
    """By row those that it takes or frees, of the kinds of record that are both written and deleted in these rows."""
    gone, made = _kinds(rows, deleted=True), _kinds(rows, deleted=False)
    kinds = [entity for entity in gone if entity in made and plan(entity).unique_keys]
    if not kinds:
        return NOTHING
    known = _referred([row for entity in kinds for row in made[entity]])
    found: dict[Row, list[Value]] = defaultdict(list)
    for entity in kinds:
        for key in plan(entity).unique_keys:
            taken = {row: value for row in made[entity] if (value := _taken(row, key, known)) is not None}
            had = _had(gone[entity], key, plan(entity)) if taken else defaultdict(list)
            for row, value in taken.items():
                had[row.id].append(value)
                found[row].append((entity, key.name, value))
            for row in gone[entity]:
                found[row] += [(entity, key.name, value) for value in had.get(row.id or row.name, ())]
    return found


def _kinds(rows: Sequence[Row], *, deleted: bool) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if isinstance(row.command, Delete) is deleted:
            found[row.command.entity].append(row)
    return found


def _referred(rows: Sequence[Row]) -> Found:
    """The ids of what the parts of their keys name by another name than the id."""
    sought: resolving.Names = defaultdict(set)
    for row in rows:
        for ref in _refs(plan(row.command.entity)):
            reference = row.values.get(ref.name)
            if isinstance(reference, Reference) and reference.by not in ("id", ROW):
                sought[ref.entity, reference.by].add(resolving.comparable(ref.entity, reference))
    return resolving.find(sought) if sought else {}


def _refs(current: Plan) -> list[Ref]:
    parts = {name for key in current.unique_keys for name in key.fields}
    return [ref for ref in current.spec.refs if ref.name in parts]


def _taken(row: Row, key: NaturalKey, known: Found) -> Hashable | None:
    """What it writes there; None where it leaves a part as it is, or names what is not there."""
    if len(key.fields) == 1:
        given = row.values.get(key.fields[0])
        return key.fold(given) if isinstance(given, str) else None
    spec = plan(row.command.entity).spec
    parts = tuple(_part(spec.by_name[name], row.values.get(name), known) for name in key.fields)
    return None if None in parts else parts


def _part(field: object, value: Json, known: Found) -> Hashable | None:
    if isinstance(value, Reference) and value.by == ROW:
        id: UUID | None = value.value.id
        return id
    part: Hashable | None = resolving.part(field, value, known)
    return part


def _had(rows: Sequence[Row], key: NaturalKey, current: Plan) -> dict[Json, list[Hashable]]:
    """By id what the records that go have there before the chunk."""
    ids = [row.id for row in rows if row.exists]
    columns = [key.column] if key.column else [current.column_of[name] for name in key.fields]
    found = run(f"SELECT id, {names(columns)} FROM {current.table} WHERE id = ANY(%b::uuid[])", [ids]) if ids else []
    return defaultdict(list, {id: [parts[0] if key.column else tuple(parts)] for id, *parts in found})
