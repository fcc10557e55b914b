"""What a write means for its neighbours: places in a tree, and list elements that only one of them may have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from catalog import changes, statements
from catalog.commands import Place, Upsert
from catalog.plans import Plan, plan
from catalog.registry import Document, Ref
from catalog.rows import Row
from catalog.sql import run

LAST = 2**31 - 1  # the greatest position that its column holds


@dataclass(slots=True)
class Sibling:
    id: UUID
    number: int
    position: int


def arrange(entity: str, rows: Sequence[Row]) -> None:
    """After `rows` were written. A fixed number of statements, whatever their number; none where none is asked for."""
    current = plan(entity)
    for field in current.spec.fields:
        if isinstance(field, Document) and field.exclusive_in:
            _take_over(rows, current, field)
    placed = {row.id: row for row in rows if isinstance(row.command, Upsert) and row.command.place}
    if placed:
        _place(placed, current)


def _take_over(rows: Sequence[Row], current: Plan, field: Document) -> None:
    takers = {row.id: row for row in rows if row.document.get(field.column)}
    if takers:
        shared = current.column_of[field.exclusive_in]
        lost = run(statements.take_over(current.spec.name, field.column, shared), [list(takers)])
        for taker, id, before, after in lost:
            changes.tell(takers[taker], id, field.column, before, after)


def _place(placed: dict[UUID | None, Row], current: Plan) -> None:
    """Positions of siblings only ever grow, and only as far as is needed to make room."""
    parent = next(field.column for field in current.spec.fields if isinstance(field, Ref) and field.tree)
    rows = run(
        f"""SELECT s."{parent}", s.id, s.number, s.position FROM {current.table} s
             WHERE s."{parent}" IN (SELECT "{parent}" FROM {current.table} WHERE id = ANY(%b::uuid[]))
                OR s."{parent}" IS NULL AND EXISTS (
                   SELECT 1 FROM {current.table} WHERE id = ANY(%b::uuid[]) AND "{parent}" IS NULL)
             ORDER BY s.id FOR NO KEY UPDATE""",
        [list(placed), list(placed)],
    )
    siblings: dict[UUID | None, list[Sibling]] = defaultdict(list)
    homes: dict[UUID | None, UUID | None] = {}
    for home, id, number, position in rows:
        siblings[home].append(Sibling(id, number, position))
        homes[id] = home
    for family in siblings.values():
        family.sort(key=lambda sibling: (sibling.position, sibling.number))
    before = {id: position for _, id, _, position in rows}
    for id, row in placed.items():
        assert isinstance(row.command, Upsert)
        assert row.command.place is not None, "only who is placed is here"
        _move(siblings[homes[id]], id, row.command.place)
    movers = {homes[id]: row for id, row in placed.items()}
    after = {sibling.id: sibling.position for family in siblings.values() for sibling in family}
    moved = [id for id, position in after.items() if position != before[id]]
    if moved:
        run(
            f"""UPDATE {current.table} t SET position = u.position, updated_at = now()
                  FROM unnest(%b::uuid[], %b::int[]) AS u (id, position) WHERE t.id = u.id""",
            [moved, [after[id] for id in moved]],
        )
        for id in moved:
            changes.tell(movers[homes[id]], id, "position", before[id], after[id])


def _move(family: list[Sibling], id: UUID | None, place: Place) -> None:
    own = next(sibling for sibling in family if sibling.id == id)
    family.remove(own)
    behind = [index for index, sibling in enumerate(family) if sibling.number == place.behind]
    at = 0 if place.first else behind[0] + 1 if behind else len(family)
    family.insert(at, own)
    own.position = min((family[at - 1].position if at else 0) + 1, LAST)
    for earlier, later in pairwise(family[at:]):
        later.position = min(max(later.position, earlier.position + 1), LAST)
