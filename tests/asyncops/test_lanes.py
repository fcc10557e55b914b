"""Two claims at a time in one work horse, which are real threads with connections of their own here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Barrier, Event

import pytest

from asyncops import engine
from asyncops.claims import Claim
from asyncops.lanes import Lanes
from asyncops.models import Chunk, Operation
from asyncops.states import ChunkState, State
from tests.asyncops.plain import item, send

SECONDS = 20  # more than a thread needs on a busy machine

Before = Callable[[str], None]  # the SKU of the claim that is about to be worked on


@pytest.fixture
def begin(committed, settings, monkeypatch, caller) -> Iterator[Callable[..., Lanes]]:
    """Operations of one record each, and lanes that ask `before` at each claim."""
    settings.CHUNK_RECORDS = 1
    made: list[Lanes] = []

    def begin_(skus: str, before: Before, *, most: int | None = None) -> Lanes:
        names = {send(caller, item(sku)).pk: sku for sku in skus}
        work = engine.work

        def work_after(claimed: Sequence[Claim]) -> None:
            chunk = Chunk.objects.get(pk=claimed[0].chunk)
            before(names[chunk.operation_id])
            work(claimed)

        monkeypatch.setattr(engine, "work", work_after)
        made.append(Lanes(second=True, most=most))
        return made[-1]

    yield begin_
    for lanes in made:
        lanes.leave()


def work_off(lanes: Lanes) -> int:
    """How many chunks are done then."""
    while lanes.next_claim():
        pass
    return Chunk.objects.filter(state=ChunkState.DONE).count()


def test_while_one_claim_is_written_another_one_is_prepared(begin):
    both, threads = Barrier(2), {}

    def before(sku: str) -> None:
        threads[sku] = threading.get_ident()
        if sku in "BC":
            both.wait(SECONDS)

    assert work_off(begin("ABC", before)) == 3
    assert threads["A"] == threads["B"] != threads["C"]
    assert set(Operation.objects.values_list("state", flat=True)) == {State.SUCCESS}


def test_what_may_have_killed_its_worker_is_worked_on_while_nothing_else_is(begin):
    held = Event()
    active: set[str] = set()
    beside: list[str] = []

    def before(sku: str) -> None:
        active.add(sku)
        try:
            if sku == "C":
                held.wait(1)  # main goes on to S meanwhile
            if sku == "S":
                time.sleep(0.2)
                beside.extend(active - {"S"})
        finally:
            active.discard(sku)

    lanes = begin("ABCSD", before)
    Chunk.objects.filter(operation=Operation.objects.order_by("seq")[3]).update(suspect=True)
    assert work_off(lanes) == 5
    assert beside == []
    assert set(Operation.objects.values_list("state", flat=True)) == {State.SUCCESS}


def test_an_error_in_the_second_lane_is_raised_in_the_first(begin, monkeypatch):
    both = Barrier(2)

    def before(sku: str) -> None:
        if sku in "BC":
            both.wait(SECONDS)
        if sku == "C":
            raise RuntimeError("no such luck")

    lanes = begin("ABC", before)
    work_off(lanes)
    with pytest.raises(RuntimeError, match="no such luck"):
        lanes.leave()


def test_both_lanes_together_keep_within_the_limit(begin):
    assert work_off(begin("ABCDEFGH", lambda sku: None, most=5)) == 5


def test_the_first_lane_does_not_wait_until_nothing_is_left(begin):
    """One record, chunk after chunk: all could be the second lane's. Who asks the first one to stop must be heard."""
    order: list[int] = []
    first = threading.get_ident()
    lanes = begin("AB" + "C" * 40, lambda sku: order.append(threading.get_ident()))
    for _ in range(3):
        assert lanes.next_claim()
    while lanes.next_claim():
        order.append(0)
    runs = "".join("f" if who == first else "." if who == 0 else "s" for who in order)
    assert max(len(run) for run in runs.replace("f", ".").split(".")) < 20, runs
