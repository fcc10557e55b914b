"""The stage before the chunks: a worker cuts an accepted body into them, all or nothing, and may begin again.

Like a chunk it is leased with an attempt number, and its outcome is stored only by who holds the latest attempt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from asyncops import chunkrows, dialects, doorbell, finishing, intake, understanding
from asyncops.bodies import StoredBody
from asyncops.dialects import BodyRefused
from asyncops.models import Body, Operation, OperationError, Split
from asyncops.states import OPEN_SPLIT, SplitState, State, move
from catalog.commands import Json, Policy
from catalog.outcomes import ErrorCode, FieldError
from catalog.sql import run

BACK_OFF: Final = (1.0, 5.0, 30.0)  # seconds before the next attempt
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to store the outcome of a split, as long as nobody claimed it again."""

    operation: int
    attempt: int


# The next organization's earliest split: those of one organization come in the order in which they were accepted.
_LEASE: Final = """
    UPDATE asyncops_split
       SET state = 'leased', attempt = attempt + 1, lease_owner = %b,
           lease_until = statement_timestamp() + make_interval(secs => %b::float8),
           failures = failures + (state = 'leased')::int,
           last_error = CASE state WHEN 'leased' THEN 'The worker died.' ELSE last_error END
     WHERE operation_id = (
           SELECT s.operation_id
             FROM (SELECT min(e.operation_id) AS operation_id
                     FROM asyncops_split e JOIN asyncops_operation p ON p.id = e.operation_id
                    WHERE e.state IN ('queued', 'leased') AND p.state IN ('new', 'running')
                    GROUP BY p.organization_id) first
             JOIN asyncops_split s USING (operation_id)
             JOIN asyncops_operation o ON o.id = s.operation_id
             LEFT JOIN asyncops_turn t ON t.organization_id = o.organization_id
            WHERE (s.state = 'queued' AND (s.available_at IS NULL OR s.available_at <= statement_timestamp())
                   OR s.state = 'leased' AND s.lease_until < statement_timestamp())
              AND o.state IN ('new', 'running') AND o.cancel_requested_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM asyncops_pause p
                               WHERE p.organization_id = o.organization_id OR p.organization_id IS NULL)
            ORDER BY coalesce(t.served, 0), s.operation_id
            LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
    RETURNING operation_id, attempt"""

_FREE: Final = """
    UPDATE asyncops_split
       SET state = 'queued', failures = failures + 1, last_error = %b, lease_until = NULL,
           available_at = statement_timestamp() + make_interval(secs => (%b::float8[])[failures + 1])
     WHERE operation_id = %b::bigint AND attempt = %b::int AND state = 'leased'"""


def begin(operation: Operation, body: Body) -> bool:
    """Give a waiting split its body; False when it waits no longer. Inside the caller's transaction, or its own."""
    with transaction.atomic():
        waiting = Split.objects.filter(operation=operation, state=SplitState.WAITING)
        begun = waiting.update(body=body, state=SplitState.QUEUED)
        transaction.on_commit(doorbell.ring, robust=True)
    return bool(begun)


def refuse(operation: Operation, *errors: FieldError) -> None:
    """End an operation whose body will not come, or is wrong: it fails with these errors, and nothing is written."""
    with transaction.atomic():
        locked = Split.objects.select_for_update().filter(operation=operation, state__in=OPEN_SPLIT).first()
        if locked is None:
            return
        _record(operation, errors)
        _end(locked, SplitState.DEAD)
    finishing.finalise({operation.pk})


def work(owner: str) -> bool:
    """Split one body, if one is due; whether there was one."""
    claim = _claim(owner)
    if claim is None:
        return False
    try:
        _split(claim)
    except (OperationalError, InterfaceError) as reason:
        connection.close()
        _free(claim, reason)
    except Exception as reason:
        log.exception("split_failed", operation=claim.operation)
        _free(claim, reason)
    else:
        finishing.finalise({claim.operation})
        doorbell.ring()
    return True


def give_up() -> None:
    """End the splits that failed too often: their operations fail, and nothing of them is written."""
    for split in _spent():
        refuse(split.operation, FieldError(path="", code=ErrorCode.CRASHED))


def release(owner: str) -> int:
    """End the leases of a process that is known to be dead; how many."""
    return Split.objects.filter(state=SplitState.LEASED, lease_owner=owner).update(lease_until=Now())


