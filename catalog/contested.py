"""Unique values that several records of a chunk have or want, one after the other: which rows have to do with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from catalog import resolving
from catalog.commands import Delete, Json, Reference
from catalog.plans import plan
from catalog.registry import NaturalKey, Ref
from catalog.resolving import Found
from catalog.rows import Row
from catalog.sharing import ROW

Parts = tuple[Hashable, ...]  # of a key, by field
Value = tuple[str, str, Parts]  # entity, key, its comparable value
_LEFT: Final = object()  # stands for a part that a row leaves as it is


def values(rows: Sequence[Row]) -> Mapping[Row, Sequence[Value]]:
    """By row those that its record has or gets, before or after it, while another record of these rows does so too."""
    found: dict[Row, list[Value]] = defaultdict(list)
    for entity, members in _by_entity(rows).items():
        known = _referred(entity, members)
        for key in plan(entity).unique_keys:
            given = {row: parts for row in members if (parts := _given(row, key, known)) is not None}
            if not all(_is_own_name(row, key, parts) for row, parts in given.items()):
                for row, several in _shared(given, key).items():
                    found[row] += [(entity, key.name, value) for value in several]
    return found


def _by_entity(rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    """The rows of the kinds of record that have a unique key and are written."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.command.entity].append(row)
    return {
        entity: members
        for entity, members in found.items()
        if plan(entity).unique_keys and not all(isinstance(row.command, Delete) for row in members)
    }


def _referred(entity: str, rows: Sequence[Row]) -> Found:
    """The ids of what the parts of their keys name by another name than the id."""
    parts = {name for key in plan(entity).unique_keys for name in key.fields}
    sought: resolving.Names = defaultdict(set)
    for ref in plan(entity).spec.refs:
        for row in rows if ref.name in parts else ():
            reference = row.values.get(ref.name)
            if isinstance(reference, Reference) and reference.by not in ("id", ROW):
                sought[ref.entity, reference.by].add(resolving.comparable(ref.entity, reference))
    return resolving.find(sought) if sought else {}


def _given(row: Row, key: NaturalKey, known: Found) -> Parts | None:
    """What it writes there, part by part: a delete nothing; None where it does not touch the key."""
    if isinstance(row.command, Delete):
        return (_LEFT,) * len(key.fields)
    if not any(name in row.values for name in key.fields):
        return None
    if len(key.fields) == 1:
        given = row.values[key.fields[0]]
        return (key.fold(given) if isinstance(given, str) else None,)
    spec = plan(row.command.entity).spec
    return tuple(_part(spec.by_name[name], row.values.get(name, _LEFT), known) for name in key.fields)


def _part(field: object, value: Json, known: Found) -> Hashable:
    """A reference by a name that nobody has yet stands for itself."""
    if isinstance(field, Ref) and isinstance(value, Reference):
        id = value.value.id if value.by == ROW else resolving.part(field, value, known)
        return id or (value.by, resolving.comparable(field.entity, value))
    part: Hashable = value
    return part


def _is_own_name(row: Row, key: NaturalKey, parts: Parts) -> bool:
    """Whether it names its record by the very value that it gives: rows of one name have an order already."""
    named = row.command.key
    return named is not None and named.by == key.name and parts == (row.name,)


def _shared(given: Mapping[Row, Parts], key: NaturalKey) -> Mapping[Row, Sequence[Parts]]:
    """By row those values of its record that another record has as well at some time."""
    held = _held(given, key)
    owners = Counter(value for values in held.values() for value in values)
    return {row: [value for value in held[_record(row)] if owners[value] > 1] for row in given}


def _held(given: Mapping[Row, Parts], key: NaturalKey) -> Mapping[Hashable, set[Parts]]:
    """By record all values that it has from its first row to its last, whatever rows are refused."""
    entity = next(iter(given)).command.entity
    before = resolving.kept(plan(entity), key, [row.id for row in given if row.exists])
    found: dict[Hashable, list[Parts]] = defaultdict(list)
    for id, parts in before.items():
        found[id].append(parts)
    for row, parts in given.items():
        own = found[_record(row)]
        if row.command.key is not None and row.command.key.by == key.name and row.name is not None:
            own.append(row.name if len(key.fields) > 1 else (row.name,))
        for last in [own[0], own[-1]] if own else [parts]:
            own.append(tuple(old if new is _LEFT else new for old, new in zip(last, parts, strict=True)))
    return {record: {v for v in values if None not in v and _LEFT not in v} for record, values in found.items()}


def _record(row: Row) -> Hashable:
    record: Hashable = row.id or row.name
    return record
