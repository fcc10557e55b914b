"""Whoever listens is told of every operation that ends, however it ends, by rows of the transaction that ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asyncops import claims, control, engine, fanning, finishing, intake, sweeping
from asyncops.models import Chunk, Operation, WebhookDelivery
from asyncops.submissions import Caller
from asyncops.webhooks import remove
from catalog.commands import Policy
from catalog.models import Product, User
from tests.asyncops.plain import item, send, submission
from tests.asyncops.webhooks import ALL, listens
from tests.asyncops.webhooks import send as send_webhooks
from tests.foreign import Foreign

pytestmark = pytest.mark.django_db
HOOK = "http://receiver.example/hook"


def told() -> list[str]:
    """The operations of which somebody is told."""
    return [row.instance for row in ALL().filter(event="job:finished").order_by("pk")]


def test_success(caller: Caller):
    listens(caller.user.organization, HOOK)
    operation = send(caller, item("A", price_gross=1))
    assert told() == []
    engine.drain()
    operation.refresh_from_db()
    [row] = ALL()
    assert (row.status, row.attempts, row.url, row.event_created) == ("new", 0, HOOK, operation.finished_at)
    assert json.loads(bytes(row.body)) == {
        "organization": caller.user.organization.number,
        "event": "job:finished",
        "instance": str(operation.pk),
    }


def test_every_end_is_told(caller: Caller, admin: User):
    listens(caller.user.organization, HOOK)
    refused = send(caller, item("A", price_gross="much"), policy=Policy.ALL)
    cancelled, dead = send(caller, item("B")), send(caller, item("C"))
    control.cancel(Operation.objects.filter(pk=cancelled.pk), by=admin)
    Chunk.objects.filter(operation=dead).update(failures=9, suspect=True, last_error="SegmentationFault")
    sweeping.sweep()
    engine.drain()
    nothing_to_do = intake.accept(submission(), by=caller)
    at_once_, _ = intake.run_now(submission(item("D")), by=caller)
    told_of = [cancelled, dead, refused, nothing_to_do, at_once_]
    assert told() == [str(operation.pk) for operation in told_of]
    states = dict(Operation.objects.values_list("pk", "state"))
    ends = [states[operation.pk] for operation in told_of]
    assert ends == ["cancelled", "failed", "failed", "success", "success"]


def test_others_are_not_told(caller: Caller, other: User):
    listens(other.organization, HOOK)
    send(caller, item("A"))
    engine.drain()
    assert told() == []


def test_finalising_twice_tells_once(caller: Caller):
    listens(caller.user.organization, HOOK)
    operation = send(caller, item("A"))
    engine.drain()
    finishing.finalise({operation.pk})
    sweeping.sweep()
    assert told() == [str(operation.pk)]


def test_no_row_without_the_end(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """One transaction: an outbox that cannot be written leaves the operation open, for the sweeper."""
    listens(caller.user.organization, HOOK)
    operation = send(caller, item("A"))
    with monkeypatch.context() as broken:

        def fail(*args: object) -> None:
            raise IntegrityError("this is a test")

        broken.setattr(WebhookDelivery.objects, "bulk_create", fail)
        with pytest.raises(IntegrityError), transaction.atomic():
            engine.work(claims.claim("me"))
    operation.refresh_from_db()
    assert (operation.is_final, told()) == (False, [])
    Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    engine.drain()
    assert told() == [str(operation.pk)]


def test_a_write_in_the_request_that_fails_tells_nothing(caller: Caller):
    listens(caller.user.organization, HOOK)

    def request() -> None:
        with intake.one_commit():
            intake.run_now(submission(item("A")), by=caller)
            raise RuntimeError("the request failed")

    with pytest.raises(RuntimeError):
        request()
    assert (told(), Product.objects.count()) == ([], 0)


@contextmanager
def _not_finalised() -> Iterator[None]:
    """As if the worker had died before the third transaction."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finishing, "finalise", lambda operations: None)
        yield


def test_without_listeners_it_costs_one_statement(caller: Caller, django_assert_num_queries: Any):
    operations = {send(caller, item(f"S{number}")).pk for number in range(20)}
    with _not_finalised():
        engine.drain()
    with CaptureQueriesContext(connection) as few:
        finishing.finalise(set(list(operations)[:1]))
    with django_assert_num_queries(len(few)):
        finishing.finalise(operations)


def test_events_of_products_come_once_for_each_operation_and_product(caller: Caller, foreign: Foreign):
    organization = caller.user.organization
    for event in ("product:create", "product:update", "product:delete"):
        listens(organization, foreign.url("/hook"), event=event)
    send(caller, item("A", price_gross=1), item("B", price_gross=1), item("A", price_gross=2))
    engine.drain()
    send(caller, item("A", price_gross=2), item("B", price_gross=3))
    send(caller, item("B"), kind="delete")
    first, second = (Product.objects.get(sku=sku).pk for sku in ("A", "B"))
    engine.drain()
    send_webhooks()
    rows = ALL().order_by("pk").values_list("event", "instance")
    assert sorted(rows) == sorted(
        [
            ("product:create", str(first)),
            ("product:create", str(second)),
            ("product:update", str(first)),
            ("product:update", str(second)),
            ("product:delete", str(second)),
        ]
    )


def test_stock_moves_where_it_changes(caller: Caller, foreign: Foreign):
    listens(caller.user.organization, foreign.url("/hook"), event="stock:movement")
    send(caller, item("A", stock=1), item("B", stock=1))
    engine.drain()
    send(caller, item("A", stock=5), item("B", price_gross=3), item("A", stock=6))
    engine.drain()
    send_webhooks()
    assert [row.instance for row in ALL()] == [str(Product.objects.get(sku="A").pk)]


def test_a_large_operation_is_told_of_in_slices(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("asyncops.fanning.SLICE", 3)
    listens(caller.user.organization, HOOK, event="product:create")
    send(caller, *[item(f"S{number}") for number in range(10)])
    engine.drain()
    assert ALL().count() == 0
    while fanning.fan_out():
        pass
    assert ALL().count() == 10


def test_what_waits_for_a_removed_endpoint_is_not_sent(caller: Caller, foreign: Foreign):
    endpoint = listens(caller.user.organization, foreign.url("/hook"))
    send(caller, item("A"))
    engine.drain()
    remove(endpoint)
    send_webhooks()
    assert foreign.asked == []
    assert [(row.status, row.is_active) for row in WebhookDelivery.objects.all()] == [("new", False)]
    assert connection.in_atomic_block
