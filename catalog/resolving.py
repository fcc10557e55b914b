"""From the names that commands use to ids: a chunk at a time, one query per kind of name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from catalog.commands import Change, Json, LinkSet, Mode, Reference, Upsert
from catalog.identity import uuid7
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan, plan
from catalog.registry import Integer, NaturalKey, Number, Ref
from catalog.rows import Row
from catalog.sharing import LOCAL, ROW
from catalog.sql import names as column_names
from catalog.sql import run

Names = dict[tuple[str, str], set[Json]]  # (entity, kind of name) -> comparable values
Found = Mapping[tuple[str, str, Json], UUID]


class Upcoming:
    """The upserts of a wave, by every name that others of it may use for them. Most waves never ask."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._found: dict[tuple[str, str, Json], Row] | None = None

    def get(self, name: tuple[str, str, Json]) -> Row | None:
        if self._found is None:
            self._found = _by_name(self._rows)
        return self._found.get(name)


def comparable(entity: str, reference: Reference, known: Found | None = None) -> Json:
    """The form in which two names of one record are equal; None when it cannot name any record.

    `known`: ids of the references inside a key of several fields.
    """
    by, value = reference.by, reference.value
    if by == "id":
        return value if isinstance(value, UUID) else _uuid(value)
    if by == "number":
        return value if type(value) is int and abs(value) < 2**63 else None
    if by in (LOCAL, ROW):
        return value
    spec = plan(entity).spec
    if (key := spec.keys_by_name.get(by)) is None:
        if by not in spec.lookups:
            raise LookupError(f"{entity} cannot be named by {by}")
        return value if isinstance(value, str) else None
    if len(key.fields) == 1:
        return key.fold(value) if isinstance(value, str) and "\0" not in value else None
    parts = tuple(_part(spec.key_field(name), part, known or {}) for name, part in zip(key.fields, value, strict=True))
    return None if None in parts else parts


def find(names: Mapping[tuple[str, str], set[Json]]) -> dict[tuple[str, str, Json], UUID]:
    """The ids of those that exist, by (entity, kind, comparable value)."""
    found: dict[tuple[str, str, Json], UUID] = {}
    for (entity, by), values in names.items():
        known = [value for value in values if value is not None]
        if known and by not in (LOCAL, ROW):
            found.update({(entity, by, value): id for value, id in _look_up(plan(entity), by, known)})
    return found


def ids(entity: str, by: str, values: Iterable[Json]) -> dict[Json, UUID]:
    """The ids that comparable `values` of one kind of name stand for."""
    return {value: id for (_, _, value), id in find({(entity, by): set(values)}).items()}


def identify(rows: Sequence[Row]) -> None:
    """Give each row the id of the record that its command names, and say whether it exists."""
    inner: Names = defaultdict(set)
    for row in rows:
        if row.command.key is not None and isinstance(row.command.key.value, tuple):
            _gather_inner(row.command.entity, row.command.key, inner)
    known = find(inner) if inner else {}
    names: Names = defaultdict(set)
    for row in rows:
        if (key := row.command.key) is not None:
            row.name = comparable(row.command.entity, key, known)
            names[row.command.entity, key.by].add(row.name)
    found = find(names)
    for row in rows:
        _identify(row, found)


def _by_name(rows: Sequence[Row]) -> dict[tuple[str, str, Json], Row]:
    found: dict[tuple[str, str, Json], Row] = {}
    for row in rows:
        entity = row.command.entity
        found[entity, "id", row.id] = row
        if row.command.key is not None:
            found[entity, row.command.key.by, row.name] = row
        key = plan(entity).spec.key
        if key is not None and isinstance(given := row.values.get(key.fields[0]), str):
            found[entity, key.name, key.fold(given)] = row
        if isinstance(row.command, Upsert) and row.command.local is not None:
            found[entity, LOCAL, row.command.local] = row
    return found


def references(rows: Sequence[Row], current: Plan, coming: Upcoming) -> None:
    """Put the ids of referenced records into the documents; refuse the rows whose references lead nowhere."""
    refs = [ref for ref in current.spec.refs if any(ref.name in row.document for row in rows)]
    if not refs:
        return
    names: Names = defaultdict(set)
    for row in rows:
        for ref in refs:
            if (reference := row.document.get(ref.name)) is not None:
                names[ref.entity, reference.by].add(comparable(ref.entity, reference))
    found = find(names)
    for row in rows:
        for ref in refs:
            if ref.name in row.document:
                reference = row.document.pop(ref.name)
                row.document[ref.column] = target(row, ref.entity, reference, f"/{ref.name}", found, coming)


