"""A retry repeats what an operation did not write, as a child of its own."""

from __future__ import annotations

import orjson
import pytest

from asyncops import claims, control, engine, journal
from asyncops.models import Chunk, Operation
from asyncops.retrying import AlreadyRetried, NothingToRetry, StillRunning, Which
from asyncops.states import State
from catalog.commands import Json, Policy
from catalog.models import Product
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import codes, outcomes


@pytest.fixture
def ended(caller, admin, settings) -> Operation:
    """Of six items A and C are written, B refused, D, E and F untouched."""
    settings.CHUNK_RECORDS = 3
    operation = send(caller, item("A"), item("B", name=5), item("C"), item("D"), item("E"), item("F"))
    engine.work(claims.claim("me"))
    control.cancel(Operation.objects.all(), by=admin)
    operation.refresh_from_db()
    return operation


def items(operation: Operation) -> list[Json]:
    chunks = operation.chunks.order_by("first")
    return [entry["sku"] for chunk in chunks for entry in orjson.loads(chunk.payload)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("which", "repeated"),
    [("refused", ["B"]), ("untouched", ["D", "E", "F"]), ("all_unfinished", ["B", "D", "E", "F"])],
)
def test_a_retry_is_a_child_with_the_items_that_were_asked_for(ended, limited, which, repeated):
    child = control.retry(ended, which=Which(which), by=limited)
    assert items(child) == repeated
    assert (child.parent, child.total, child.state, child.user) == (ended, len(repeated), State.NEW, limited)
    assert (child.kind, child.dialect, child.organization) == (ended.kind, ended.dialect, ended.organization)
    assert [chunk.first for chunk in child.chunks.order_by("first")] == list(range(0, len(repeated), 3))
    assert ended.seq < child.seq


@pytest.mark.django_db
def test_a_retry_is_worked_off_like_any_other_and_its_parent_stays_as_it_is(ended, admin):
    child = control.retry(ended, which=Which.ALL_UNFINISHED, by=admin)
    engine.drain()
    assert outcomes(child) == ["refused", "created", "created", "created"]
    assert outcomes(ended) == ["created", "refused", "created", "untouched", "untouched", "untouched"]
    assert set(Product.objects.values_list("sku", flat=True)) == set("ACDEF")


@pytest.mark.django_db
def test_a_retry_can_be_retried(ended, admin):
    child = control.retry(ended, which=Which.REFUSED, by=admin)
    engine.drain()
    child.refresh_from_db()
    grandchild = control.retry(child, which=Which.REFUSED, by=admin)
    assert (grandchild.parent, items(grandchild)) == (child, ["B"])


@pytest.mark.django_db
def test_no_item_is_repeated_twice(ended, admin):
    control.retry(ended, which=Which.REFUSED, by=admin)
    for again in (Which.REFUSED, Which.ALL_UNFINISHED):
        with pytest.raises(AlreadyRetried):
            control.retry(ended, which=again, by=admin)
    control.retry(ended, which=Which.UNTOUCHED, by=admin)
    assert ended.retries.count() == 2


@pytest.mark.django_db
def test_what_is_live_or_whole_cannot_be_retried(caller, admin):
    operation = send(caller, item("A"))
    with pytest.raises(StillRunning):
        control.retry(operation, which=Which.ALL_UNFINISHED, by=admin)
    engine.drain()
    with pytest.raises(NothingToRetry):
        control.retry(operation, which=Which.ALL_UNFINISHED, by=admin)
    assert (Operation.objects.count(), Chunk.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_under_policy_all_the_whole_is_repeated_in_one_chunk(caller, admin, settings):
    settings.CHUNK_RECORDS = 1
    operation = send(caller, item("A"), item("B", name=5), policy=Policy.ALL)
    engine.drain()
    operation.refresh_from_db()
    child = control.retry(operation, which=Which.ALL_UNFINISHED, by=admin)
    assert (items(child), child.chunks.count(), child.policy) == (["A", "B"], 1, "all")


@pytest.mark.django_db
def test_a_retry_keeps_its_place_in_the_order_of_accepts(ended, admin, caller):
    """Not its parent's: what was accepted in between stands for what it wrote last."""
    between = send(caller, item("D", stock=1))
    child = control.retry(ended, which=Which.UNTOUCHED, by=admin)
    engine.drain()
    assert (outcomes(between), outcomes(child)) == (["created"], ["unchanged", "created", "created"])


@pytest.mark.django_db
def test_an_item_that_nobody_understands_any_more_is_refused_again_and_holds_up_no_other(ended, admin):
    chunk = ended.chunks.order_by("first").last()
    Chunk.objects.filter(pk=chunk.pk).update(payload=orjson.dumps([5, item("E"), item("F")]))
    child = control.retry(ended, which=Which.UNTOUCHED, by=admin)
    engine.drain()
    assert (outcomes(child), codes(child)) == (["refused", "created", "created"], ["type"])
    assert journal.items(child)[0].errors[0].path == ""