def due() -> QuerySet[Split]:
    """What a worker could begin, pauses aside."""
    queued = Q(state=SplitState.QUEUED) & (Q(available_at=None) | Q(available_at__lte=Now()))
    lost = Q(state=SplitState.LEASED, lease_until__lt=Now())
    return Split.objects.filter(queued | lost)


def skip_unwanted() -> None:
    """Splits of cancelled operations that no worker holds."""
    asked = Split.objects.filter(operation__cancel_requested_at__isnull=False, state__in=OPEN_SPLIT)
    with transaction.atomic():
        idle = asked.exclude(state=SplitState.LEASED, lease_until__gte=Now())
        free = list(idle.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
        Split.objects.filter(pk__in=free).update(state=SplitState.CANCELLED, lease_until=None)


def _claim(owner: str) -> Claim | None:
    with transaction.atomic():
        rows = run(_LEASE, [owner, float(settings.LEASE_SECONDS)])
        if not rows:
            return None
        operation, attempt = rows[0]
        move(Operation.objects.filter(id=operation, state=State.NEW), State.RUNNING, started_at=timezone.now())
    return Claim(operation=operation, attempt=attempt)


def _split(claim: Claim) -> None:
    """Chunks, errors, the number of items and `done` in one transaction, which ends with the place in the order."""
    with transaction.atomic():
        split = _fenced(claim)
        if split is None:
            return
        if split.operation.cancel_requested_at:
            _end(split, SplitState.CANCELLED)
            return
        try:
            with transaction.atomic():
                total, remarks = _cut(split)
        except BodyRefused as refusal:
            _record(split.operation, refusal.errors)
            _end(split, SplitState.DEAD)
            return
        _record(split.operation, remarks)
        _end(split, SplitState.DONE)
        intake.take_place(split.operation, total=total)


def _fenced(claim: Claim) -> Split | None:
    """The split, if it is still ours, locked until the end of the transaction: nobody claims it meanwhile."""
    ours = Split.objects.filter(operation=claim.operation, attempt=claim.attempt, state=SplitState.LEASED)
    return ours.select_for_update(of=("self",)).select_related("operation", "body").first()


def _cut(split: Split) -> tuple[int, Sequence[FieldError]]:
    """Store the chunks: the number of items, and what was wrong beside them. Raises BodyRefused."""
    assert split.body is not None, "a split is queued with its body"
    operation, remarks = split.operation, list[FieldError]()
    dialect = dialects.streaming(operation.dialect)
    parts = dialect.split(
        operation.kind,
        StoredBody(split.body),
        operation.context,
        size=settings.CHUNK_RECORDS,
        remark=remarks.append,
    )
    total = number = 0
    for items in _whole(parts) if operation.policy == Policy.ALL or operation.dry_run else parts:
        size = len(items) if operation.dry_run else settings.CHUNK_RECORDS
        chunks = understanding.chunks(operation, items, first=total, number=number, size=size)
        number += chunkrows.store(chunks)
        total += len(items)
    return total, remarks


def _whole(parts: Iterator[Sequence[Json]]) -> Iterator[Sequence[Json]]:
    """Where one transaction writes everything, everything is one part."""
    items: list[Json] = []
    for part in parts:
        items += part
        if len(items) > settings.MAX_ATOMIC_RECORDS:
            params = {"limit": settings.MAX_ATOMIC_RECORDS}
            raise BodyRefused(FieldError(path="", code=ErrorCode.TOO_LARGE, params=params))
    if items:
        yield items


def _record(operation: Operation, errors: Sequence[FieldError]) -> None:
    OperationError.objects.bulk_create(
        OperationError(operation=operation, path=error.path, code=error.code, params=dict(error.params))
        for error in errors
    )


def _end(split: Split, state: SplitState) -> None:
    Split.objects.filter(pk=split.pk).update(state=state, lease_until=None)


def _free(claim: Claim, reason: Exception) -> None:
    run(_FREE, [type(reason).__name__, list(BACK_OFF), claim.operation, claim.attempt])
    give_up()
    doorbell.ring()


def _spent() -> list[Split]:
    often = Split.objects.filter(state__in=OPEN_SPLIT, failures__gte=settings.MAX_ATTEMPTS)
    return list(often.exclude(state=SplitState.LEASED, lease_until__gte=Now()).select_related("operation"))
