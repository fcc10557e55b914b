"""Derived data anew for callers who cannot wait for `manage.py reindex`: all of it queued, or one batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from catalog import derivations, indexing
from catalog.marking import Derivation, Marks
from catalog.plans import plan
from catalog.sql import run

MADE: Final[Mapping[str, int]] = {  # the sum of derivations of each entity that has some
    "category": Derivation.TREE | Derivation.CHILDREN,
    "product": Derivation.CHILDREN | Derivation.LINKS | Derivation.SEARCH,
}


def queue(entity: str, *, made: int, ids: Sequence[UUID] | None = None) -> None:
    """Mark these records, or all, without reading them here. `made`: a sum of derivations; what is right stays."""
    made &= MADE.get(entity, 0)
    if not made:
        return
    run(
        f"""INSERT INTO catalog_dirty (held, entity, record_id, derivations)
            SELECT false, %b, id, {int(made)} FROM {plan(entity).table}
             WHERE %b::uuid[] IS NULL OR id = ANY(%b::uuid[])""",
        [entity, None if ids is None else list(ids), None if ids is None else list(ids)],
    )


def step(entity: str, *, after: int, size: int) -> int | None:
    """Compare the next records, by their numbers, with what they should be; the last number, None behind the last."""
    statement = f"SELECT number, id FROM {plan(entity).table} WHERE number > %b::bigint ORDER BY number LIMIT %b::int"
    with transaction.atomic():
        found = run(statement, [after, size])
        if not found:
            return None
        ids, marks = [id for _, id in found], Marks()
        for derivation in Derivation(MADE[entity]):
            behind = (
                derivations.differing(entity, derivation, ids) if (entity, derivation) in derivations.QUERIES else ids
            )
            marks.add(entity, derivation, behind)
        indexing.derive(marks)
    return int(found[-1][0])
