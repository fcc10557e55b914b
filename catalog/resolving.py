"""From the names that commands use (natural keys, numbers, ids) to ids: a chunk at a time, one query per kind of name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from catalog.commands import Json, LinkSet, Reference, Upsert
from catalog.identity import uuid7
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan, plan
from catalog.rows import Row
from catalog.sql import run

Names = dict[tuple[str, str], set[Json]]  # (entity, kind of name) -> comparable values
Found = dict[tuple[str, str, Json], UUID]


def comparable(entity: str, reference: Reference) -> Json:
    """The form in which two names of one record are equal; None when it cannot name any record."""
    value = reference.value
    key = plan(entity).spec.key
    if key is not None and reference.by == key.field:
        return key.fold(value) if isinstance(value, str) and "\0" not in value else None
    if reference.by == "number":
        return value if isinstance(value, int) and abs(value) < 2**63 else None
    if reference.by != "id":
        raise LookupError(f"{entity} cannot be named by {reference.by}")
    return value if isinstance(value, UUID) else _uuid(value)


def find(names: Mapping[tuple[str, str], set[Json]]) -> Found:
    """The ids of those that exist, by (entity, kind, comparable value)."""
    found: Found = {}
    for (entity, by), values in names.items():
        column = _column(plan(entity), by)
        if known := [value for value in values if value is not None]:
            rows = run(
                f'SELECT "{column}", id FROM {plan(entity).table} WHERE "{column}" = ANY(%b::{_TYPES.get(by, "text")}[])',
                [known],
            )
            found.update({(entity, by, value): id for value, id in rows})
    return found


def identify(rows: Sequence[Row]) -> None:
    """Give each row the id of the record that its command names, and say whether it exists."""
    names: Names = defaultdict(set)
    for row in rows:
        if row.command.key is not None:
            entity, by = row.command.entity, row.command.key.by
            names[entity, by].add(comparable(entity, row.command.key))
    found = find(names)
    for row in rows:
        _identify(row, found)


def references(rows: Sequence[Row], spec_plan: Plan) -> None:
    """Put the ids of referenced records into the documents; refuse the rows whose references lead nowhere."""
    names: Names = defaultdict(set)
    for row in rows:
        for field in spec_plan.spec.refs:
            if (reference := row.values.get(field.name)) is not None:
                names[field.entity, reference.by].add(comparable(field.entity, reference))
    found = find(names) if names else {}
    for row in rows:
        for field in spec_plan.spec.refs:
            if field.name in row.values:
                row.document[field.column] = _target(row, field.entity, row.values[field.name], f"/{field.name}", found)


def link_targets(rows: Sequence[Row], entity: str, name: str) -> dict[int, list[UUID]]:
    """For the link sets called `name`: the ids of their targets, by row index. Refuses rows with unknown ones."""
    sets = [(row, links) for row in rows if (links := link_set(row, name))]
    names: Names = defaultdict(set)
    for _, links in sets:
        for link in links.links:
            names[entity, link.target.by].add(comparable(entity, link.target))
    found = find(names) if names else {}
    return {
        row.index: [
            target
            for position, link in enumerate(links.links)
            if (target := _target(row, entity, link.target, link.path or f"/{name}/{position}", found))
        ]
        for row, links in sets
    }


def link_set(row: Row, name: str) -> LinkSet | None:
    return row.command.links.get(name) if isinstance(row.command, Upsert) else None


def ids(entity: str, by: str, values: Iterable[Json]) -> dict[Json, UUID]:
    """The ids that comparable `values` of one kind of name stand for."""
    return {value: id for (_, _, value), id in find({(entity, by): set(values)}).items()}


_TYPES = {"id": "uuid", "number": "bigint"}


def _column(entity_plan: Plan, by: str) -> str:
    key = entity_plan.spec.key
    return key.column if key is not None and by == key.field else by


def _identify(row: Row, found: Found) -> None:
    key, entity = row.command.key, row.command.entity
    if key is None:
        row.id, row.exists = uuid7(), False
        return
    value = comparable(entity, key)
    row.id = found.get((entity, key.by, value))
    row.exists = row.id is not None
    if row.exists or not isinstance(row.command, Upsert):
        return
    if value is None:
        row.refuse(FieldError(path=f"/{key.by}", code=ErrorCode.TYPE, params={"expected": key.by, "value": key.value}))
    row.id = value if key.by == "id" else uuid7()


def _target(row: Row, entity: str, reference: Reference | None, path: str, found: Found) -> UUID | None:
    if reference is None:
        return None
    target = found.get((entity, reference.by, comparable(entity, reference)))
    if target is None:
        params = {"entity": entity, "by": reference.by, "value": reference.value}
        row.refuse(FieldError(path=path, code=ErrorCode.REFERENCE, params=params))
    return target


def _uuid(value: Json) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
