"""Accepted work is done once, and every item has its outcome."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from asyncops import claims, doorbell, engine, finishing, journal, sweeping
from asyncops.done import Done
from asyncops.models import Item, Operation
from asyncops.states import State
from catalog.commands import Policy
from catalog.models import Product
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import at_once, expire_leases, outcomes, stock


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
def test_under_policy_all_the_others_are_not_deleted_beside_it(caller):
    send(caller, item("A"))
    engine.drain()
    operation = send(caller, item("A"), item("B"), kind="delete", policy=Policy.ALL)
    engine.drain()
    assert (outcomes(operation), operation.state) == (["untouched", "refused"], State.FAILED)
    assert Product.objects.get().sku == "A"


@pytest.mark.django_db
def test_rights_are_checked_when_the_item_is_processed(caller, admin):
    operation = send(caller, item("A"))
    admin.is_superuser = False
    admin.save()
    engine.drain()
    assert outcomes(operation) == ["refused"]
    assert not Product.objects.exists()


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
def test_a_claim_that_was_lost_cannot_store_its_outcome_before_its_new_holder_does(caller):
    operation = send(caller, item("A", stock=1))
    stale = claims.claim("slow")
    expire_leases()
    fresh = claims.claim("quick")
    engine.work(stale)
    assert (outcomes(operation), Product.objects.count()) == (["undecided"], 0)
    engine.work(fresh)
    assert outcomes(operation) == ["created"]


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


def test_two_last_chunks_that_end_together_bring_their_operation_to_its_end(committed, caller, settings, monkeypatch):
    settings.CHUNK_RECORDS = 1
    operation = send(caller, item("A"), item("B"))
    together, count = threading.Barrier(2), finishing.count

    def count_together(done: Sequence[Done]) -> None:
        together.wait(timeout=10)
        count(done)

    monkeypatch.setattr(finishing, "count", count_together)
    claimed = [claims.claim("one"), claims.claim("other")]
    at_once(partial(engine.work, claimed[0]), partial(engine.work, claimed[1]))
    operation.refresh_from_db()
    assert (operation.state, operation.created) == (State.SUCCESS, 2)


@pytest.mark.django_db
def test_the_statements_of_a_claim_do_not_depend_on_the_number_of_its_chunks(caller, monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda: None)

    def statements(operations: int) -> int:
        for number in range(operations):
            send(caller, item(f"{operations}-{number}"))
        with CaptureQueriesContext(connection) as captured:
            engine.work(claims.claim("me"))
        assert Operation.objects.filter(state=State.SUCCESS).count() == Operation.objects.count()
        return len(captured)

    statements(1)  # what is looked up once per process
    assert statements(2) == statements(40)


@pytest.mark.django_db
def test_the_counters_of_an_operation_change_once_per_claim(caller):
    send(caller, *(item(f"S{number}") for number in range(50)))
    claimed = claims.claim("me")
    with CaptureQueriesContext(connection) as captured:
        engine.apply(claimed)
    updates = [query for query in captured.captured_queries if "UPDATE asyncops_operation" in query["sql"]]
    assert len(updates) == 1
