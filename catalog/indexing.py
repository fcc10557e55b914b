"""When derived data follow what was written: now, from the queue, or when somebody asks for it.

Whoever derives a record locks it first and computes afterwards, so of two the later has seen what the earlier has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from catalog import derivations, marking
from catalog.commands import Indexing
from catalog.marking import INPUTS, Derivation, Marks
from catalog.plans import plan
from catalog.sql import run

BATCH: Final = 5_000  # records of one transaction
_NOTHING: Final = UUID(int=0)

_CLAIM: Final = """
    DELETE FROM catalog_dirty WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM catalog_dirty WHERE NOT held AND place > %b::bigint
       ORDER BY held, place LIMIT %b::int FOR UPDATE SKIP LOCKED))
    RETURNING place, entity, record_id, derivations"""


def settle(marks: Marks, when: Indexing, *, withheld: Mapping[str, int]) -> None:
    """What a write ends with, in its transaction. `withheld`: derivations that are held back, by entity."""
    if withheld:
        marking.store(marks.take(withheld), held=True)
    if when is Indexing.NOW:
        derive(marks)
    else:
        marking.store(marks, held=when is Indexing.OFF)


def drain(*, limit: int | None = None) -> int:
    """Work off the queue, or `limit` marks of it; how many. Any number of processes may do so at once.

    Raises django.db.OperationalError for deadlocks and lost connections; what was not worked off is still queued.
    """
    done, place = 0, 0
    while limit is None or done < limit:
        with transaction.atomic():
            claimed = run(_CLAIM, [place, BATCH if limit is None else min(BATCH, limit - done)])
            derive(_marks([mark for _, *mark in claimed]))
        if not claimed:
            break
        done += len(claimed)
        place = max(place for place, *_ in claimed)  # what is dead before it is not looked at again
    return done


def is_behind() -> bool:
    """Whether anything waits in the queue."""
    return bool(run("SELECT 1 FROM catalog_dirty WHERE NOT held LIMIT 1"))


def derive(marks: Marks) -> None:
    """Bring all that is marked to what it should be, inside the caller's transaction."""
    if categories := marks.of("category", Derivation.TREE):
        _follow(marks, derivations.tree(categories))
    elif marks.of("product", Derivation.LINKS):
        derivations.share_tree()
    for entity in INPUTS:
        due = {d: ids for d in Derivation if (entity, d) in derivations.QUERIES and (ids := marks.of(entity, d))}
        if due:
            derivations.lock(entity, sorted({id for ids in due.values() for id in ids}))
        for derivation, ids in due.items():
            derivations.write(entity, derivation, ids)


def stale() -> dict[str, int]:
    """How many records of each entity are held back."""
    return dict(run("SELECT entity, count(DISTINCT record_id) FROM catalog_dirty WHERE held GROUP BY entity"))


def release(entity: str | None = None) -> int:
    """Queue what is held back, of one entity or of all; how many marks."""
    return len(
        run(
            "UPDATE catalog_dirty SET held = false WHERE held AND entity = coalesce(%b::text, entity) RETURNING place",
            [entity],
        )
    )


def size(entity: str) -> int:
    """How many records of the entity there are."""
    [(records,)] = run(f"SELECT count(*) FROM {plan(entity).table}")
    return int(records)


def rebuild(entity: str) -> Iterator[int]:
    """Compare every record with what it should be and write the differences; after each batch, how many it had."""
    if entity == "category":
        with transaction.atomic():
            roots = [id for (id,) in run("SELECT id FROM catalog_category WHERE parent_id IS NULL")]
            derive(_marks([(entity, id, Derivation.TREE) for id in roots]))
    last = _NOTHING
    while ids := _next(entity, after=last):
        with transaction.atomic():
            marks = Marks()
            for owner, derivation in derivations.QUERIES:
                if owner == entity:
                    marks.add(entity, derivation, derivations.differing(entity, derivation, ids))
            derive(marks)
        last = ids[-1]
        yield len(ids)


def _marks(found: Sequence[Sequence[Any]]) -> Marks:
    """From rows of (entity, id, derivations)."""
    alike: dict[tuple[str, int], list[UUID]] = defaultdict(list)
    for entity, id, together in found:
        alike[entity, together].append(id)
    marks = Marks()
    for (entity, together), ids in alike.items():
        marks.add(entity, together, ids)
    return marks


def _follow(marks: Marks, moved: list[UUID]) -> None:
    """The products of the categories that have moved: at once if they are few, else from the queue."""
    products = derivations.products_in(moved, limit=BATCH) if moved else []
    if products is None:
        derivations.queue_products_in(moved)
    else:
        marks.add("product", Derivation.LINKS, products)


def _next(entity: str, *, after: UUID) -> list[UUID]:
    statement = f"SELECT id FROM {plan(entity).table} WHERE id > %b::uuid ORDER BY id LIMIT %b::int"
    return [id for (id,) in run(statement, [after, BATCH])]
