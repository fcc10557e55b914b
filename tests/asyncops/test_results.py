"""Three result sets: disjoint, together the input, in constant memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops import claims, control, engine, intake, journal, payloads, results, sweeping
from asyncops.models import Chunk, Operation
from asyncops.results import ResultSet
from asyncops.states import ChunkState
from catalog import writing
from catalog.commands import Policy
from tests.asyncops.plain import item, send, submission

pytestmark = pytest.mark.django_db


def lines(operation: Operation, wanted: ResultSet) -> list[dict[str, Any]]:
    operation.refresh_from_db()
    return [orjson.loads(line) for line in b"".join(results.lines(operation, wanted)).splitlines()]


def by_set(operation: Operation) -> dict[str, list[dict[str, Any]]]:
    return {wanted.value: lines(operation, wanted) for wanted in ResultSet}


def indexes(operation: Operation) -> dict[str, list[int]]:
    return {name: [line["index"] for line in found] for name, found in by_set(operation).items()}


def test_a_written_line_has_outcome_record_and_input(caller):
    operation = send(caller, item("A", stock=1), item("A", stock=1))
    engine.drain()
    first, second = lines(operation, ResultSet.WRITTEN)
    assert first == {"index": 0, "outcome": "created", "record": first["record"], "input": {"sku": "A", "stock": 1}}
    assert len(first["record"]) == 36
    assert second == {"index": 1, "outcome": "unchanged", "record": None, "input": {"sku": "A", "stock": 1}}


def test_a_refused_line_has_the_input_and_every_error(caller):
    operation = send(caller, item("A"), item("B", name=5, stock="many"))
    engine.drain()
    [line] = lines(operation, ResultSet.REFUSED)
    assert (line["index"], line["input"]) == (1, {"sku": "B", "name": 5, "stock": "many"})
    assert sorted(error["path"] for error in line["errors"]) == ["/name", "/stock"]
    assert {error["code"] for error in line["errors"]} == {"type"}
    assert line["errors"][0]["params"]["expected"]


@pytest.mark.parametrize("records", [1, 2, 5])
def test_every_window_of_items_has_what_was_sent(caller, settings, records: int):
    """Chunks may be smaller than a window, as large, or larger."""
    settings.CHUNK_RECORDS = records
    operation = send(caller, *(item(sku) for sku in "ABCDE"))
    wanted = [{"sku": sku} for sku in "ABCDE"]
    assert [view.payload for view in journal.items(operation, with_payload=True)] == wanted
    for first in range(5):
        found = journal.items(operation, first=first, count=2, with_payload=True)
        assert [(view.index, view.payload) for view in found] == list(enumerate(wanted))[first : first + 2]
    for last in (None, 3):
        windows = list(journal.windows(operation, size=2, last=last, with_payload=True))
        assert [len(window) for window in windows] == ([2, 2, 1] if last is None else [2, 1])
        assert [view.payload for window in windows for view in window] == wanted[:last]


def test_what_is_undecided_is_in_none_of_the_sets(caller, settings):
    settings.CHUNK_RECORDS = 1
    operation = send(caller, item("A"), item("B"))
    engine.work(claims.claim("me"))
    assert indexes(operation) == {"written": [0], "refused": [], "untouched": []}


def test_what_a_cancel_left_out_is_untouched(caller, admin, settings):
    settings.CHUNK_RECORDS = 2
    operation = send(caller, *(item(sku) for sku in "ABCDE"))
    engine.work(claims.claim("me"))
    control.cancel(Operation.objects.all(), by=admin)
    assert indexes(operation) == {"written": [0, 1], "refused": [], "untouched": [2, 3, 4]}
    assert lines(operation, ResultSet.UNTOUCHED)[0]["input"] == {"sku": "C"}


def test_an_operation_done_in_its_request_has_the_sets_too(caller):
    operation, _ = intake.run_now(submission(item("A"), item("B", name=5), policy=Policy.ALL), by=caller)
    assert indexes(operation) == {"written": [], "refused": [1], "untouched": [0]}


def test_an_operation_without_items_has_empty_sets(caller):
    assert indexes(send(caller)) == {"written": [], "refused": [], "untouched": []}
    done, _ = intake.run_now(submission(), by=caller)
    assert indexes(done) == {"written": [], "refused": [], "untouched": []}


PLAIN_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(items=st.lists(PLAIN_JSON, max_size=12), piece=st.integers(1, 40))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_items_come_out_of_a_payload_as_they_went_in_however_small_the_pieces(
    items: list[Any], piece: int, monkeypatch: pytest.MonkeyPatch
):
    payload = orjson.dumps(items)
    monkeypatch.setattr(payloads, "PIECE", piece)
    monkeypatch.setattr(payloads, "_piece", lambda chunk, offset, size: payload[offset : offset + size])
    assert list(payloads.texts(1)) == [orjson.dumps(one).decode() for one in items]


def long_operation(caller: Any, chunks: int) -> Operation:
    """Cancelled before it began: `chunks` chunks of ten items of 1,000 bytes each."""
    operation = send(caller, *(item(f"{n}", name="x" * 1000) for n in range(10 * chunks)))
    control.cancel(Operation.objects.filter(pk=operation.pk), by=caller.user)
    operation.refresh_from_db()
    return operation


GARBAGE = 150_000  # bytes that are not collected yet; the longer of the operations has a million more to read


def peak(stream: Iterator[bytes]) -> int:
    gc.collect()
    tracemalloc.start()
    for _ in stream:
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_operation(caller, settings):
    settings.CHUNK_RECORDS = 10
    short, long = (long_operation(caller, chunks) for chunks in (10, 100))
    peak(results.lines(short, ResultSet.UNTOUCHED))
    small, large = (peak(results.lines(one, ResultSet.UNTOUCHED)) for one in (short, long))
    assert large < small + GARBAGE
    assert sum(map(len, results.lines(long, ResultSet.UNTOUCHED))) > 1_000_000


def test_memory_does_not_grow_with_a_chunk(caller, settings, monkeypatch):
    monkeypatch.setattr(payloads, "PIECE", 10_000)
    monkeypatch.setattr(results, "WINDOW", 10)
    settings.CHUNK_RECORDS = 5000
    short, long = (long_operation(caller, chunks) for chunks in (20, 200))
    assert Chunk.objects.count() == 2
    peak(results.lines(short, ResultSet.UNTOUCHED))
    small, large = (peak(results.lines(one, ResultSet.UNTOUCHED)) for one in (short, long))
    assert large < small + GARBAGE


def test_payloads_are_read_only_where_something_is_wanted(caller, settings):
    settings.CHUNK_RECORDS = 1
    operation = send(caller, item("A"), item("B", name=5), item("C"))
    engine.drain()
    operation.refresh_from_db()
    with CaptureQueriesContext(connection) as captured:
        list(results.lines(operation, ResultSet.REFUSED))
    assert len([query for query in captured if "substring" in query["sql"]]) == 1


def work_one(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.work(claims.claim("me"))


def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    claims.claim("dies")
    Chunk.objects.filter(state=ChunkState.LEASED).update(lease_until=timezone.now() - timedelta(seconds=1))


def crash_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.apply(claims.claim("dies"))


def fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def deadlock(*args: Any, **options: Any) -> None:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr(writing, "apply", deadlock)
        patched.setattr(connection, "close", lambda: None)
        engine.work(claims.claim("unlucky"))
    Chunk.objects.filter(state=ChunkState.QUEUED).update(available_at=None)


def cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = Operation.objects.latest("seq")
    control.cancel(Operation.objects.filter(pk=operation.pk), by=operation.user)


def sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeping.sweep()


STEPS: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (work_one, crash, crash_before_the_end, fail, cancel, sweep)
ITEMS = st.sampled_from([item("A"), item("A", stock=2), item("B"), item("C", name=5), item("D", stock="x"), item("E")])


@given(
    items=st.lists(ITEMS, max_size=9),
    policy=st.sampled_from(Policy),
    size=st.integers(1, 4),
    steps=st.lists(st.sampled_from(STEPS), max_size=6),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sets_are_disjoint_and_together_the_input(
    items: list[Any], policy: Policy, size: int, steps: list[Any], caller: Any, monkeypatch: pytest.MonkeyPatch
):
    """Whatever happens to the operation on its way: cancels, crashes, failures, either policy."""
    from django.conf import settings as configured

    monkeypatch.setattr(configured, "CHUNK_RECORDS", size)
    with transaction.atomic():
        operation = send(caller, *items, policy=policy)
        for step in steps:
            step(monkeypatch)
        end(operation)
        found = by_set(operation)
        check(operation, items, found)
        transaction.set_rollback(True)


def end(operation: Operation) -> None:
    for _ in range(20):
        Chunk.objects.filter(state=ChunkState.QUEUED).update(available_at=None)
        Chunk.objects.filter(state=ChunkState.LEASED).update(lease_until=timezone.now() - timedelta(seconds=1))
        engine.drain()
        sweeping.sweep()
        operation.refresh_from_db()
        if operation.is_final:
            return
    raise AssertionError(f"{operation} did not end")


def check(operation: Operation, items: list[Any], found: dict[str, list[dict[str, Any]]]) -> None:
    together = sorted(
        ((line["index"], line["input"]) for lines in found.values() for line in lines), key=lambda pair: pair[0]
    )
    assert [index for index, _ in together] == list(range(len(items)))
    assert [sent for _, sent in together] == items
    counted = operation.created + operation.updated + operation.unchanged + operation.deleted
    assert [len(found[name]) for name in ("written", "refused", "untouched")] == [
        counted,
        operation.refused,
        operation.untouched,
    ]
    assert all(line["errors"] for line in found["refused"])
