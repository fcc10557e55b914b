"""One wave of upserts of one entity: checks, then the statements that write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from catalog import checking, linking, resolving, scopes, statements, validation
from catalog.commands import Upsert
from catalog.outcomes import Outcome, OutcomeKind
from catalog.plans import Plan, plan
from catalog.rights import Rights
from catalog.rows import Row
from catalog.scopes import Stores
from catalog.sql import run

RACES = 3  # how often rows that appear between check and insert are done again


def write(entity: str, rows: Sequence[Row], *, granted: Rights, stores: Stores) -> None:
    """Check and write `rows`, which name different records; each has an outcome or errors afterwards."""
    current = plan(entity)
    pending = rows
    for _ in range(RACES):
        _prepare(pending, current, granted, stores)
        links = linking.targets(pending, current)
        _dump(pending)
        good = [row for row in pending if not row.errors]
        raced = _insert([row for row in good if not row.exists], current)
        written = [row for row in good if row not in raced] if raced else good
        _update([row for row in written if row.exists], current, links, stores)
        _complete_new([row for row in written if not row.exists], current, links, stores)
        if not raced:
            return
        resolving.identify(raced)
        pending = raced
    raise RuntimeError(f"{len(pending)} new {entity} records met others that appear and vanish again")


def _prepare(rows: Sequence[Row], current: Plan, granted: Rights, stores: Stores) -> None:
    checking.existence(rows)
    checking.rights(rows, current.spec.name, granted)
    scopes.check(rows, stores)
    _fill_defaults([row for row in rows if not row.exists], current)
    columns = [(field.name, field.column) for field in current.spec.fields]
    for row in rows:
        row.document = {column: row.values[name] for name, column in columns if name in row.values}
    resolving.references(rows, current)
    checking.natural_keys(rows, current)
    checking.required(rows, current)
    checking.unique(rows, current)
    scopes.separate(rows, current)


def _fill_defaults(rows: Sequence[Row], current: Plan) -> None:
    """A new record takes the dialect's defaults for what was not sent."""
    filled = [row for row in rows if isinstance(row.command, Upsert) and row.command.defaults]
    defaults = [row.command.defaults for row in filled if isinstance(row.command, Upsert)]
    for row, (values, errors) in zip(filled, validation.clean(current.spec.name, defaults), strict=True):
        row.values = values | row.values
        row.refuse(*errors)


def _dump(rows: Sequence[Row]) -> None:
    for row in rows:
        dumped = orjson.dumps(row.document, default=str)
        row.refuse(*validation.nul_characters(row.document, dumped))
        row.dumped = dumped.decode()


def _insert(rows: Sequence[Row], current: Plan) -> list[Row]:
    """Insert `rows`; returns those whose record appeared since it was looked for."""
    if not rows:
        return []
    blank = orjson.dumps(current.blank, default=str).decode()
    parameters = [blank, *_columns(rows)]
    inserted = {id for (id,) in run(statements.insert(current.spec.name), parameters)}
    for row in rows:
        row.outcome = Outcome(kind=OutcomeKind.CREATED, id=row.id)
    return [row for row in rows if row.id not in inserted]


def _complete_new(rows: Sequence[Row], current: Plan, links: Mapping[str, linking.Targets], stores: Stores) -> None:
    if rows and current.spec.links:
        linking.write(rows, current, links)
        linking.write_initial(rows, current, stores)


def _update(rows: Sequence[Row], current: Plan, links: Mapping[str, linking.Targets], stores: Stores) -> None:
    """Lock what differs, write it, then what stands beside the base row."""
    if not rows:
        return
    beside = [bool(row.overrides) or has_links(row) for row in rows]
    locked = run(statements.lock_differing(current.spec.name), [*_columns(rows), beside])
    differing = {id for id, differs in locked if differs}
    if changed := [row for row in rows if row.id in differing]:
        run(statements.update(current.spec.name), _columns(changed))
    moved = set()
    if any(beside):
        moved = linking.write(rows, current, links) | scopes.write(rows, current, stores)
        if untouched := moved - differing:
            run(statements.touch(current.spec.name), [list(untouched)])
    for row in rows:
        kind = OutcomeKind.UPDATED if row.id in differing or row.id in moved else OutcomeKind.UNCHANGED
        row.outcome = Outcome(kind=kind, id=row.id)


def has_links(row: Row) -> bool:
    return isinstance(row.command, Upsert) and bool(row.command.links)


def _columns(rows: Sequence[Row]) -> tuple[list[UUID | None], list[str]]:
    return [row.id for row in rows], [row.dumped for row in rows]
