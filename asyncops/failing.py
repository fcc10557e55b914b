"""What happens to a claim that ended without an outcome: another attempt, later and alone, or errors for its items."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from asyncops import doorbell, finishing, journal
from asyncops.claims import Claim
from asyncops.journal import Done
from asyncops.models import Chunk
from asyncops.states import ChunkState
from catalog.outcomes import ErrorCode, FieldError, refused

BACK_OFF: Final = (1, 5, 30)  # seconds before the second, third and any further attempt


def free(claimed: Sequence[Claim], reason: Exception, *, transient: bool) -> None:
    """Give back what could not be applied. Only failures alone count: in company, another chunk may be the cause."""
    alone = len(claimed) == 1
    for claim in claimed:
        held = Chunk.objects.filter(pk=claim.chunk, attempt=claim.attempt, state=ChunkState.LEASED)
        failures = held.values_list("failures", flat=True).first()
        if failures is None:
            continue
        wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)] * random.uniform(0.8, 1.2) if alone else 0  # noqa: S311
        held.update(
            state=ChunkState.QUEUED,
            suspect=True,
            failures=F("failures") + int(alone),
            available_at=Now() + timedelta(seconds=wait),
            lease_until=None,
            last_error=type(reason).__name__ + (" (transient)" if transient else ""),
        )
    give_up()
    doorbell.ring()


def give_up() -> None:
    """Refuse the items of the chunks that failed MAX_ATTEMPTS times alone. Nothing stays stuck behind them."""
    spent = Chunk.objects.filter(
        state__in=[ChunkState.QUEUED, ChunkState.LEASED], failures__gte=settings.MAX_ATTEMPTS
    ).exclude(lease_until__gt=Now())
    for pk in spent.values_list("pk", flat=True):
        with transaction.atomic():
            chunk = spent.filter(pk=pk).select_for_update(skip_locked=True).first()
            if chunk is None:
                continue
            transient = chunk.last_error.endswith("(transient)")
            code = ErrorCode.TRANSIENT if transient else ErrorCode.CRASHED
            outcomes = [refused(FieldError(path="", code=code))] * chunk.size
            done = [Done(chunk=chunk, outcomes=outcomes)]
            journal.record(done)
            finishing.count(done)
            Chunk.objects.filter(pk=pk).update(state=ChunkState.DEAD, lease_until=None)
        finishing.finalise({chunk.operation_id})
