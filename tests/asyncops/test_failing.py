"""What fails is tried again, and ends: nothing stays stuck, and no item pays for another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from asyncops import claims, engine, failing, journal, sweeping
from asyncops.done import Done
from asyncops.models import Chunk, Operation
from asyncops.states import ChunkState, State
from catalog import writing
from catalog.commands import Command, Policy
from catalog.models import Product
from catalog.outcomes import Outcome
from tests.asyncops.plain import item, send
from tests.asyncops.scenes import codes, expire_leases, make_due, outcomes

Break = Callable[[Exception, str], None]


@pytest.fixture
def broken(monkeypatch) -> Break:
    """Makes the writer raise an error whenever it meets a SKU."""
    apply = writing.apply
    monkeypatch.setattr(connection, "close", lambda: None)

    def break_it(error: Exception, sku: str) -> None:
        def apply_or_raise(commands: Sequence[Command], **options) -> list[Outcome]:
            if any(command.key and command.key.value == sku for command in commands):
                raise error
            return apply(commands, **options)

        monkeypatch.setattr(writing, "apply", apply_or_raise)

    return break_it


def crash_and_claim(times: int) -> None:
    """Workers that die with whatever they claimed."""
    for _ in range(times):
        claims.claim("dies")
        expire_leases()


def due() -> list[datetime]:
    """When each open chunk may be claimed again."""
    chunks = Chunk.objects.filter(open=True)
    return [chunk.available_at for chunk in chunks if chunk.available_at]


def backed_off(seconds: float) -> bool:
    """Drains. Whether the one open chunk was then told to wait so long, give or take the jitter of a fifth."""
    begun = timezone.now()
    engine.drain()
    ended = timezone.now()
    [at] = due()
    return begun + timedelta(seconds=0.8 * seconds) < at < ended + timedelta(seconds=1.2 * seconds)


@pytest.mark.django_db
def test_after_a_crash_each_chunk_is_claimed_alone(caller):
    for sku in "ABC":
        send(caller, item(sku))
    assert len(claims.claim("dies")) == 3
    expire_leases()
    assert [len(claims.claim("me")) for _ in range(4)] == [1, 1, 1, 0]


@pytest.mark.django_db
def test_only_crashes_alone_count(caller, settings):
    send(caller, item("A"))
    send(caller, item("B"))
    crash_and_claim(1)
    assert list(Chunk.objects.values_list("failures", flat=True)) == [0, 0]
    crash_and_claim(2)
    assert sorted(Chunk.objects.values_list("failures", flat=True)) == [0, 1]


@pytest.mark.django_db
def test_a_chunk_that_kills_its_workers_is_split_into_single_items(caller, settings):
    operation = send(caller, item("A"), item("B", name=5), item("C"))
    crash_and_claim(settings.MAX_ATTEMPTS + 2)
    sweeping.sweep()
    parts = Chunk.objects.order_by("first")
    assert [(part.first, part.size, part.suspect, part.state) for part in parts] == [
        (n, 1, True, ChunkState.QUEUED) for n in range(3)
    ]
    assert [len(claims.claim("me")) for _ in range(3)] == [1, 1, 1]
    expire_leases()
    engine.drain()
    assert outcomes(operation) == ["created", "refused", "created"]
    assert operation.state == State.SUCCESS


@pytest.mark.django_db
def test_the_parts_of_a_split_chunk_keep_their_place_in_the_order(caller, settings):
    first = send(caller, item("A", stock=1), item("B", stock=1))
    crash_and_claim(settings.MAX_ATTEMPTS + 2)
    sweeping.sweep()
    later = send(caller, item("B", stock=2))
    held = [claims.claim("me"), claims.claim("you")]
    assert claims.claim("third") == []
    for claimed in held:
        engine.work(claimed)
    engine.drain()
    assert (outcomes(first), outcomes(later)) == (["created", "created"], ["updated"])
    assert Product.objects.get(sku="B").stock == 2


@pytest.mark.django_db
def test_the_one_item_that_is_at_fault_becomes_an_item_error_and_the_others_are_written(caller, broken):
    broken(ValueError("a fault of ours"), "BAD")
    operation, behind = send(caller, item("A"), item("BAD"), item("C")), send(caller, item("BAD", stock=1))
    engine.drain()
    assert outcomes(operation) == ["created", "refused", "created"]
    assert codes(operation) == ["crashed"]
    assert operation.state == State.FAILED
    assert outcomes(behind) == ["refused"]


@pytest.mark.django_db
def test_under_policy_all_nothing_is_split(caller, broken):
    broken(ValueError("a fault of ours"), "BAD")
    operation = send(caller, item("A"), item("BAD"), policy=Policy.ALL)
    engine.drain()
    assert outcomes(operation) == ["refused", "refused"]
    assert (operation.state, Product.objects.count()) == (State.FAILED, 0)


@pytest.mark.django_db
def test_a_transient_error_in_company_costs_the_others_nothing(caller, broken):
    broken(OperationalError("deadlock detected"), "BAD")
    good = send(caller, item("A"))
    send(caller, item("BAD"))
    assert backed_off(1)
    assert outcomes(good) == ["created"]


@pytest.mark.django_db
def test_transient_errors_are_retried_after_1_5_and_30_seconds_and_then_can_be_retried_by_hand(caller, broken):
    broken(OperationalError("deadlock detected"), "BAD")
    operation = send(caller, item("BAD"))
    for seconds in (1, 5, 30):
        assert backed_off(seconds)
        make_due()
    engine.drain()
    assert (outcomes(operation), codes(operation)) == (["refused"], ["transient"])
    assert operation.state == State.FAILED


@pytest.mark.django_db
def test_a_transient_error_that_stays_costs_the_other_items_of_its_chunk_nothing(caller, broken):
    broken(OperationalError("deadlock detected"), "BAD")
    operation = send(caller, item("A"), item("BAD"), item("C"))
    for _ in range(3):
        engine.drain()
        assert outcomes(operation) == ["undecided"] * 3
        make_due()
    engine.drain()
    assert outcomes(operation) == ["created", "refused", "created"]
    assert (codes(operation), operation.state) == (["transient"], State.FAILED)


@pytest.mark.django_db
def test_under_policy_all_a_transient_error_that_stays_is_everybodys(caller, broken):
    broken(OperationalError("deadlock detected"), "BAD")
    operation = send(caller, item("A"), item("BAD"), policy=Policy.ALL)
    for _ in range(4):
        engine.drain()
        make_due()
    assert (outcomes(operation), codes(operation)) == (["refused", "refused"], ["transient", "transient"])
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_the_back_off_has_jitter(caller, broken, monkeypatch):
    monkeypatch.setattr(failing, "BACK_OFF", (1000.0,))
    for sku in ("A", "B", "C", "D", "E"):
        broken(OperationalError("deadlock detected"), sku)
        send(caller, item(sku))
        engine.drain()
    times = due()
    assert len(times) == 5
    assert max(times) - min(times) > timedelta(seconds=10), "without jitter no more than the scene takes"


@pytest.mark.django_db
def test_an_error_that_passes_leaves_no_trace(caller, broken, monkeypatch):
    with monkeypatch.context() as now:
        now.setattr(writing, "apply", lambda *_, **__: (_ for _ in ()).throw(OperationalError("shutdown")))
        operation = send(caller, item("A"))
        engine.drain()
    make_due()
    engine.drain()
    assert (outcomes(operation), operation.state) == (["created"], State.SUCCESS)


@pytest.mark.django_db
def test_a_failure_of_a_lost_claim_does_not_disturb_its_new_holder(caller, broken):
    broken(ValueError(), "A")
    send(caller, item("A"))
    stale = claims.claim("slow")
    expire_leases()
    claims.claim("quick")
    engine.work(stale)
    chunk = Chunk.objects.get()
    assert (chunk.state, chunk.lease_owner) == (ChunkState.LEASED, "quick")


@pytest.mark.django_db
def test_a_back_off_holds_up_only_what_must_wait_for_it(caller, broken):
    broken(OperationalError("deadlock detected"), "BAD")
    send(caller, item("BAD"))
    engine.drain()
    behind, free = send(caller, item("BAD")), send(caller, item("A"))
    engine.drain()
    assert (outcomes(free), outcomes(behind)) == (["created"], ["undecided"])


@pytest.mark.django_db
def test_work_behind_a_long_row_of_waiting_chunks_is_found(caller, monkeypatch):
    monkeypatch.setattr(claims, "LOOKS", (claims.Look(organizations=1, chunks=3, claims=1), claims.LOOKS[1]))
    send(caller, item("A"))
    Chunk.objects.update(available_at=timezone.now() + timedelta(seconds=30))
    for n in range(5):
        send(caller, item("A", stock=n))
    free = send(caller, item("B"))
    engine.drain()
    assert outcomes(free) == ["created"]
    assert Operation.objects.filter(state=State.SUCCESS).count() == 1


@pytest.mark.django_db
def test_the_leases_of_a_process_that_is_known_to_be_dead_end_at_once(caller):
    operation = send(caller, item("A"))
    claims.claim(claims.owner(4711))
    assert (claims.release(claims.owner(4712)), claims.claim("me")) == (0, [])
    assert claims.release(claims.owner(4711)) == 1
    engine.drain()
    assert outcomes(operation) == ["created"]
    assert journal.items(operation)[0].errors == ()


@pytest.mark.django_db
def test_a_chunk_that_cannot_be_read_ends_with_errors_and_holds_up_nobody(caller):
    operation, behind = send(caller, item("A"), item("B")), send(caller, item("A"))
    Chunk.objects.filter(operation=operation).update(payload=b'[{"sku":')
    engine.drain()
    assert (outcomes(operation), codes(operation)) == (["refused", "refused"], ["crashed", "crashed"])
    assert operation.state == State.FAILED
    assert outcomes(behind) == ["created"]


@pytest.mark.django_db
def test_an_operation_whose_outcomes_cannot_be_stored_fails_and_holds_up_nobody(caller, monkeypatch):
    operation, behind = send(caller, item("A"), item("B")), send(caller, item("A"))
    record = journal.record

    def record_others(done: Sequence[Done]) -> None:
        if any(entry.chunk.operation_id == operation.pk for entry in done):
            raise ValueError("a fault of ours")
        record(done)

    monkeypatch.setattr(journal, "record", record_others)
    engine.drain()
    operation.refresh_from_db()
    assert (operation.state, operation.untouched) == (State.FAILED, 2)
    assert [error.code for error in operation.errors.all()] == ["crashed", "crashed"]
    assert outcomes(behind) == ["created"]
    assert Product.objects.count() == 1
