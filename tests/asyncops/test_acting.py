"""Cancelling and retrying thousands: an operation with a chunk's worth of acts in each transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from asyncops import acting, auditing, control, engine
from asyncops.acting import Kind
from asyncops.models import Chunk, Item, ItemError, Operation
from asyncops.retrying import Which
from asyncops.states import ChunkState, State
from catalog.models import Product, User
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import outcomes

pytestmark = pytest.mark.django_db


def act(kind, *operations, by):
    return acting.accept(kind, [operation.uuid for operation in operations], by=by, now=timezone.now())


def state(operation):
    return Operation.objects.get(pk=operation.pk).state


def work_only_on(operation):
    """As if its turn had come before the others'."""
    Chunk.objects.exclude(operation=operation).filter(state=ChunkState.QUEUED).update(
        available_at=timezone.now() + timedelta(hours=1)
    )
    engine.drain()


def test_thousands_are_cancelled_by_an_operation(caller, monkeypatch):
    monkeypatch.setitem(acting.SIZES, Kind.CANCEL, 2)
    live = [send(caller, item(f"A{n}")) for n in range(5)]
    bystander = send(caller, item("B"))
    made = act(Kind.CANCEL, *live, by=caller.user)
    work_only_on(made)
    assert outcomes(made) == ["updated"] * 5
    assert {state(operation) for operation in live} == {"cancelled"}
    assert {Operation.objects.get(pk=op.pk).cancel_requested_by for op in live} == {caller.user}
    assert state(bystander) == "new"
    assert not Product.objects.filter(sku__startswith="A").exists()
    assert list(auditing.audit(grace=0)) == []


def test_what_had_ended_meanwhile_is_told(caller):
    done, live = send(caller, item("A")), send(caller, item("B"))
    made = act(Kind.CANCEL, done, live, by=caller.user)
    control.cancel(Operation.objects.filter(pk=done.pk), by=None)
    work_only_on(made)
    assert outcomes(made) == ["unchanged", "updated"]
    assert (state(made), state(live)) == (State.SUCCESS, "cancelled")


def test_one_whose_chunk_is_at_work_ends_when_that_ends(caller):
    live = send(caller, item("A"))
    Chunk.objects.filter(operation=live).update(
        state=ChunkState.LEASED, lease_until=timezone.now() + timedelta(hours=1)
    )
    made = act(Kind.CANCEL, live, by=caller.user)
    engine.drain()
    assert outcomes(made) == ["updated"]
    assert Operation.objects.get(pk=live.pk).cancel_requested_at
    assert state(live) == "new"


def test_refused_items_of_many_are_retried(caller):
    bad = [send(caller, item(f"A{n}", stock="x"), item(f"B{n}")) for n in range(3)]
    engine.drain()
    control.retry(bad[0], which=Which.REFUSED, by=caller.user)
    made = act(Kind.RETRY_REFUSED, *bad, by=caller.user)
    engine.drain()
    assert outcomes(made) == ["refused", "created", "created"]
    assert "being repeated" in ItemError.objects.get(operation_id=made.pk).params["message"]
    children = Operation.objects.filter(parent__in=bad[1:])
    assert [(child.total, child.state) for child in children] == [(1, "success"), (1, "success")]
    assert set(Item.objects.filter(operation_id=made.pk).values_list("record_id", flat=True)) >= {
        c.uuid for c in children
    }
    assert list(auditing.audit(grace=0)) == []


def test_done_twice_it_is_done_once(caller):
    bad = send(caller, item("A", stock="x"))
    engine.drain()
    act(Kind.RETRY_REFUSED, bad, by=caller.user)
    engine.drain()
    engine.drain()
    assert Operation.objects.filter(parent=bad).count() == 1


def test_it_can_be_cancelled_itself(caller):
    live = send(caller, item("A"))
    made = act(Kind.CANCEL, live, by=caller.user)
    control.cancel(Operation.objects.filter(pk=made.pk), by=caller.user)
    engine.drain()
    assert (state(made), state(live)) == ("cancelled", "success")


def test_rights_are_those_of_the_moment(caller, other: User):
    live = send(caller, item("A"))
    made = act(Kind.CANCEL, live, by=other)
    work_only_on(made)
    assert outcomes(made) == ["refused"]
    other.user_permissions.remove(Permission.objects.get(codename="cancel_operation"))
    again = act(Kind.CANCEL, live, by=User.objects.get(pk=other.pk))
    work_only_on(again)
    assert ItemError.objects.get(operation_id=again.pk).code == "forbidden"
    assert state(live) == "new"


def test_candidates_are_those_of_which_there_is_something_to_do(caller):
    live, bad = send(caller, item("A")), send(caller, item("B", stock="x"))
    console = act(Kind.CANCEL, live, by=caller.user)
    everything = Operation.objects.all()
    assert set(acting.candidates(everything, Kind.CANCEL)) == {live, bad}
    engine.drain()
    assert list(acting.candidates(everything, Kind.RETRY_REFUSED)) == [bad]
    assert console not in acting.candidates(everything, Kind.CANCEL)
