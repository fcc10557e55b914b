"""From the names that commands use to ids: a chunk at a time, most kinds of name in one query."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final
from uuid import UUID

from catalog.commands import Change, Json, LinkSet, Mode, Reference, Upsert
from catalog.identity import uuid7s
from catalog.outcomes import ErrorCode, FieldError, OutcomeKind
from catalog.plans import Plan, plan
from catalog.registry import Integer, NaturalKey, Number, Ref
from catalog.rows import Row
from catalog.sharing import LOCAL, ROW
from catalog.sql import names as column_names
from catalog.sql import run

Name = tuple[str, str, Json]  # entity, kind of name, comparable value
Names = dict[tuple[str, str], set[Json]]  # (entity, kind of name) -> comparable values
Found = Mapping[Name, UUID]
NOTHING: Final = UUID(int=0)  # part of a key: that a reference is null, which is as good as any record


class Upcoming:
    """The upserts of a wave, by every name that others of it may use for them. Most waves never ask."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._found: dict[Name, Row] | None = None

    def get(self, name: Name) -> Row | None:
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
    parts = tuple(part(spec.key_field(name), given, known or {}) for name, given in zip(key.fields, value, strict=True))
    return None if None in parts else parts


def part(field: object, given: Json, known: Found) -> Json:
    """Of a key of several fields: its comparable value, None where it names nothing. `known`: ids of references."""
    if isinstance(field, Ref):
        if given is None and field.nullable:
            return NOTHING
        if not isinstance(given, Reference):
            return None
        own = comparable(field.entity, given)
        return known.get((field.entity, given.by, own), own if given.by == "id" else None)
    if isinstance(field, Number):
        return _decimal(given)
    fits = isinstance(given, str) or (isinstance(given, int) and abs(given) < 2**63)
    return given if fits else None


def _decimal(given: Json) -> Decimal | None:
    """2, 2.0 and "2" are one number."""
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def find(names: Mapping[tuple[str, str], set[Json]]) -> dict[Name, UUID]:
    """The ids of those that exist, by (entity, kind, comparable value)."""
    sought = {
        (entity, by): known
        for (entity, by), values in names.items()
        if by not in (LOCAL, ROW) and (known := [value for value in values if _is_storable(value)])
    }
    together = sorted(kind for kind in sought if _is_plain(*kind))
    if len(together) < 2:
        together = []
    found = _look_up_together({kind: sought.pop(kind) for kind in together})
    for (entity, by), known in sought.items():
        found.update({(entity, by, value): id for value, id in _look_up(plan(entity), by, known)})
    return found


def _is_storable(value: Json) -> bool:
    """A text with a NUL names nothing: the database would refuse the question, and with it everybody's."""
    return value is not None and not (isinstance(value, str) and "\0" in value)


def ids(entity: str, by: str, values: Iterable[Json]) -> dict[Json, UUID]:
    """The ids that comparable `values` of one kind of name stand for."""
    return {value: id for (_, _, value), id in find({(entity, by): set(values)}).items()}


def kept(current: Plan, key: NaturalKey, ids: Sequence[UUID | None]) -> dict[UUID, tuple[Json, ...]]:
    """By id the comparable value of a key that records have, part by part."""
    statement = (
        f"SELECT id, {column_names(current.key_columns[key.name])} FROM {current.table} WHERE id = ANY(%b::uuid[])"
    )
    return {id: tuple(parts) for id, *parts in run(statement, [list(ids)])} if ids else {}


def ambiguous(entity: str, by: str, values: Iterable[Json]) -> set[Json]:
    """Those of the comparable `values` that stand for several records."""
    counts = Counter(value for value, _ in _look_up(plan(entity), by, list(values)))
    return {value for value, count in counts.items() if count > 1}


def identify(rows: Sequence[Row]) -> None:
    """Give each row the id of the record that its command names, and say whether it exists."""
    _identify([row for row in rows if not row.follows])
    for row in rows:
        if written := row.follows:
            row.id = row.name = written.id
            row.exists = written.exists or written.kind is OutcomeKind.CREATED


def _identify(rows: Sequence[Row]) -> None:
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
        key = row.command.key
        row.id = found.get((row.command.entity, key.by, row.name)) if key is not None else None
        row.exists = row.id is not None
    new = [row for row in rows if not row.exists and (row.command.key is None or isinstance(row.command, Upsert))]
    for row, id in zip(new, uuid7s(len(new)), strict=True):
        _give_id(row, id)


def _by_name(rows: Sequence[Row]) -> dict[Name, Row]:
    found: dict[Name, Row] = {}
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
    sent: set[str] = set().union(*(row.document for row in rows))
    named: list[tuple[Row, Ref, Reference, Name]] = []
    for ref in current.spec.refs if sent else ():
        for row in rows if ref.name in sent else ():
            if ref.name in row.document:
                reference = row.document.pop(ref.name)
                row.document[ref.column] = None
                if reference is not None:
                    named.append((row, ref, reference, _name(ref.entity, reference)))
    found = _found(name for *_, name in named)
    for row, ref, reference, name in named:
        row.document[ref.column] = found.get(name) or _elsewhere(row, reference, name, f"/{ref.name}", coming)


