"""What nobody can read any more is deleted: in small transactions, so that writers never wait for it.

Children go first, so that an interrupted purge is simply run again. Live operations are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from asyncops import exporting, keeping
from asyncops.models import Body, Operation
from asyncops.states import FINAL
from catalog.sql import run

ITEMS: Final = 10_000  # of one transaction, with their errors and chunks
OPERATIONS: Final = 1000  # of one transaction
KEYS: Final = 1000  # of one transaction: each holds an answer
PATIENCE_MS: Final = 200  # for a row that somebody has locked
PARTS: Final = 8_000  # rows of a body, of one transaction: 64 MB
DELIVERIES: Final = 1000  # of one transaction, with their attempts
KINDS: Final = (
    "operations", "chunks", "items", "errors", "faults", "mentions", "downloads", "idempotency_keys", "bodies",
    "webhooks", "files",
)  # fmt: skip
_CHILDREN: Final = {
    "items": ("asyncops_item", "index"),
    "errors": ("asyncops_itemerror", "index"),
    "faults": ("asyncops_fault", "index"),
    "mentions": ("asyncops_mention", "index"),
    "downloads": ("asyncops_download", "index"),
    "chunks": ("asyncops_chunk", "first"),
}
_LEAST, _MOST = -(2**31), 2**31 - 1

Report = Callable[[str, int], None]  # a kind, and how many rows of it went in one transaction


def expired(*, now: datetime) -> dict[str, int]:
    """How many rows of each kind a purge would delete now."""
    final = Operation.objects.filter(state__in=FINAL, expires_at__lte=now)
    counts = {"operations": final.count()}
    for kind, (table, _) in _CHILDREN.items():
        [(counts[kind],)] = run(_COUNT_CHILDREN.format(table=table), [sorted(FINAL), now])
    [(counts["idempotency_keys"],)] = run("SELECT count(*) FROM asyncops_idempotencykey WHERE expires_at <= %b", [now])
    [(counts["bodies"],)] = run(f"SELECT count(*) FROM ({_OLD_BODIES}) b", [_bodies_before(now)])
    [(counts["webhooks"],)] = run(f"SELECT count(*) FROM asyncops_webhookdelivery d WHERE {_OLD_WEBHOOK}", [_log(now)])
    counts["files"] = keeping.unused(now=now)
    return {kind: counts[kind] for kind in KINDS}


def purge(*, now: datetime, report: Report = lambda kind, rows: None) -> dict[str, int]:
    """Delete what expired before `now`; how many rows of each kind went. What somebody has locked is left for later."""
    counts = dict.fromkeys(KINDS, 0)
    exporting.sweep(now=now)  # files go before the rows by which they are found
    for batch in _batches(now):
        for kind, rows in _purge_operations(batch):
            counts[kind] += rows
            report(kind, rows)
    while rows := _purge_keys(now):
        counts["idempotency_keys"] += rows
        report("idempotency_keys", rows)
    for (body,) in run(_OLD_BODIES, [_bodies_before(now)]):
        _purge_body(body)
        counts["bodies"] += 1
        report("bodies", 1)
    while rows := _purge_webhooks(now):
        counts["webhooks"] += rows
        report("webhooks", rows)
    for rows in keeping.sweep(now=now):  # after the operations that may have asked for them
        counts["files"] += rows
        report("files", rows)
    return counts


@dataclass(frozen=True, kw_only=True, slots=True)
class _Slice:
    """Items [first, last) of some operations: what one transaction deletes."""

    operations: tuple[int, ...]
    first: int = _LEAST
    last: int = _MOST


_COUNT_CHILDREN: Final = """
    SELECT count(*) FROM {table} c JOIN asyncops_operation o ON o.id = c.operation_id
     WHERE o.state = ANY(%b::text[]) AND o.expires_at <= %b"""
_EXPIRED: Final = """
    SELECT id, total, expires_at FROM asyncops_operation
     WHERE state = ANY(%b::text[]) AND expires_at <= %b AND (expires_at, id) > (%b, %b::bigint)
     ORDER BY expires_at, id LIMIT %b::int"""
_DELETE_KEYS: Final = """
    DELETE FROM asyncops_idempotencykey WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM asyncops_idempotencykey WHERE expires_at <= %b LIMIT %b::int FOR UPDATE SKIP LOCKED))
    RETURNING 1"""


# Bodies that were split long ago, or that no operation ever took; never one that is still to be split.
_OLD_BODIES: Final = """
    SELECT b.id FROM asyncops_body b
     WHERE b.received_at <= %b
       AND NOT EXISTS (SELECT 1 FROM asyncops_split s JOIN asyncops_operation o ON o.id = s.operation_id
                        WHERE s.body_id = b.id AND o.state IN ('new', 'running'))
     ORDER BY b.id"""


# Of the log of webhooks; none that is still to be sent to an endpoint that takes them.
_OLD_WEBHOOK: Final = """
    d.created_at <= %b AND d.resend_at IS NULL
    AND (d.due_at IS NULL
         OR NOT EXISTS (SELECT 1 FROM asyncops_webhookendpoint e WHERE e.id = d.endpoint_id AND e.enabled))"""
_DELETE_WEBHOOKS: Final = f"""
    WITH old AS (SELECT d.id FROM asyncops_webhookdelivery d WHERE {_OLD_WEBHOOK} LIMIT %b::int FOR UPDATE SKIP LOCKED),
         log AS (DELETE FROM asyncops_webhookattempt WHERE delivery_id IN (SELECT id FROM old))
    DELETE FROM asyncops_webhookdelivery WHERE id IN (SELECT id FROM old) RETURNING 1"""


def _batches(now: datetime) -> Iterator[list[tuple[int, int]]]:
    """Expired operations, each as its id and its number of items. Seeks on from the last: dead rows are not reread."""
    place = datetime.fromisoformat("0001-01-02T00:00:00+00:00"), 0
    while rows := run(_EXPIRED, [sorted(FINAL), now, *place, OPERATIONS]):
        yield [(id, total) for id, total, _ in rows]
        place = rows[-1][2], rows[-1][0]


def _purge_operations(batch: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Deletes a batch; what went, a transaction at a time."""
    left: set[int] = set()
    for some in _slices(batch):
        try:
            yield from _purge_children(some)
        except _LockedError:
            left.update(some.operations)
    yield "operations", _delete_operations([id for id, _ in batch if id not in left])


