"""Accepted work is done once, in order, and every item has its outcome."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from asyncops import claims, control, engine, journal, sweeping
from asyncops.models import Chunk, Item, Operation
from asyncops.states import ChunkState, State
from catalog import writing
from catalog.commands import Policy
from catalog.models import Product
from tests.asyncops.plain import item, send


def outcomes(operation: Operation) -> list[str]:
    operation.refresh_from_db()
    return [view.outcome for view in journal.items(operation)]


def stock(sku: str) -> int:
    return Product.objects.get(sku=sku).stock


def expire_leases() -> None:
    Chunk.objects.filter(state=ChunkState.LEASED).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_one_bad_item_does_not_stop_the_others_and_the_counters_add_up(caller):
    operation = send(caller, item("A"), item("B", name=5), item("C"), item("A"))
    assert outcomes(operation) == ["undecided"] * 4
    engine.drain()
    assert outcomes(operation) == ["created", "refused", "created", "unchanged"]
    assert (operation.state, operation.created, operation.refused, operation.unchanged) == (State.SUCCESS, 2, 1, 1)
    assert (operation.processed, operation.untouched) == (operation.total, 0)
    assert [error.path for error in journal.items(operation)[1].errors] == ["/name"]


@pytest.mark.django_db
def test_policy_all_writes_nothing_when_one_item_is_bad(caller):
    operation = send(caller, item("A"), item("B", name=5), policy=Policy.ALL)
    engine.drain()
    assert outcomes(operation) == ["untouched", "refused"]
    assert (operation.state, operation.refused, operation.untouched) == (State.FAILED, 1, 1)
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_deleting_what_is_not_there_is_what_the_dialect_says(caller):
    operation = send(caller, item("A"), kind="delete")
    engine.drain()
    assert outcomes(operation) == ["refused"]
    assert journal.items(operation)[0].errors[0].code == "missing"


@pytest.mark.django_db
def test_rights_are_checked_when_the_item_is_processed(caller, admin):
    operation = send(caller, item("A"))
    admin.is_superuser = False
    admin.save()
    engine.drain()
    assert outcomes(operation) == ["refused"]
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_a_chunk_waits_for_an_earlier_one_that_writes_the_same_record(caller):
    first, second, free = (send(caller, item(sku, stock=n)) for n, sku in enumerate("AAB"))
    claimed = claims.claim("me")
    assert {claim.chunk for claim in claimed} == set(
        Chunk.objects.filter(operation__in=[first, free]).values_list("pk", flat=True)
    )
    assert claims.claim("you") == []
    engine.work(claimed)
    engine.drain()
    assert (stock("A"), stock("B")) == (1, 2)
    assert Operation.objects.filter(state=State.SUCCESS).count() == 3
    assert second.pk


@pytest.mark.django_db
def test_a_delete_waits_for_an_earlier_reference_and_a_reference_for_an_earlier_write(caller):
    send(caller, item("A", stock=1))
    send(caller, item("A"), kind="delete")
    send(caller, item("A", stock=3))
    engine.drain()
    assert stock("A") == 3
    assert list(Operation.objects.order_by("seq").values_list("created", "deleted")) == [(1, 0), (0, 1), (1, 0)]


@pytest.mark.django_db
def test_a_claim_that_was_lost_cannot_store_its_outcome(caller):
    operation = send(caller, item("A", stock=1))
    stale = claims.claim("slow")
    expire_leases()
    fresh = claims.claim("quick")
    engine.work(fresh)
    Product.objects.update(stock=9)
    engine.work(stale)
    assert (stock("A"), outcomes(operation), Item.objects.count()) == (9, ["created"], 1)


@pytest.mark.django_db
def test_every_step_may_run_twice(caller):
    operation = send(caller, item("A"))
    claimed = claims.claim("me")
    engine.work(claimed)
    engine.work(claimed)
    sweeping.sweep()
    engine.drain()
    operation.refresh_from_db()
    assert (operation.state, operation.created, Item.objects.count()) == (State.SUCCESS, 1, 1)


@pytest.mark.django_db
def test_the_sweeper_finalises_what_a_crash_left_between_apply_and_finalise(caller):
    operation = send(caller, item("A"))
    engine.apply(claims.claim("dies"))
    operation.refresh_from_db()
    assert operation.state == State.RUNNING
    sweeping.sweep()
    operation.refresh_from_db()
    assert operation.state == State.SUCCESS


@pytest.mark.django_db
def test_a_chunk_that_kills_its_worker_is_given_up_and_does_not_block_others(caller, settings):
    bad, good = send(caller, item("A")), send(caller, item("B"))
    for _ in range(settings.MAX_ATTEMPTS + 1):
        claims.claim("dies")
        expire_leases()
    engine.drain()
    Chunk.objects.filter(operation=good).update(available_at=timezone.now())
    for _ in range(settings.MAX_ATTEMPTS):
        if claimed := claims.claim("dies"):
            assert len(claimed) == 1
        expire_leases()
    sweeping.sweep()
    engine.drain()
    assert outcomes(good) == ["created"]
    assert bad.pk


@pytest.mark.django_db
def test_a_transient_error_is_tried_again_later_and_given_up_at_last(caller, settings, monkeypatch):
    def deadlock(*args, **options):
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(writing, "apply", deadlock)
    monkeypatch.setattr(connection, "close", lambda: None)
    operation = send(caller, item("A"))
    for attempt in range(settings.MAX_ATTEMPTS):
        assert Chunk.objects.get().failures == attempt
        engine.drain()
        assert Chunk.objects.get().available_at > timezone.now() or attempt == settings.MAX_ATTEMPTS - 1
        Chunk.objects.update(available_at=timezone.now())
    assert outcomes(operation) == ["refused"]
    assert operation.state == State.FAILED
    assert journal.items(operation)[0].errors[0].code == "transient"


@pytest.mark.django_db
def test_cancelling_skips_what_has_not_begun_and_keeps_what_was_written(caller, admin, settings):
    settings.CHUNK_RECORDS = 1
    operation = send(caller, item("A"), item("B"), item("C"))
    engine.work(claims.claim("me"))
    report = control.cancel(Operation.objects.all(), by=admin)
    assert (report.cancelled, report.already_finished) == (1, 0)
    assert outcomes(operation) == ["created", "untouched", "untouched"]
    assert (operation.state, operation.untouched, operation.cancel_requested_by) == (State.CANCELLED, 2, admin)
    assert engine.drain() is False
    assert Product.objects.count() == 1


@pytest.mark.django_db
def test_cancelling_is_idempotent_and_a_finished_operation_is_refused(caller, admin):
    done = send(caller, item("A"))
    engine.drain()
    waiting = send(caller, item("B"))
    assert control.cancel(Operation.objects.all(), by=admin) == control.Cancelled(cancelled=1, already_finished=1)
    assert control.cancel(Operation.objects.all(), by=admin) == control.Cancelled(cancelled=0, already_finished=2)
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert (done.state, waiting.state) == (State.SUCCESS, State.CANCELLED)


@pytest.mark.django_db
def test_a_cancelled_operation_is_never_turned_into_success_by_a_late_worker(caller, admin):
    operation = send(caller, item("A"))
    claimed = claims.claim("late")
    control.cancel(Operation.objects.all(), by=admin)
    engine.work(claimed)
    assert outcomes(operation) == ["untouched"]
    assert (operation.state, Product.objects.count()) == (State.CANCELLED, 0)


@pytest.mark.django_db
def test_the_sweeper_ends_a_cancelled_operation_whose_worker_died(caller, admin):
    operation = send(caller, item("A"))
    claims.claim("dies")
    control.cancel(Operation.objects.all(), by=admin)
    expire_leases()
    sweeping.sweep()
    operation.refresh_from_db()
    assert operation.state == State.CANCELLED


def test_the_lease_of_a_chunk_that_is_being_applied_cannot_be_taken(committed, caller):
    send(caller, item("A"))
    claimed = claims.claim("slow")
    expire_leases()
    stolen = []

    def thief() -> None:
        stolen.extend(claims.claim("thief"))
        connection.close()

    with transaction.atomic():
        engine.apply(claimed)
        thread = threading.Thread(target=thief)
        thread.start()
        thread.join()
    assert stolen == []


def test_two_workers_never_apply_one_record_out_of_order(committed, caller, settings):
    settings.CHUNK_RECORDS = 3
    for value in range(60):
        send(caller, item(f"S{value % 3}", stock=value), item(f"T{value}"))

    def worker() -> None:
        while engine.drain() or Chunk.objects.filter(state__in=["queued", "leased"]).exists():
            time.sleep(0.001)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [stock(f"S{n}") for n in range(3)] == [57, 58, 59]
    assert Operation.objects.filter(state=State.SUCCESS, created__gte=1).count() == 60
