"""What staff, callers and operators may do to operations: the admin, the APIs and the commands all come here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from asyncops import doorbell, errands, finishing, retrying, reverting
from asyncops.models import Chunk, Operation, OperationQuerySet, Pause, Split
from asyncops.retrying import Which
from asyncops.states import FINAL, LIVE, ChunkState, SplitState
from catalog.models import Organization, User


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled:
    """How many operations were cancelled, and how many could not be because they had ended."""

    cancelled: int
    already_finished: int


def cancel(operations: OperationQuerySet, *, by: User | None, now: datetime | None = None) -> Cancelled:
    """Stop operations for good: what has not begun is skipped, the chunk that is running still finishes.

    Idempotent. What was written stays and is listed; the rest is untouched. The state is final as soon as no worker
    holds a chunk, which is at once when none is running.
    """
    finished = operations.filter(state__in=FINAL).count()
    live = set(operations.filter(state__in=LIVE).values_list("pk", flat=True))
    # One lock at a time, each in its own transaction: a worker that claims takes the same two in the other order.
    _ask_to_cancel(live, by, now or timezone.now())
    _skip_unbegun(live)
    finishing.finalise(live)
    return Cancelled(cancelled=len(live), already_finished=finished)


def cancel_at_once(live: set[int], *, by: User, now: datetime | None = None) -> None:
    """`cancel` inside a transaction of the caller's, who knows that these are live.

    In the order in which a worker locks, chunks before operations; nobody sees the one without the other.
    """
    _skip_unbegun(live)
    _ask_to_cancel(live, by, now or timezone.now())
    finishing.finalise(live)


def _ask_to_cancel(live: set[int], by: User | None, now: datetime) -> None:
    asked = Operation.objects.filter(pk__in=live, cancel_requested_at=None, state__in=LIVE)
    asked.update(cancel_requested_at=now, cancel_requested_by=by)


def _skip_unbegun(live: set[int]) -> None:
    Chunk.objects.filter(operation__in=live, state=ChunkState.QUEUED).update(state=ChunkState.CANCELLED)
    unbegun = Split.objects.filter(operation__in=live, state__in=(SplitState.WAITING, SplitState.QUEUED))
    unbegun.update(state=SplitState.CANCELLED)
    errands.cancel(live)


def retry(
    operation: Operation, *, which: Which, by: User, now: datetime | None = None, dry_run: bool = False
) -> Operation:
    """Accept again what an ended operation did not write; the child operation. Raises retrying.CannotRetry."""
    return retrying.retry(operation, which=which, by=by, now=now or timezone.now(), dry_run=dry_run)


def replay(operation: Operation, *, by: User, now: datetime | None = None) -> Operation:
    """Accept again all items of an ended operation, with the rights of `by`; the child. Raises retrying.CannotRetry."""
    return retrying.replay(operation, by=by, now=now or timezone.now())


def revert(operation: Operation, *, by: User, now: datetime | None = None, dry_run: bool = False) -> Operation:
    """Bring its records back to what they were, where nobody wrote since; the child operation.

    What cannot be reverted is a refused item of the child, with the reason. Raises reverting.CannotRevert.
    """
    return reverting.revert(operation, by=by, now=now or timezone.now(), dry_run=dry_run)


def pause(*, by: User | None, organization: Organization | None = None, now: datetime | None = None) -> bool:
    """Let no chunk of the organization begin, or none at all; False when that is so already. Accepting goes on.

    What runs finishes. Whoever writes the records of a paused operation waits with it.
    """
    values = {"paused_at": now or timezone.now(), "paused_by": by}
    return Pause.objects.get_or_create(organization=organization, defaults=values)[1]


def resume(*, organization: Organization | None = None) -> bool:
    """End a pause; False when there was none. A pause of everything and those of organizations end each by itself."""
    ended, _ = Pause.objects.filter(organization=organization).delete()
    doorbell.ring()
    return bool(ended)


def pauses() -> list[Pause]:
    """The pauses that stand, that of everything first."""
    found = Pause.objects.select_related("organization", "paused_by")
    return list(found.order_by(F("organization__name").asc(nulls_first=True)))