def link_targets(rows: Sequence[Row], entity: str, name: str, coming: Upcoming) -> dict[Row, list[UUID | None]]:
    """For the link sets called `name`, the ids of their targets by row. Refuses rows with unknown ones."""
    sets = [
        (row, links, [_name(entity, link.target) for link in links.links])  # type: ignore[arg-type]
        for row in rows
        if (links := row.links.get(name)) is not None
    ]
    found = _found(target for _, _, names in sets for target in names)
    return {
        row: [
            found.get(target) or _elsewhere(row, link.target, target, link.path or f"/{name}/{position}", coming)  # type: ignore[arg-type]
            for position, (link, target) in enumerate(zip(links.links, names, strict=True))
            if target in found or not _may_be_gone(row, links)
        ]
        for row, links, names in sets
    }


def _name(entity: str, reference: Reference) -> Name:
    return entity, reference.by, comparable(entity, reference)


def _found(sought: Iterable[Name]) -> dict[Name, UUID]:
    names: Names = defaultdict(set)
    for entity, by, value in sought:
        names[entity, by].add(value)
    return find(names)


def _may_be_gone(row: Row, links: LinkSet) -> bool:
    """Whether its links only have to be removed, wherever they lead."""
    command = row.command
    return links.change is Change.REMOVE and isinstance(command, Upsert) and command.mode is Mode.PRESENT


def _elsewhere(row: Row, reference: Reference, name: Name, path: str, coming: Upcoming) -> UUID | None:
    """The id of a record that is not in the database: the row waits for it if it is written in the same wave."""
    is_row = reference.by == ROW
    writer = reference.value if is_row else coming.get(name)
    params = {
        "entity": name[0],
        "by": "record" if is_row else reference.by,
        "value": None if is_row else reference.value,
    }
    error = FieldError(path=path, code=ErrorCode.REFERENCE, params=params)
    if writer is not None:
        row.needs.append((writer, error))
        id: UUID | None = writer.id
        return id
    if not reference.optional:
        row.refuse(error)
    return None


def _give_id(row: Row, fresh: UUID) -> None:
    key = row.command.key
    row.id = row.name if key is not None and key.by == "id" else fresh
    if key is not None and row.name is None and not isinstance(key.value, tuple):
        # of a tuple, a part may be written in this chunk
        row.refuse(FieldError(path=f"/{key.by}", code=ErrorCode.TYPE, params={"expected": key.by, "value": key.value}))


def _is_plain(entity: str, by: str) -> bool:
    """Whether a name of this kind is a single value that stands for one record at most."""
    key = plan(entity).spec.keys_by_name.get(by)
    return key is None or (key.unique and len(key.fields) == 1)


def _look_up_together(sought: Mapping[tuple[str, str], Sequence[Json]]) -> dict[Name, UUID]:
    """Plain names of several kinds: a round trip for each would cost a small request more than all else."""
    kinds = list(sought)
    rows = run(_together(tuple(kinds)), list(sought.values())) if kinds else []
    values = [{str(value): value for value in known} for known in sought.values()]
    return {(*kinds[kind], values[kind][text]): id for kind, text, id in rows}


@lru_cache(maxsize=256)
def _together(kinds: tuple[tuple[str, str], ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT {number}, value::text, id FROM ({_plain(plan(entity), by)}) AS k{number} (value, id)"
        for number, (entity, by) in enumerate(kinds)
    )


def _plain(current: Plan, by: str) -> str:
    if by in current.spec.lookups:
        return f"SELECT * FROM ({current.spec.lookups[by]}) AS l (value, id) WHERE value = ANY(%b::text[])"
    key = current.spec.keys_by_name.get(by)
    column, kind = (key.column, "text") if key else (by, {"id": "uuid", "number": "bigint"}[by])
    return f'SELECT "{column}", id FROM {current.table} WHERE "{column}" = ANY(%b::{kind}[])'


def _look_up(current: Plan, by: str, values: Sequence[Json]) -> list[tuple[Json, UUID]]:
    key = current.spec.keys_by_name.get(by)
    if key is not None and len(key.fields) > 1:
        return _look_up_tuples(current, key, values)
    oldest_last = " ORDER BY number DESC" if key is not None and not key.unique else ""  # the oldest counts
    return [(value, id) for value, id in run(_plain(current, by) + oldest_last, [values])]


def _look_up_tuples(current: Plan, key: NaturalKey, values: Sequence[Json]) -> list[tuple[Json, UUID]]:
    """The oldest record of each, where the key is not unique."""
    columns = [current.column_of.get(name, name) for name in key.fields]
    empty = [isinstance(field := current.spec.key_field(name), Ref) and field.nullable for name in key.fields]
    arrays = ", ".join(f"%b::{_sql_type(current, name)}[]" for name in key.fields)
    values_of = [
        f"coalesce(t.\"{column}\", '{NOTHING}')" if may_be_empty else f't."{column}"'
        for column, may_be_empty in zip(columns, empty, strict=True)
    ]
    same = " AND ".join(f'{value} = k."{column}"' for column, value in zip(columns, values_of, strict=True))
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


def _uuid(value: Json) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
