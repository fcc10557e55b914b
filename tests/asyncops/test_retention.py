"""What has expired goes, in small transactions that nobody waits for; everything else stays."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asyncops import claims, control, engine, retention
from asyncops.models import (
    Body,
    Chunk,
    Download,
    Fault,
    IdempotencyKey,
    Item,
    ItemError,
    KeptFile,
    Mention,
    Operation,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from catalog.models import Product
from catalog.sql import run
from tests.asyncops.plain import item, send
from tests.asyncops.webhooks import listens

NOW = timezone.now()
LATER = NOW + timedelta(days=2)  # operations of the plain dialect live for a day


def rows() -> dict[str, int]:
    return {
        "operations": Operation.objects.count(),
        "chunks": Chunk.objects.count(),
        "items": Item.objects.count(),
        "errors": ItemError.objects.count(),
        "faults": Fault.objects.count(),
        "mentions": Mention.objects.count(),
        "idempotency_keys": IdempotencyKey.objects.count(),
        "bodies": Body.objects.count(),
        "downloads": Download.objects.count(),
        "webhooks": WebhookDelivery.objects.count(),
        "files": KeptFile.objects.count(),
    }


NOTHING = dict.fromkeys(retention.KINDS, 0)


def finished(caller: Any, *items: Any) -> Operation:
    operation = send(caller, *items)
    engine.drain()
    operation.refresh_from_db()
    return operation


def key(caller: Any, value: str, **values: Any) -> None:
    IdempotencyKey.objects.create(
        organization=caller.user.organization, key=value, fingerprint=b"", status=200, headers={}, body=b"", **values
    )


@pytest.mark.django_db
def test_an_expired_operation_goes_with_all_that_belongs_to_it(caller):
    operation = finished(caller, item("A"), item("B", name=5, stock="x"))
    kept = finished(caller, item("C"))
    Operation.objects.filter(pk=kept.pk).update(expires_at=LATER + timedelta(seconds=1))
    Download.objects.create(operation_id=operation.pk, index=0, url="http://files.example/", max_bytes=1)
    gone = NOTHING | {"operations": 1, "chunks": 1, "items": 2, "errors": 2, "faults": 2, "mentions": 1, "downloads": 1}
    assert retention.expired(now=LATER) == gone
    assert retention.purge(now=LATER) == gone
    assert rows() == {**NOTHING, "operations": 1, "chunks": 1, "items": 1}
    assert Operation.objects.get() == kept
    assert Product.objects.count() == 2


@pytest.mark.django_db
def test_before_its_time_nothing_goes(caller):
    operation = finished(caller, item("A"))
    before = rows()
    assert retention.purge(now=operation.expires_at - timedelta(seconds=1)) == NOTHING
    assert rows() == before
    assert retention.purge(now=operation.expires_at)["operations"] == 1


@pytest.mark.django_db
def test_live_operations_are_never_touched_however_old(caller, settings):
    settings.CHUNK_RECORDS = 1
    send(caller, item("A"), item("B", name=5))
    claimed = claims.claim("me")
    engine.apply(claimed[:1])
    before = rows()
    assert retention.expired(now=LATER) == NOTHING
    assert retention.purge(now=LATER) == NOTHING
    assert rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["success", "failed", "cancelled"])
def test_every_final_state_expires(caller, state):
    finished(caller, item("A"))
    Operation.objects.update(state=state)
    assert retention.purge(now=LATER)["operations"] == 1
    assert rows() == NOTHING


@pytest.mark.django_db
def test_expired_keys_go_and_others_stay(caller):
    key(caller, "old", expires_at=NOW)
    key(caller, "new", expires_at=NOW + timedelta(seconds=1))
    assert retention.expired(now=NOW)["idempotency_keys"] == 1
    assert retention.purge(now=NOW) == {**NOTHING, "idempotency_keys": 1}
    assert IdempotencyKey.objects.get().key == "new"


@pytest.mark.django_db
def test_a_retry_outlives_its_parent(caller):
    parent, child = finished(caller, item("A")), finished(caller, item("B"))
    Operation.objects.filter(pk=child.pk).update(parent=parent, expires_at=LATER + timedelta(days=1))
    assert retention.purge(now=LATER)["operations"] == 1
    child.refresh_from_db()
    assert child.parent_id is None


@pytest.mark.django_db
def test_every_transaction_is_small(caller, settings, monkeypatch):
    monkeypatch.setattr(retention, "ITEMS", 4)
    monkeypatch.setattr(retention, "OPERATIONS", 2)
    monkeypatch.setattr(retention, "KEYS", 2)
    settings.CHUNK_RECORDS = 3
    finished(caller, *(item(f"L{n}") for n in range(11)))
    for n in range(5):
        finished(caller, item(f"S{n}"))
        key(caller, f"{n}", expires_at=NOW)
    reports: list[tuple[str, int]] = []
    counts = retention.purge(now=LATER, report=lambda kind, rows: reports.append((kind, rows)))
    assert counts == {**NOTHING, "operations": 6, "chunks": 9, "items": 16, "idempotency_keys": 5}
    totals: Counter[str] = Counter()
    for kind, gone in reports:
        totals[kind] += gone
        assert gone <= {"items": 4, "operations": 2, "idempotency_keys": 2}.get(kind, 4)
    assert dict(totals) == {kind: count for kind, count in counts.items() if kind in totals}
    assert rows() == NOTHING


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_operations(caller, django_assert_num_queries):
    """Some are there for each kind of rows, so a new kind may add its own."""
    finished(caller, item("S"))
    with CaptureQueriesContext(connection) as few:
        retention.purge(now=LATER)
    for n in range(40):
        finished(caller, item(f"S{n}"))
    with django_assert_num_queries(len(few)):
        retention.purge(now=LATER)


@pytest.mark.django_db
def test_an_interrupted_purge_is_run_again(caller, monkeypatch):
    monkeypatch.setattr(retention, "ITEMS", 2)
    finished(caller, *(item(f"A{n}") for n in range(7)))

    def stop(kind: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retention.purge(now=LATER, report=stop)
    assert 0 < Item.objects.count() < 7
    retention.purge(now=LATER)
    assert rows() == NOTHING


@pytest.mark.parametrize("table", ["asyncops_operation", "asyncops_chunk", "asyncops_item"])
def test_what_somebody_has_locked_is_left_for_the_next_time(committed, caller, table):
    locked, free = finished(caller, item("A")), finished(caller, item("B"))
    Operation.objects.filter(pk=free.pk).update(total=retention.ITEMS)  # a transaction of its own
    held, release = threading.Event(), threading.Event()

    def reader() -> None:
        with transaction.atomic():
            column = "id" if table == "asyncops_operation" else "operation_id"
            run(f"SELECT 1 FROM {table} WHERE {column} = %b FOR UPDATE", [locked.pk])
            held.set()
            release.wait(10)
        connection.close()

    thread = threading.Thread(target=reader)
    thread.start()
    assert held.wait(10)
    begun = time.monotonic()
    assert retention.purge(now=LATER)["operations"] == 1
    assert time.monotonic() - begun < 5
    assert Operation.objects.get() == locked
    release.set()
    thread.join()
    assert retention.purge(now=LATER)["operations"] == 1
    assert rows() == NOTHING


def test_writers_never_wait_for_a_purge(committed, caller):
    """They would give up a lock after 100 ms."""
    many(caller, 60_000)
    stop, waits = threading.Event(), []

    def writer() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 100")
        number = 0
        while not stop.is_set():
            begun = time.monotonic()
            send(caller, item(f"W{number}"))
            engine.drain()
            waits.append(time.monotonic() - begun)
            number += 1
        connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    counts = retention.purge(now=NOW)
    stop.set()
    thread.join()
    assert (counts["operations"], counts["items"], Item.objects.count()) == (1, 60_000, len(waits))
    assert Operation.objects.filter(state="success", created=1).count() == len(waits)


def many(caller: Any, items: int) -> None:
    """A finished and expired operation with this many items, without the engine."""
    operation = send(caller)
    values = {"total": items, "created": items, "expires_at": NOW}
    Operation.objects.filter(pk=operation.pk).update(**values)
    run(
        "INSERT INTO asyncops_item SELECT %b::bigint, n, 'created', gen_random_uuid()"
        " FROM generate_series(0, %b::int - 1) n",
        [operation.pk, items],
    )


@pytest.mark.django_db
def test_a_cancelled_operation_expires_too(caller, admin):
    send(caller, item("A"))
    control.cancel(Operation.objects.all(), by=admin)
    assert retention.purge(now=LATER)["chunks"] == 1
    assert rows() == NOTHING


@pytest.mark.django_db
def test_the_log_of_webhooks_goes_but_nothing_that_is_still_to_be_sent(caller, settings):
    settings.WEBHOOK_LOG_DAYS = 30
    endpoint = listens(caller.user.organization, "http://receiver.example/hook")
    for sku in "ABC":
        finished(caller, item(sku))
    done, waiting, recent = WebhookDelivery.objects.order_by("pk")
    WebhookDelivery.objects.exclude(pk=recent.pk).update(created_at=NOW - timedelta(days=31))
    WebhookDelivery.objects.filter(pk=done.pk).update(due_at=None)
    WebhookAttempt.objects.create(
        delivery=done, number=1, url=endpoint.url, started_at=NOW, duration_ms=1, request_headers={}
    )
    assert retention.expired(now=NOW)["webhooks"] == 1
    assert retention.purge(now=NOW) == {**NOTHING, "webhooks": 1}
    assert set(WebhookDelivery.objects.all()) == {waiting, recent}
    assert WebhookAttempt.objects.count() == 0
    WebhookEndpoint.objects.update(enabled=False)
    assert retention.purge(now=NOW) == {**NOTHING, "webhooks": 1}
    assert set(WebhookDelivery.objects.all()) == {recent}
