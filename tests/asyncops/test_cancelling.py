"""A cancelled operation ends within its running chunk, keeps what it wrote, and never comes back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from asyncops import claims, control, engine, finishing, journal, sweeping
from asyncops.models import Chunk, Operation
from asyncops.states import ChunkState, State
from catalog.models import Product
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import at_once, expire_leases, outcomes


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


def test_the_chunk_that_runs_when_the_cancel_comes_is_finished_and_counted(committed, caller, admin, monkeypatch):
    operation, other = send(caller, item("A")), send(caller, item("B"))
    applying, cancelled = threading.Event(), threading.Event()
    complete = finishing.complete

    def complete_later(done, **more) -> None:
        applying.set()
        assert cancelled.wait(timeout=10)
        complete(done, **more)

    def cancel() -> None:
        applying.wait(timeout=10)
        control.cancel(Operation.objects.filter(pk=operation.pk), by=admin)
        assert Operation.objects.get(pk=operation.pk).state == State.RUNNING
        cancelled.set()

    monkeypatch.setattr(finishing, "complete", complete_later)
    claimed = claims.claim("me")
    at_once(lambda: engine.work(claimed), cancel)
    assert (outcomes(operation), operation.state) == (["created"], State.CANCELLED)
    assert (outcomes(other), other.state) == (["created"], State.SUCCESS)


@pytest.mark.django_db
def test_a_cancelled_chunk_leaves_the_others_of_its_claim_alone(caller, admin):
    unwanted, wanted = send(caller, item("A")), send(caller, item("B"))
    claimed = claims.claim("me")
    control.cancel(Operation.objects.filter(pk=unwanted.pk), by=admin)
    engine.work(claimed)
    assert (outcomes(unwanted), outcomes(wanted)) == (["untouched"], ["created"])


@pytest.mark.django_db
def test_what_waited_for_a_cancelled_operation_goes_on(caller, admin):
    first, second = send(caller, item("A", stock=1)), send(caller, item("A", stock=2))
    control.cancel(Operation.objects.filter(pk=first.pk), by=admin)
    engine.drain()
    assert (outcomes(first), outcomes(second)) == (["untouched"], ["created"])


@pytest.mark.django_db
def test_the_sweeper_ends_a_cancelled_operation_whose_worker_died(caller, admin):
    operation = send(caller, item("A"))
    claims.claim("dies")
    control.cancel(Operation.objects.all(), by=admin)
    sweeping.sweep()
    assert Chunk.objects.get().state == ChunkState.LEASED
    expire_leases()
    sweeping.sweep()
    operation.refresh_from_db()
    assert operation.state == State.CANCELLED


@pytest.mark.django_db
def test_the_counters_of_a_cancelled_operation_are_its_rows(caller, admin, settings):
    settings.CHUNK_RECORDS = 2
    operation = send(caller, item("A"), item("B", name=5), item("C"), item("D"))
    engine.work(claims.claim("me"))
    control.cancel(Operation.objects.all(), by=admin)
    assert outcomes(operation) == ["created", "refused", "untouched", "untouched"]
    assert (operation.created, operation.refused, operation.untouched) == (1, 1, 2)
    assert len(journal.items(operation)[1].errors) == 1


def test_a_cancel_between_two_statements_of_a_worker_is_not_overlooked(committed, caller, admin, settings):
    """Its skipped chunks were once taken for done ones, and the operation for a success."""
    settings.CHUNK_RECORDS = 1
    operation = send(caller, item("A"), item("B"))
    engine.apply(claims.claim("me"))
    asked: list[str] = []

    def ask() -> None:
        Operation.objects.update(cancel_requested_at=timezone.now(), cancel_requested_by=admin)
        Chunk.objects.filter(state=ChunkState.QUEUED).update(state=ChunkState.CANCELLED)

    def ask_after(execute: Any, statement: str, *rest: Any) -> Any:
        result = execute(statement, *rest)
        if "asyncops_chunk" in statement and not asked:
            asked.append(statement)
            at_once(ask)
        return result

    with connection.execute_wrapper(ask_after):
        finishing.finalise({operation.pk})
    assert (outcomes(operation), operation.state) == (["created", "undecided"], State.RUNNING)
    sweeping.sweep()
    assert (outcomes(operation), operation.state) == (["created", "untouched"], State.CANCELLED)
