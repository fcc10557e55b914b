"""What staff, callers and operators may do to operations: the admin, the APIs and the commands all come here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from asyncops import finishing
from asyncops.models import Chunk, Operation, OperationQuerySet
from asyncops.states import FINAL, LIVE, ChunkState
from catalog.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled:
    """How many operations were cancelled, and how many could not be because they had ended."""

    cancelled: int
    already_finished: int


def cancel(operations: OperationQuerySet, *, by: User, now: datetime | None = None) -> Cancelled:
    """Stop operations for good: what has not begun is skipped, the chunk that is running still finishes.

    Idempotent. What was written stays and is listed; the rest is untouched. The state is final as soon as no worker
    holds a chunk, which is at once when none is running.
    """
    finished = operations.filter(state__in=FINAL).count()
    live = set(operations.filter(state__in=LIVE).values_list("pk", flat=True))
    # One lock at a time, each in its own transaction: a worker that claims takes the same two in the other order.
    asked = Operation.objects.filter(pk__in=live, cancel_requested_at=None)
    asked.update(cancel_requested_at=now or timezone.now(), cancel_requested_by=by)
    Chunk.objects.filter(operation__in=live, state=ChunkState.QUEUED).update(state=ChunkState.CANCELLED)
    finishing.finalise(live)
    return Cancelled(cancelled=len(live), already_finished=finished)
