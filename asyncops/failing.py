"""What happens to a claim that ended without an outcome: another attempt, later and alone, or errors for its items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from asyncops import chunkrows, doorbell, finishing, journal, understanding
from asyncops.claims import Claim
from asyncops.journal import Done
from asyncops.models import Chunk
from asyncops.states import ChunkState
from catalog.commands import Policy
from catalog.outcomes import ErrorCode, FieldError, refused
from catalog.sql import run

BACK_OFF: Final = (1.0, 5.0, 30.0)  # seconds before the second, third and fourth attempt after a transient error
TRANSIENT: Final = " (transient)"

# Only failures alone count: in company, another chunk may be the cause, and each is tried alone at once.
_FREE: Final = """
    UPDATE asyncops_chunk c
       SET state = 'queued', suspect = true, failures = failures + %b::int, last_error = %b, lease_until = NULL,
           available_at = statement_timestamp()
                        + make_interval(secs => (%b::float8[])[failures + 1] * (0.8 + 0.4 * random()))
      FROM unnest(%b::bigint[], %b::int[]) AS u (id, attempt)
     WHERE c.id = u.id AND c.attempt = u.attempt AND c.state = 'leased'"""


def free(claimed: Sequence[Claim], reason: Exception, *, transient: bool) -> None:
    """Give back what could not be applied; the claims that were lost meanwhile stay with their new holder."""
    alone = len(claimed) == 1
    waits = BACK_OFF if transient and alone else ()
    error = type(reason).__name__ + (TRANSIENT if transient else "")
    run(_FREE, [int(alone), error, list(waits), [c.chunk for c in claimed], [c.attempt for c in claimed]])
    give_up()
    doorbell.ring()


def give_up() -> None:
    """End the chunks that failed too often alone, so that nothing stays stuck behind them."""
    for pk in _spent().values_list("pk", flat=True):
        with transaction.atomic():
            locked = _spent().select_for_update(of=("self",), skip_locked=True).select_related("operation")
            chunk = locked.filter(pk=pk).first()
            if chunk is None:
                continue
            if _divisible(chunk):
                _split(chunk)
            else:
                _bury(chunk)
        finishing.finalise({chunk.operation_id})


def _spent() -> QuerySet[Chunk]:
    transient = Q(last_error__endswith=TRANSIENT)
    often = Q(failures__gte=settings.MAX_ATTEMPTS) & ~transient | Q(failures__gt=len(BACK_OFF)) & transient
    return Chunk.objects.filter(often, open=True).exclude(lease_until__gt=Now())


def _divisible(chunk: Chunk) -> bool:
    return chunk.size > 1 and chunk.operation.policy != Policy.ALL


def _split(chunk: Chunk) -> None:
    """One chunk for each item, each tried alone: the item that is at fault takes no other with it.

    After transient errors once, as the last attempt of the chunk: they have had the time to pass.
    """
    failures, last_error = (len(BACK_OFF), chunk.last_error) if chunk.last_error.endswith(TRANSIENT) else (0, "")
    items = orjson.loads(chunk.payload)
    parts = list(understanding.chunks(chunk.operation, items, first=chunk.first, number=chunk.number, size=1))
    for part in parts:
        part.number, part.suspect = chunk.number, True
        part.failures, part.last_error = failures, last_error
    Chunk.objects.filter(pk=chunk.pk).delete()
    chunkrows.store(parts)


def _bury(chunk: Chunk) -> None:
    code = ErrorCode.TRANSIENT if chunk.last_error.endswith(TRANSIENT) else ErrorCode.CRASHED
    done = [Done(chunk=chunk, outcomes=[refused(FieldError(path="", code=code))] * chunk.size)]
    journal.record(done)
    finishing.count(done)
    Chunk.objects.filter(pk=chunk.pk).update(state=ChunkState.DEAD, lease_until=None)
