"""The upserts of one wave: first every check for every entity, then the statements that write what is good."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from catalog import basesql, checking, linking, owning, packing, resolving, scopes, statements, translating, undoing
from catalog.linking import Targets
from catalog.marking import Marks
from catalog.outcomes import OutcomeKind
from catalog.plans import Plan, plan
from catalog.resolving import Upcoming
from catalog.rights import Rights
from catalog.rows import Row
from catalog.scopes import Stores
from catalog.sql import run


class RacedError(Exception):
    """A record appeared between the look for it and its insert: the chunk is checked again."""


def check(entity: str, rows: Sequence[Row], *, granted: Rights, stores: Stores, coming: Upcoming) -> Targets:
    """Refuse the bad rows and make the documents of the good ones; the ids that their links lead to."""
    current = plan(entity)
    checking.existence(rows)
    checking.soleness(rows, current)
    undoing.check(rows, current)
    checking.rights(rows, current, granted)
    owning.check(rows, current, granted)
    scopes.check(rows, stores)
    checking.fill_new(rows, current)
    translating.separate(rows, current)
    for row in rows:
        row.document = row.values
    resolving.references(rows, current, coming)
    checking.settled(rows, current)
    checking.natural_keys(rows, current)
    checking.required(rows, current)
    checking.unique(rows, current)
    checking.trees(rows, current)
    scopes.separate(rows, current, stores)
    targets = linking.targets(rows, current, coming)
    owning.check_targets(rows, current, granted, targets)
    packing.refuse_unstorable(rows)
    return targets


def write(
    entity: str, rows: Sequence[Row], *, stores: Stores, targets: Targets, marks: Marks, recorded: bool = False
) -> None:
    """Write `rows`, which are good and name different records. Raises RacedError, and then nothing may stay.

    With `recorded` each row tells afterwards what it changed.
    """
    current = plan(entity)
    _insert([row for row in rows if not row.exists], current, stores, targets, marks)
    _update([row for row in rows if row.exists], current, stores, targets, marks, recorded)


def _insert(rows: Sequence[Row], current: Plan, stores: Stores, targets: Targets, marks: Marks) -> None:
    if not rows:
        return
    shape, records = packing.pack(rows, current)
    inserted = run(basesql.insert(shape, alone=len(rows) == 1), [packing.blank(current), records])
    if len(inserted) < len(rows):
        raise RacedError
    for row in rows:
        row.kind = OutcomeKind.CREATED
    marks.created(current.spec.name, rows)
    linking.write_new(rows, current, targets, marks)
    linking.write_initial(rows, current, stores)
    translating.write(rows, current)
    scopes.write(rows, current, stores)
    undoing.revive(rows, current, marks)


def _update(rows: Sequence[Row], current: Plan, stores: Stores, targets: Targets, marks: Marks, recorded: bool) -> None:
    """Lock what differs, write it, then what stands beside the base row."""
    rows = [row for row in rows if row.document or row.has_more]
    if not rows:
        return
    shape, records = packing.pack(rows, current)
    locked = run(basesql.lock_differing(shape, recorded=recorded), [records])
    marks.changed(current.spec.name, locked)
    differing = {id: changed for id, differs, *_, changed in locked if differs}
    if givers := [row.id for row in rows if row.heirs]:
        run(statements.give_up_key(current.spec.name), [givers])
    if changed := [row for row in rows if row.id in differing]:
        shape, records = (shape, records) if len(changed) == len(rows) else packing.pack(changed, current)
        run(basesql.update(shape), [records])
    moved = _write_beside([row for row in rows if row.has_more], current, stores, targets, marks)
    if untouched := moved - differing.keys():
        run(statements.touch(current.spec.name), [list(untouched)])
    for row in rows:
        if (row.id in differing or row.id in moved) and not row.links_only:
            row.kind = OutcomeKind.UPDATED
            row.changed = differing.get(row.id, "")


def _write_beside(
    rows: Sequence[Row], current: Plan, stores: Stores, targets: Targets, marks: Marks
) -> set[UUID | None]:
    if not rows:
        return set()
    linked, translated = linking.write(rows, current, targets, marks), translating.write(rows, current)
    marks.translated(current.spec.name, translated)
    return linked | translated | scopes.write(rows, current, stores) | undoing.write(rows, current, marks)
