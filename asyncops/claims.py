"""Who works on what: chunks are leased in accept order, with a fencing token, by the database's clock.

Claims come one after the other, under an advisory lock held for milliseconds: what runs in parallel is the work.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from asyncops import turns
from asyncops.models import Chunk, Operation
from asyncops.states import LIVE, ChunkState, State, move
from asyncops.turns import Turn
from catalog.sql import run

CLAIM_LOCK: Final = 0x636C61696D  # "claim"
MAX_DEPTH: Final = 16  # chunks that wait for each other in one claim: the writer's statements grow with it
MAX_WAITS: Final = 32  # chunks that one may wait for and yet come with them


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How far a claim looks: a second, longer look follows when all that is near must wait."""

    organizations: int
    chunks: int  # of each organization
    claims: int  # how often the records of one claim, of each organization


LOOKS: Final = (Look(organizations=8, chunks=256, claims=1), Look(organizations=1000, chunks=2048, claims=16))


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to store the outcome of a chunk, as long as nobody claimed it again."""

    chunk: int
    attempt: int
    depth: int = 0  # applied after those of the same claim that are less deep
    alone: bool = False  # a claim of it ended without an outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A chunk that could be leased as soon as nothing earlier is in its way."""

    chunk: int
    operation: int
    organization: UUID
    size: int
    alone: bool  # a claim of it ended without an outcome
    waits_for: Sequence[int]  # earlier unfinished chunks: MAX_WAITS + 1 of them mean that there may be more


Chosen = dict[int, tuple[Candidate, int]]  # by chunk, with its depth

_DUE: Final = """
    (c.state = 'queued' AND NOT c.fetching AND (c.available_at IS NULL OR c.available_at <= statement_timestamp())
     OR c.state = 'leased' AND c.lease_until < statement_timestamp())"""

# Due chunks of the organizations whose turn it is, in their order. Each waits for the earlier unfinished chunks that
# write what it writes or refers to and, if it deletes, for those that refer to its records. Nobody waits for a dry run,
# and it does not wait for ever: others may be paused.
_CANDIDATES: Final = f"""
    SELECT w.id, w.operation_id, g.id, w.size, w.alone, array(
             SELECT e.id FROM (SELECT id, operation_id, first FROM asyncops_chunk
                                WHERE open AND writes && (w.writes || w.refers) OFFSET 0) e
               JOIN asyncops_operation p ON p.id = e.operation_id AND (p.seq, e.first) < (w.seq, w.first)
              WHERE NOT w.impatient
              UNION ALL
             SELECT e.id FROM (SELECT id, operation_id, first FROM asyncops_chunk
                                WHERE open AND refers && w.writes OFFSET 0) e
               JOIN asyncops_operation p ON p.id = e.operation_id AND (p.seq, e.first) < (w.seq, w.first)
              WHERE w.deletes AND NOT p.dry_run
              LIMIT %b::int)
      FROM unnest(%b::uuid[]) WITH ORDINALITY AS g (id, turn)
     CROSS JOIN LATERAL (
           SELECT d.*, sum(d.size) OVER (ORDER BY d.seq, d.first) - d.size AS before
             FROM (SELECT c.id, c.operation_id, c.size, c.first, c.writes, c.refers, c.deletes, o.seq,
                          c.suspect OR c.state = 'leased' AS alone,
                          o.dry_run AND o.accepted_at
                            < statement_timestamp() - make_interval(secs => %b::float8) AS impatient
                     FROM asyncops_operation o
                     JOIN asyncops_chunk c ON c.operation_id = o.id AND c.open
                    WHERE o.organization_id = g.id AND o.state IN ('new', 'running') AND o.cancel_requested_at IS NULL
                      AND {_DUE}
                    ORDER BY o.seq, c.first
                    LIMIT %b::int) d) w
     WHERE w.before < %b::int
     ORDER BY g.turn, w.seq, w.first"""

# Comparing two arrays of a thousand takes milliseconds, which the planner does not know: it must take the GIN index.
_ALONE: Final = """
    SELECT set_config('idle_in_transaction_session_timeout', '5s', true), set_config('enable_seqscan', 'off', true),
           pg_advisory_xact_lock(%b::bigint)"""

# What a worker is still applying, although its lease is over, is locked.
_LOCK: Final = f"SELECT c.id FROM asyncops_chunk c WHERE c.id = ANY(%b::bigint[]) AND {_DUE} FOR UPDATE SKIP LOCKED"

_LEASE: Final = """
    UPDATE asyncops_chunk
       SET state = 'leased', attempt = attempt + 1, lease_owner = %b,
           lease_until = statement_timestamp() + make_interval(secs => %b::float8),
           failures = failures + (suspect AND state = 'leased')::int,
           suspect = suspect OR state = 'leased',
           last_error = CASE state WHEN 'leased' THEN 'The worker died.' ELSE last_error END
     WHERE id = ANY(%b::bigint[])
    RETURNING id, attempt"""


