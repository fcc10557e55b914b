"""The life of accepted work: claim, apply, finalise, three transactions per claim; every one of them may run twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import Final

import orjson
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from structlog.contextvars import bound_contextvars

from asyncops import claims, dialects, downloading, failing, finishing, journal, naming, splitting, understanding
from asyncops.claims import Claim
from asyncops.done import Done
from asyncops.models import Chunk, Operation
from asyncops.states import ChunkState
from catalog import indexing, writing
from catalog.commands import Command, Policy
from catalog.models import User
from catalog.outcomes import Outcome, OutcomeKind
from catalog.rights import Rights
from catalog.sql import run

_PAYLOADS: Final = "SELECT id, payload FROM asyncops_chunk WHERE id = ANY(%b::bigint[])"

log = structlog.get_logger(__name__)


def drain(
    *, seconds: float | None = None, chunks: int | None = None, stopping: Callable[[], bool] = lambda: False
) -> bool:
    """Work until nothing is runnable; whether `seconds`, `chunks` or `stopping` ended it first, between two claims.

    Derived data follow at the end, not after every claim: operations are what callers wait for.
    """
    more = _work_through(seconds, chunks, stopping)
    if not stopping():
        derive()
    return more


def _work_through(seconds: float | None, chunks: int | None, stopping: Callable[[], bool]) -> bool:
    """One body is split before the chunks, the next ones when no chunk can be claimed: neither waits for all others."""
    begun, worked = time.monotonic(), 0
    split_next()
    while not stopping():
        done = next_claim()
        if not done:
            if split_next():
                continue
            return False
        worked += done
        if (seconds is not None and time.monotonic() - begun >= seconds) or (chunks is not None and worked >= chunks):
            return True
    return True


def next_claim() -> int:
    """Claim and work off what is next; how many chunks that were, 0 when nothing is runnable."""
    claimed = claims.claim(claims.owner(os.getpid()))
    if claimed:
        work(claimed)
    return len(claimed)


def split_next() -> bool:
    """Split the next body; whether there was one."""
    return splitting.work(claims.owner(os.getpid()))


def work(claimed: Sequence[Claim]) -> None:
    """Apply what was claimed and finalise what that completes. A failure frees the chunks for another attempt."""
    with bound_contextvars(chunks=[claim.chunk for claim in claimed]):
        _work(claimed)


def _work(claimed: Sequence[Claim]) -> None:
    begun = time.monotonic()
    try:
        operations = apply(claimed)
    except (OperationalError, InterfaceError) as reason:
        connection.close()
        failing.free(claimed, reason, transient=True)
        return
    except Exception as reason:
        log.exception("chunks_failed")
        failing.free(claimed, reason, transient=False)
        return
    log.info("chunks_applied", operations=sorted(operations), ms=round((time.monotonic() - begun) * 1000, 1))
    finishing.finalise(operations)


def derive(*, limit: int | None = None) -> int:
    """Bring derived data up to what was written, or `limit` marks of it; how many.

    What a busy database puts off stays queued, for the sweeper to see.
    """
    try:
        return indexing.drain(limit=limit)
    except OperationalError as reason:
        log.warning("deriving_put_off", reason=str(reason))
        return 0


def apply(claimed: Sequence[Claim]) -> set[int]:
    """Effects, journal, counters and `done`, in one transaction; the operations that were worked on.

    Claims that were lost meanwhile are left alone: their new holder stores the outcome.
    """
    begun = time.monotonic()
    with transaction.atomic():
        held = _fenced(claimed)
        _skip_cancelled([chunk for chunk in held if chunk.operation.cancel_requested_at])
        chunks = downloading.ready([chunk for chunk in held if not chunk.operation.cancel_requested_at])
        ordered = _in_order(chunks, depths={claim.chunk: claim.depth for claim in claimed})
        done = [entry for _, group in groupby(ordered, key=_together) for entry in _apply_together(list(group))]
        finishing.complete(done, seconds=time.monotonic() - begun)
    return {chunk.operation_id for chunk in held}


def _fenced(claimed: Sequence[Claim]) -> list[Chunk]:
    """The chunks that are still ours, locked until the end of the transaction."""
    attempts = {claim.chunk: claim.attempt for claim in claimed}
    chunks = Chunk.objects.filter(pk__in=attempts, state=ChunkState.LEASED).order_by("pk")
    locked = chunks.select_for_update().defer("payload", "writes", "refers")
    held = [chunk for chunk in locked if chunk.attempt == attempts[chunk.pk]]
    _complete(held)
    return held


def _complete(chunks: Sequence[Chunk]) -> None:
    """With their operations, one user for all of his, and their payloads, which Django would read as text."""
    operations = Operation.objects.in_bulk({chunk.operation_id for chunk in chunks})
    users = User.objects.in_bulk({operation.user_id for operation in operations.values()})
    payloads = dict(run(_PAYLOADS, [[chunk.pk for chunk in chunks]]))
    for operation in operations.values():
        operation.user = users[operation.user_id]
    for chunk in chunks:
        chunk.operation, chunk.payload = operations[chunk.operation_id], payloads[chunk.pk]


def _skip_cancelled(chunks: Sequence[Chunk]) -> None:
    if chunks:
        Chunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).update(state=ChunkState.CANCELLED, lease_until=None)


def _in_order(chunks: Iterable[Chunk], *, depths: Mapping[int, int]) -> list[Chunk]:
    """Chunks of one depth do not wait for each other, so those of one call of the writer may stand together.

    Nobody waits for a dry run, so of its depth it comes first: it should see what it was sent to see.
    """
    return sorted(
        chunks,
        key=lambda chunk: (
            depths[chunk.pk],
            not chunk.operation.dry_run,
            _together(chunk),
            chunk.operation.seq,
            chunk.first,
        ),
    )


def _together(chunk: Chunk) -> tuple[str, int]:
    """Neighbours with an equal key are one call of the writer: one user's rights, and nothing that sets one apart."""
    operation = chunk.operation
    apart = chunk.shares or operation.dry_run or (operation.policy == Policy.ALL and chunk.size > 1)
    apart = apart or dialects.acting(operation.dialect) is not None
    return str(operation.user_id), chunk.pk if apart else 0


