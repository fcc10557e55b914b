"""Who works on what: chunks are leased in accept order, with a fencing token, by the database's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from asyncops.models import Operation
from asyncops.states import State, move
from catalog.sql import run

LOOK_AHEAD: Final = 64  # runnable chunks that are looked at for one claim


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to store the outcome of a chunk, as long as nobody claimed it again."""

    chunk: int
    attempt: int


# A chunk waits for every earlier unfinished one that writes what it writes or refers to, and, if it deletes, for
# every earlier one that refers to its records.
_RUNNABLE: Final = """
    SELECT c.id, c.size, c.suspect OR c.state = 'leased', c.operation_id
      FROM asyncops_operation o
      JOIN asyncops_chunk c ON c.operation_id = o.id
     WHERE o.state IN ('new', 'running') AND o.cancel_requested_at IS NULL
       AND (c.state = 'queued' AND (c.available_at IS NULL OR c.available_at <= statement_timestamp())
            OR c.state = 'leased' AND c.lease_until < statement_timestamp())
       AND NOT EXISTS (
             SELECT 1 FROM asyncops_chunk e JOIN asyncops_operation p ON p.id = e.operation_id
              WHERE e.state IN ('queued', 'leased')
                AND (e.writes && (c.writes || c.refers) OR c.deletes AND e.refers && c.writes)
                AND (p.seq, e.number) < (o.seq, c.number))
     ORDER BY o.seq, c.number
     LIMIT %b
       FOR UPDATE OF c SKIP LOCKED"""

_LEASE: Final = """
    UPDATE asyncops_chunk
       SET state = 'leased', attempt = attempt + 1, lease_owner = %b,
           lease_until = statement_timestamp() + make_interval(secs => %b::float8),
           failures = failures + (suspect AND state = 'leased')::int,
           suspect = suspect OR state = 'leased'
     WHERE id = ANY(%b::bigint[])
    RETURNING id, attempt"""


def claim(owner: str) -> list[Claim]:
    """Lease the next chunks: one, or several small ones that do not depend on each other, up to CHUNK_RECORDS items.

    Committed before anything is applied, so that a claim that ends in a crash is counted.
    """
    with transaction.atomic():
        chosen = _choose(run(_RUNNABLE, [LOOK_AHEAD]))
        if not chosen:
            return []
        leased = run(_LEASE, [owner, float(settings.LEASE_SECONDS), [chunk for chunk, _ in chosen]])
        started = Operation.objects.filter(id__in={operation for _, operation in chosen}, state=State.NEW)
        move(started, State.RUNNING, started_at=timezone.now())
    return [Claim(*row) for row in sorted(leased)]


def _choose(rows: Sequence[tuple[int, int, bool, int]]) -> list[tuple[int, int]]:
    """(chunk, operation) of those to lease together. One that may have killed its worker is leased alone."""
    chosen: list[tuple[int, int]] = []
    room = settings.CHUNK_RECORDS
    for chunk, size, alone, operation in rows:
        if chosen and (alone or size > room):
            break
        chosen.append((chunk, operation))
        room -= size
        if alone:
            break
    return chosen