def _slices(batch: Iterable[tuple[int, int]]) -> Iterator[_Slice]:
    """Small operations together, a large one in parts."""
    together: list[int] = []
    size = 0
    for id, total in batch:
        if total > ITEMS:
            bounds = pairwise([_LEAST, *range(ITEMS, total, ITEMS), _MOST])
            yield from (_Slice(operations=(id,), first=first, last=last) for first, last in bounds)
            continue
        if size + total > ITEMS:
            yield _Slice(operations=tuple(together))
            together, size = [], 0
        together.append(id)
        size += total
    yield _Slice(operations=tuple(together))


class _LockedError(Exception):
    """Somebody has locked what is to be deleted."""


def _purge_children(some: _Slice) -> list[tuple[str, int]]:
    try:
        with transaction.atomic():
            _be_impatient()
            return [(kind, _delete(table, column, some)) for kind, (table, column) in _CHILDREN.items()]
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise _LockedError from None
        raise


def _delete(table: str, column: str, some: _Slice) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f'DELETE FROM {table} WHERE operation_id = ANY(%s) AND "{column}" >= %s AND "{column}" < %s',
            [list(some.operations), some.first, some.last],
        )
        return int(cursor.rowcount)


def _delete_operations(ids: Sequence[int]) -> int:
    """With whatever else refers to them."""
    with transaction.atomic():
        _be_impatient()
        free = Operation.objects.filter(pk__in=ids, state__in=FINAL).select_for_update(skip_locked=True)
        _, deleted = Operation.objects.filter(pk__in=list(free.values_list("pk", flat=True))).delete()
        return deleted.get(Operation._meta.label, 0)


def _purge_keys(now: datetime) -> int:
    return len(run(_DELETE_KEYS, [now, KEYS]))


def _bodies_before(now: datetime) -> datetime:
    return now - timedelta(hours=settings.BODY_HOURS)


def _purge_body(body: int) -> None:
    """Its parts a few at a time, then itself: a purge that is interrupted goes on with the rest."""
    parts = "DELETE FROM asyncops_bodypart WHERE ctid = ANY(ARRAY(SELECT ctid FROM asyncops_bodypart"
    while run(f"{parts} WHERE body_id = %b::bigint LIMIT {PARTS})) RETURNING 1", [body]):
        pass
    Body.objects.filter(pk=body).delete()


def _log(now: datetime) -> datetime:
    return now - timedelta(days=settings.WEBHOOK_LOG_DAYS)


def _purge_webhooks(now: datetime) -> int:
    return len(run(_DELETE_WEBHOOKS, [_log(now), DELIVERIES]))


def _be_impatient() -> None:
    """Inside a transaction: a lock is not waited for, so nobody queues up behind us."""
    run(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