def link_targets(rows: Sequence[Row], entity: str, name: str, coming: Upcoming) -> dict[Row, list[UUID | None]]:
    """For the link sets called `name`, the ids of their targets by row. Refuses rows with unknown ones."""
    sets = [(row, links) for row in rows if (links := row.links.get(name)) is not None]
    names: Names = defaultdict(set)
    for _, links in sets:
        for link in links.links:
            assert isinstance(link.target, Reference), "nested targets have become rows"
            names[entity, link.target.by].add(comparable(entity, link.target))
    found = find(names) if names else {}
    return {
        row: [
            target(row, entity, link.target, link.path or f"/{name}/{position}", found, coming)  # type: ignore[arg-type]
            for position, link in enumerate(links.links)
            if not _is_gone(row, links, entity, link.target, found)  # type: ignore[arg-type]
        ]
        for row, links in sets
    }


def _is_gone(row: Row, links: LinkSet, entity: str, reference: Reference, found: Found) -> bool:
    """Whether a link that only has to be removed leads nowhere."""
    if links.change is not Change.REMOVE or not isinstance(row.command, Upsert) or row.command.mode is not Mode.PRESENT:
        return False
    return (entity, reference.by, comparable(entity, reference)) not in found


def target(
    row: Row, entity: str, reference: Reference | None, path: str, found: Found, coming: Upcoming
) -> UUID | None:
    """The id that a reference of `row` leads to; the row waits for it if it is written in the same wave."""
    if reference is None:
        return None
    if reference.by == ROW:
        row.needs.append(reference.value)
        other: UUID | None = reference.value.id
        return other
    name = (entity, reference.by, comparable(entity, reference))
    id = found.get(name)
    if id is None and (writer := coming.get(name)) is not None:
        row.needs.append(writer)
        id = writer.id
    if id is None and not reference.optional:
        params = {"entity": entity, "by": reference.by, "value": reference.value}
        row.refuse(FieldError(path=path, code=ErrorCode.REFERENCE, params=params))
    return id


def _identify(row: Row, found: Found) -> None:
    key, entity = row.command.key, row.command.entity
    if key is None:
        row.id, row.exists = uuid7(), False
        return
    row.id = found.get((entity, key.by, row.name))
    row.exists = row.id is not None
    if row.exists or not isinstance(row.command, Upsert):
        return
    if row.name is None and not isinstance(key.value, tuple):  # of a tuple, a part may be written in this chunk
        row.refuse(FieldError(path=f"/{key.by}", code=ErrorCode.TYPE, params={"expected": key.by, "value": key.value}))
    row.id = row.name if key.by == "id" else uuid7()


def _look_up(current: Plan, by: str, values: Sequence[Json]) -> list[tuple[Json, UUID]]:
    if by in current.spec.lookups:
        statement = f"SELECT * FROM ({current.spec.lookups[by]}) AS l (value, id) WHERE value = ANY(%b::text[])"
        return [(value, id) for value, id in run(statement, [values])]
    key = current.spec.keys_by_name.get(by)
    if key is not None and len(key.fields) > 1:
        return _look_up_tuples(current, key, values)
    column, kind = (key.column, "text") if key else (by, {"id": "uuid", "number": "bigint"}[by])
    statement = f'SELECT "{column}", id FROM {current.table} WHERE "{column}" = ANY(%b::{kind}[])'
    if key is not None and not key.unique:
        statement += " ORDER BY number DESC"  # the oldest counts
    return [(value, id) for value, id in run(statement, [values])]


def _look_up_tuples(current: Plan, key: NaturalKey, values: Sequence[Json]) -> list[tuple[Json, UUID]]:
    """The oldest record of each, where the key is not unique."""
    columns = [current.column_of.get(name, name) for name in key.fields]
    arrays = ", ".join(f"%b::{_sql_type(current, name)}[]" for name in key.fields)
    same = " AND ".join(f't."{column}" = k."{column}"' for column in columns)
    rows = run(
        f"SELECT {column_names(columns, 'k')}, t.id FROM unnest({arrays}) AS k ({column_names(columns)})"
        f" JOIN {current.table} t ON {same} ORDER BY t.number DESC",
        [list(part) for part in zip(*values, strict=True)],
    )
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def _sql_type(current: Plan, name: str) -> str:
    field = current.spec.key_field(name)
    return {Ref: "uuid", Integer: "bigint", Number: "numeric"}.get(type(field), "text")


def _gather_inner(entity: str, key: Reference, names: Names) -> None:
    spec = plan(entity).spec
    for name, part in zip(spec.keys_by_name[key.by].fields, key.value, strict=True):
        field = spec.key_field(name)
        if isinstance(field, Ref) and isinstance(part, Reference):
            names[field.entity, part.by].add(comparable(field.entity, part))


def _part(field: object, part: Json, known: Found) -> Json:
    if isinstance(field, Ref):
        if not isinstance(part, Reference):
            return None
        own = comparable(field.entity, part)
        return known.get((field.entity, part.by, own), own if part.by == "id" else None)
    fits = isinstance(part, str) or (isinstance(part, int) and abs(part) < 2**63)
    return part if fits else None


def _uuid(value: Json) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
