"""What happens to a claim that ended without an outcome: another attempt, later and alone, or errors for its items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import orjson
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from asyncops import chunkrows, doorbell, finishing, journal, understanding
from asyncops.claims import Claim
from asyncops.done import Done
from asyncops.models import Chunk, OperationError
from asyncops.states import ChunkState
from catalog.commands import Json, Policy
from catalog.outcomes import ErrorCode, FieldError, refused
from catalog.sql import run

BACK_OFF: Final = (1.0, 5.0, 30.0)  # seconds before the second, third and fourth attempt after a transient error
TRANSIENT: Final = " (transient)"
log = structlog.get_logger(__name__)

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
        try:
            _end(pk, _split_or_bury)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("chunk_cannot_be_journalled", chunk=pk)
            _end(pk, _abandon)


def _end(pk: int, end: Callable[[Chunk], None]) -> None:
    """The chunk, unless somebody else is about to; then its operation, if nothing else of it is open."""
    with transaction.atomic():
        locked = _spent().select_for_update(of=("self",), skip_locked=True).select_related("operation")
        chunk = locked.filter(pk=pk).first()
        if chunk is None:
            return
        end(chunk)
    finishing.finalise({chunk.operation_id})


def _spent() -> QuerySet[Chunk]:
    transient = Q(last_error__endswith=TRANSIENT)
    often = Q(failures__gte=settings.MAX_ATTEMPTS) & ~transient | Q(failures__gt=len(BACK_OFF)) & transient
    return Chunk.objects.filter(often, open=True).exclude(lease_until__gt=Now())


def _split_or_bury(chunk: Chunk) -> None:
    """Single items are tried where there are several, which can be read and do not belong together."""
    if chunk.size == 1 or chunk.operation.policy == Policy.ALL:
        _bury(chunk)
        return
    try:
        items = orjson.loads(chunk.payload)
    except orjson.JSONDecodeError:
        _bury(chunk)
    else:
        _split(chunk, items)


def _split(chunk: Chunk, items: Sequence[Json]) -> None:
    """One chunk for each item, each tried alone: the item that is at fault takes no other with it.

    After transient errors once, as the last attempt of the chunk: they have had the time to pass.
    """
    failures, last_error = (len(BACK_OFF), chunk.last_error) if chunk.last_error.endswith(TRANSIENT) else (0, "")
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
    _mark_dead(chunk)


def _abandon(chunk: Chunk) -> None:
    """What became of its items cannot be stored: then the operation says so, rather than never end."""
    OperationError.objects.create(operation=chunk.operation, path="", code=ErrorCode.CRASHED)
    _mark_dead(chunk)


def _mark_dead(chunk: Chunk) -> None:
    Chunk.objects.filter(pk=chunk.pk).update(state=ChunkState.DEAD, lease_until=None)
