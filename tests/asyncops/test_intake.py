"""What is accepted is stored whole, in order, whatever Redis does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from asyncops import doorbell, engine, intake, journal
from asyncops.intake import ItemsRefused, TooManyItems
from asyncops.models import Chunk, Item, Operation
from asyncops.states import State
from catalog import writing
from catalog.commands import Policy
from catalog.models import Product
from tests.asyncops.plain import item, send, submission


@pytest.mark.django_db
def test_an_operation_is_stored_with_its_items_as_sent_and_nothing_is_written_yet(caller, settings):
    settings.CHUNK_RECORDS = 2
    operation = send(caller, item("A", stock=1), item("B"), item("C"))
    chunks = list(Chunk.objects.order_by("number"))
    assert [(chunk.first, chunk.size) for chunk in chunks] == [(0, 2), (2, 1)]
    assert orjson.loads(chunks[0].payload) == [{"sku": "A", "stock": 1}, {"sku": "B"}]
    assert (operation.state, operation.total, operation.organization) == (State.NEW, 3, caller.user.organization)
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_what_was_returned_is_what_is_stored(caller):
    operation = send(caller, item("A", name="\u00e9\u4e16 '\"", stock=1))
    stored = Operation.objects.get()
    fields = [field.attname for field in Operation._meta.concrete_fields]
    assert [getattr(stored, name) for name in fields] == [getattr(operation, name) for name in fields]
    assert stored.chunks.get().open is True


@pytest.mark.django_db
def test_an_operation_of_one_chunk_is_stored_by_one_statement(caller, django_assert_num_queries):
    with django_assert_num_queries(2):  # and one that looks names up
        send(caller, item("A"))


@pytest.mark.django_db
def test_a_request_that_cannot_be_understood_is_refused_with_every_item_named(caller):
    with pytest.raises(ItemsRefused) as refusal:
        send(caller, item("A"), 5, "six")
    assert sorted(refusal.value.errors) == [1, 2]
    assert not Operation.objects.exists()


@pytest.mark.django_db
def test_too_many_items_are_refused(caller, settings):
    settings.MAX_ITEMS = 1
    with pytest.raises(TooManyItems):
        send(caller, item("A"), item("B"))
    assert not Operation.objects.exists()


@pytest.mark.django_db
def test_an_operation_without_items_is_done_at_once(caller):
    assert send(caller).state == State.SUCCESS


@pytest.mark.django_db
def test_policy_all_is_one_chunk(caller, settings):
    settings.CHUNK_RECORDS = 1
    send(caller, item("A"), item("B"), policy=Policy.ALL)
    assert [chunk.size for chunk in Chunk.objects.all()] == [2]


@pytest.mark.django_db
def test_a_write_that_a_deadlock_broke_off_is_done_again(caller, monkeypatch):
    apply, broken = writing.apply, iter([True, True])

    def deadlock_twice(*args, **options):
        outcomes = apply(*args, **options)
        if next(broken, False):
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return outcomes

    monkeypatch.setattr(writing, "apply", deadlock_twice)
    operation, outcomes = intake.run_now(submission(item("A")), by=caller)
    assert [outcome.kind.value for outcome in outcomes] == ["created"]
    assert (Operation.objects.get(), Product.objects.count()) == (operation, 1)


@pytest.mark.django_db
def test_what_is_done_in_the_request_is_a_finished_operation_with_its_items(caller):
    operation, outcomes = intake.run_now(submission(item("A"), item("B", stock="many"), item("A")), by=caller)
    operation.refresh_from_db()
    assert [outcome.kind.value for outcome in outcomes] == ["created", "refused", "unchanged"]
    assert (operation.state, operation.created, operation.refused, operation.unchanged) == (State.SUCCESS, 1, 1, 1)
    assert [view.outcome for view in journal.items(operation)] == ["created", "refused", "unchanged"]
    assert engine.drain() is False
    assert Item.objects.count() == 2


@pytest.mark.parametrize("items", [1, 2], ids=["in one statement", "of several chunks"])
def test_accept_order_is_commit_order(committed, caller, settings, items):
    """Two accepts that overlap: the one that draws first commits first, so no earlier one can appear later."""
    settings.CHUNK_RECORDS = 1
    entered, drawn = threading.Event(), []

    def second() -> None:
        entered.wait()
        drawn.append(send(caller, *[item("A", stock=2)] * items).seq)
        connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        first = send(caller, item("A", stock=1))
        entered.set()
        time.sleep(0.2)
        assert drawn == []
    thread.join()
    assert drawn[0] > first.seq


@pytest.fixture
def hung() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("is_hung", [False, True], ids=["away", "hung"])
def test_redis_away_or_hung_does_not_change_the_answer(committed, caller, settings, hung, is_hung):
    settings.REDIS_URL = f"redis://127.0.0.1:{hung if is_hung else 1}/0"
    doorbell.queue.cache_clear()
    begun = time.monotonic()
    doorbell.ring()
    operation = send(caller, item("A"))
    doorbell.queue.cache_clear()
    assert time.monotonic() - begun < 5
    assert Operation.objects.get(pk=operation.pk).state == State.NEW


def lenient(*items, policy=Policy.EACH):
    return replace(submission(*items, policy=policy), lenient=True)


@pytest.mark.django_db
def test_an_item_without_meaning_is_refused_alone_when_the_submission_is_lenient(caller):
    performed = intake.perform(lenient(item("A"), 5), by=caller)
    assert [outcome.kind.value for outcome in performed.outcomes] == ["created", "refused"]
    assert (performed.operation.created, performed.operation.refused) == (1, 1)
    assert Product.objects.count() == 1


@pytest.mark.django_db
def test_under_policy_all_what_is_not_there_to_be_deleted_keeps_the_others(caller):
    intake.perform(submission(item("A")), by=caller)
    performed = intake.perform(submission(item("A"), item("B"), kind="delete", policy=Policy.ALL), by=caller)
    assert [outcome.kind.value for outcome in performed.outcomes] == ["untouched", "refused"]
    assert Product.objects.get().sku == "A"


@pytest.mark.django_db
def test_under_policy_all_it_leaves_the_others_checked_but_unwritten(caller):
    performed = intake.perform(lenient(item("A"), 5, item("B", stock="x"), policy=Policy.ALL), by=caller)
    assert [outcome.kind.value for outcome in performed.outcomes] == ["untouched", "refused", "refused"]
    assert performed.operation.state == State.FAILED
    assert not Product.objects.exists()
