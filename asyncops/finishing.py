"""After the writes: journal, counters, `done`, and the final state once nothing is left open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from asyncops import journal, outbox, states, tallying
from asyncops.done import Done
from asyncops.errand_models import Errand, ErrandState
from asyncops.models import Chunk, Operation, Split
from asyncops.outbox import Ended
from asyncops.states import LIVE, OPEN_SPLIT, ChunkState, SplitState, State
from catalog.commands import Policy
from catalog.sql import run

# Counters change once per claim, at the end of its transaction, in the order of the operations.
_COUNT = """
    UPDATE asyncops_operation o
       SET created = o.created + u.created, updated = o.updated + u.updated, unchanged = o.unchanged + u.unchanged,
           deleted = o.deleted + u.deleted, refused = o.refused + u.refused
      FROM unnest(%b::bigint[], %b::int[], %b::int[], %b::int[], %b::int[], %b::int[])
           AS u (id, created, updated, unchanged, deleted, refused)
     WHERE o.id = u.id"""

_DONE = """
    UPDATE asyncops_chunk c
       SET state = 'done', unchanged = u.unchanged::jsonb, lease_until = NULL, applied_at = now()
      FROM unnest(%b::bigint[], %b::text[]) AS u (id, unchanged)
     WHERE c.id = u.id"""

# Asked after every claim, most of which leave something open: Django takes ten times as long for the whole question.
_CLOSED = """
    SELECT o.id FROM unnest(%b::bigint[]) AS o (id)
     WHERE NOT EXISTS (SELECT 1 FROM asyncops_chunk c WHERE c.operation_id = o.id AND c.open)"""


def complete(done: Sequence[Done], *, seconds: float = 0.0) -> None:
    """Journal applied chunks and mark them done. `seconds`: what applying all of them took."""
    if not done:
        return
    journal.record(done)
    ranges = [orjson.dumps(entry.unchanged).decode() for entry in done]
    run(_DONE, [[entry.chunk.pk for entry in done], ranges])
    count(done)
    real = [entry.counts for entry in done if not entry.chunk.operation.dry_run]
    tallying.chunks(real, seconds=seconds, number=len(done))


def count(done: Sequence[Done]) -> None:
    """Add the outcomes of `done` to the counters of their operations."""
    totals: dict[int, list[int]] = {}
    for entry in done:
        counters = totals.setdefault(entry.chunk.operation_id, [0] * len(journal.COUNTED))
        for position, name in enumerate(journal.COUNTED):
            counters[position] += entry.counts[name]
    ids = sorted(totals)
    run("SELECT 1 FROM asyncops_operation WHERE id = ANY(%b::bigint[]) ORDER BY id FOR NO KEY UPDATE", [ids])
    run(_COUNT, [ids, *([totals[id][position] for id in ids] for position in range(len(journal.COUNTED)))])


def nothing_open() -> tuple[Combinable, ...]:
    """Conditions on operations: no chunk of it is to be done, its body is not to be split, nor has it an errand."""
    chunks = Chunk.objects.filter(operation=OuterRef("pk"), open=True)
    splits = Split.objects.filter(operation=OuterRef("pk"), state__in=OPEN_SPLIT)
    errands = Errand.objects.filter(operation=OuterRef("pk"), state=ErrandState.OPEN)
    return ~Exists(chunks), ~Exists(splits), ~Exists(errands)


def finalise(operations: set[int]) -> None:
    """Bring those that have no open chunk left to their final state. Idempotent: the sweeper repeats it.

    Who waits to be told of it is written down in the same transaction.
    """
    closed = [id for (id,) in run(_CLOSED, [sorted(operations)])]
    if not closed:
        return
    complete = Operation.objects.filter(*nothing_open(), pk__in=closed)
    given_up = Exists(Chunk.objects.filter(operation=OuterRef("pk"), state=ChunkState.DEAD))
    unsplit = Exists(Split.objects.filter(operation=OuterRef("pk"), state=SplitState.DEAD))
    dead = given_up | unsplit | Exists(Errand.objects.filter(operation=OuterRef("pk"), state=ErrandState.DEAD))
    final = Case(
        When(cancel_requested_at__isnull=False, then=Value(State.CANCELLED)),
        When(dead | Q(policy=Policy.ALL, refused__gt=0), then=Value(State.FAILED)),
        default=Value(State.SUCCESS),
    )
    untouched = F("total") - sum(F(name) for name in journal.COUNTED)
    now = timezone.now()
    with transaction.atomic():
        ended = _ended(complete, now)
        if ended:
            states.end(complete, final, finished_at=now, untouched=untouched)
            outbox.write(ended)
            tallying.ended([entry.operation for entry in ended])


def _ended(complete: QuerySet[Operation], now: datetime) -> list[Ended]:
    """Locked, so that only one of those who see an operation end tells of it."""
    locked = complete.filter(state__in=LIVE).select_for_update(no_key=True).order_by("pk")
    wrote = F("created") + F("updated") + F("deleted")
    rows = locked.annotate(wrote=wrote).values_list("pk", "organization_id", "wrote", "dry_run")
    return [
        Ended(operation=pk, organization=organization, at=now, wrote=bool(written) and not dry_run)
        for pk, organization, written, dry_run in rows
    ]
