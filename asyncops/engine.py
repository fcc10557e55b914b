"""The life of accepted work: claim, apply, finalise, three transactions per claim; every one of them may run twice."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import groupby

import orjson
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from asyncops import claims, dialects, failing, finishing, journal
from asyncops.claims import Claim
from asyncops.dialects import ItemRefused
from asyncops.journal import Done
from asyncops.models import Chunk
from asyncops.states import ChunkState
from catalog import writing
from catalog.commands import Command, Policy
from catalog.outcomes import Outcome, refused
from catalog.rights import Rights

log = structlog.get_logger(__name__)


def drain(*, seconds: float | None = None) -> bool:
    """Work until nothing is runnable, or for `seconds`; whether the time ran out first."""
    deadline = None if seconds is None else time.monotonic() + seconds
    owner = f"{socket.gethostname()}:{os.getpid()}"
    while claimed := claims.claim(owner):
        work(claimed)
        if deadline is not None and time.monotonic() >= deadline:
            return True
    return False


def work(claimed: Sequence[Claim]) -> None:
    """Apply what was claimed and finalise what that completes. A failure frees the chunks for another attempt."""
    try:
        operations = apply(claimed)
    except (OperationalError, InterfaceError) as reason:
        connection.close()
        failing.free(claimed, reason, transient=True)
        return
    except Exception as reason:
        log.exception("chunks_failed", chunks=[claim.chunk for claim in claimed])
        failing.free(claimed, reason, transient=False)
        return
    finishing.finalise(operations)


def apply(claimed: Sequence[Claim]) -> set[int]:
    """Effects, journal, counters and `done`, in one transaction; the operations that were worked on.

    Claims that were lost meanwhile are left alone: their new holder stores the outcome.
    """
    with transaction.atomic():
        held = _fenced(claimed)
        _skip_cancelled([chunk for chunk in held if chunk.operation.cancel_requested_at])
        chunks = [chunk for chunk in held if not chunk.operation.cancel_requested_at]
        done = [entry for _, group in groupby(chunks, key=_together) for entry in _apply_together(list(group))]
        finishing.complete(done)
    return {chunk.operation_id for chunk in held}


def _fenced(claimed: Sequence[Claim]) -> list[Chunk]:
    """The chunks that are still ours, locked until the end of the transaction."""
    attempts = {claim.chunk: claim.attempt for claim in claimed}
    chunks = Chunk.objects.filter(pk__in=attempts, state=ChunkState.LEASED).order_by("pk")
    locked = chunks.select_for_update(of=("self",)).select_related("operation__user").defer("writes", "refers")
    held = [chunk for chunk in locked if chunk.attempt == attempts[chunk.pk]]
    return sorted(held, key=lambda chunk: (chunk.operation.seq, chunk.number))


def _skip_cancelled(chunks: Sequence[Chunk]) -> None:
    Chunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).update(state=ChunkState.CANCELLED, lease_until=None)


def _together(chunk: Chunk) -> tuple[object, ...]:
    """Neighbours with an equal key are one call of the writer: one user's rights, and no policy that couples them."""
    if chunk.operation.policy == Policy.ALL:
        return (chunk.pk,)
    return ("each", chunk.operation.user_id)


def _apply_together(chunks: Sequence[Chunk]) -> Iterator[Done]:
    policy = Policy(chunks[0].operation.policy)
    understood = [_understand(chunk) for chunk in chunks]
    commands = [entry for entries in understood for entry in entries if not isinstance(entry, Outcome)]
    written = iter(writing.apply(commands, policy=policy, rights=Rights.of(chunks[0].operation.user)))
    for chunk, entries in zip(chunks, understood, strict=True):
        outcomes = [entry if isinstance(entry, Outcome) else next(written) for entry in entries]
        dialect = dialects.get(chunk.operation.dialect)
        yield Done(chunk=chunk, outcomes=journal.settled(outcomes, dialect, chunk.operation.kind))


def _understand(chunk: Chunk) -> list[Command | Outcome]:
    """The command of each item, or its refusal: what was understood at the door is understood here as well."""
    dialect, operation = dialects.get(chunk.operation.dialect), chunk.operation
    understood: list[Command | Outcome] = []
    for item in orjson.loads(chunk.payload):
        try:
            understood.append(dialect.parse(operation.kind, item, operation.context))
        except ItemRefused as refusal:
            understood.append(refused(*refusal.errors))
    return understood