def _apply_together(chunks: Sequence[Chunk]) -> Iterator[Done]:
    operation = chunks[0].operation
    if acting := dialects.acting(operation.dialect):
        items = orjson.loads(chunks[0].payload)
        yield Done(chunk=chunks[0], outcomes=acting.act(operation.kind, items, by=operation.user))
        return
    policy = Policy(chunks[0].operation.policy) if len(chunks) == 1 else Policy.EACH
    understood = downloading.understood(chunks)
    if policy is Policy.ALL and any(isinstance(entry, Outcome) for entries in understood for entry in entries):
        understood = [[_spared(entry) for entry in entries] for entries in understood]
    written = iter(_written(understanding.commands(chain(*understood)), policy, chunks[0]))
    for chunk, entries in zip(chunks, understood, strict=True):
        yield Done(chunk=chunk, outcomes=understanding.outcomes(entries, written), understood=entries)


def _written(commands: Sequence[Command], policy: Policy, first: Chunk) -> list[Outcome]:
    """The outcomes of the writes. Those of a dry run are undone at once, and what it would create has no id."""
    operation = first.operation
    rights, recording = Rights.of(operation.user), journal.recording(dry_run=operation.dry_run)
    shared = naming.known(operation, commands) if first.shares else None
    if not operation.dry_run:
        outcomes = writing.apply(commands, policy=policy, rights=rights, recording=recording, shared=shared)
        naming.keep(operation, shared)
        return outcomes
    with transaction.atomic():
        outcomes = writing.apply(commands, policy=policy, rights=rights, recording=recording, shared=shared)
        transaction.set_rollback(True)
    return [replace(outcome, id=None) if outcome.kind is OutcomeKind.CREATED else outcome for outcome in outcomes]


def _spared(entry: Command | Outcome) -> Outcome:
    """Under policy `all`, what becomes of an item when another one cannot be understood."""
    return entry if isinstance(entry, Outcome) else Outcome(kind=OutcomeKind.UNTOUCHED)