def owner(pid: int) -> str:
    """The name under which a process of this machine holds its leases."""
    return f"{socket.gethostname()}:{pid}"


def release(owner: str) -> int:
    """End the leases of a process that is known to be dead; how many."""
    held = Chunk.objects.filter(state=ChunkState.LEASED, open=True, operation__state__in=LIVE, lease_owner=owner)
    return held.update(lease_until=Now())


def claim(owner: str, *, suspects: bool = True) -> list[Claim]:
    """Lease the next chunks: one, or several small ones, up to CHUNK_RECORDS items; without `suspects` no such chunk.

    Chunks that wait for each other may come together, the later one deeper. Committed before anything is applied, so
    that a claim that ends in a crash is counted. The number of statements does not depend on the number of chunks.
    """
    with transaction.atomic():
        _one_at_a_time()
        for look in LOOKS:
            waiting = turns.waiting(look.organizations)
            candidates = _candidates(waiting, look) if waiting else []
            chosen = _locked([each for each in candidates if suspects or not each.alone])
            if chosen and (look is LOOKS[-1] or not _passed_over(candidates, chosen, look)):
                return _lease(chosen, waiting, owner)
    return []


def _one_at_a_time() -> None:
    """Whoever is stopped in here must not stop everybody: the session ends soon, and with it the lock."""
    run(_ALONE, [CLAIM_LOCK])


def _candidates(waiting: Sequence[Turn], look: Look) -> list[Candidate]:
    organizations = [turn.organization for turn in waiting]
    patience, records = float(settings.DRY_RUN_WAIT_SECONDS), look.claims * settings.CHUNK_RECORDS
    rows = run(_CANDIDATES, [MAX_WAITS + 1, organizations, patience, look.chunks, records])
    names = ("chunk", "operation", "organization", "size", "alone", "waits_for")
    return [Candidate(**dict(zip(names, row, strict=True))) for row in rows]


def _passed_over(candidates: Sequence[Candidate], chosen: Chosen, look: Look) -> bool:
    """Whether there is an organization whose turn was before, and which may have work further away."""
    for _, group in groupby(candidates, key=lambda candidate: candidate.organization):
        near = list(group)
        if any(candidate.chunk in chosen for candidate in near):
            return False
        if (
            len(near) >= look.chunks
            or sum(candidate.size for candidate in near) >= look.claims * settings.CHUNK_RECORDS
        ):
            return True
    return False


def _locked(candidates: list[Candidate]) -> Chosen:
    """What `_choose` chooses among those that nobody holds."""
    while chosen := _choose(candidates):
        free = {chunk for (chunk,) in run(_LOCK, [sorted(chosen)])}
        if len(free) == len(chosen):
            return chosen
        candidates = [c for c in candidates if c.chunk in free or c.chunk not in chosen]
    return {}


def _choose(candidates: Iterable[Candidate]) -> Chosen:
    """Those to lease together. One that may have killed its worker is leased alone."""
    chosen: Chosen = {}
    room = settings.CHUNK_RECORDS
    for candidate in candidates:
        depth = _depth(candidate, chosen)
        if depth is None or (chosen and (candidate.alone or candidate.size > room)):
            continue
        chosen[candidate.chunk] = candidate, depth
        room -= candidate.size
        if candidate.alone or room <= 0:
            break
    return chosen


def _depth(candidate: Candidate, chosen: Chosen) -> int | None:
    """How many of the chosen come before it, one after the other; None when it has to wait for others as well."""
    if len(candidate.waits_for) > MAX_WAITS or not all(chunk in chosen for chunk in candidate.waits_for):
        return None
    depth = max((chosen[chunk][1] + 1 for chunk in candidate.waits_for), default=0)
    return depth if depth < MAX_DEPTH else None


def _lease(chosen: Chosen, waiting: Sequence[Turn], owner: str) -> list[Claim]:
    attempts = dict(run(_LEASE, [owner, float(settings.LEASE_SECONDS), sorted(chosen)]))
    records: Counter[UUID] = Counter()
    for candidate, _ in chosen.values():
        records[candidate.organization] += candidate.size
    turns.charge(waiting, records)
    operations = {candidate.operation for candidate, _ in chosen.values()}
    move(Operation.objects.filter(id__in=operations, state=State.NEW), State.RUNNING, started_at=timezone.now())
    return [
        Claim(chunk=chunk, attempt=attempts[chunk], depth=depth, alone=candidate.alone)
        for chunk, (candidate, depth) in chosen.items()
    ]
