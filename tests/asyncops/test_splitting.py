"""Bodies that a worker cuts into chunks: all or nothing, once, in order, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BufferedReader

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from asyncops import auditing, bodies, control, engine, intake, retention, splitting, sweeping, working
from asyncops.bodies import PART, ROW, BodyFile, HeldBody, StoredBody
from asyncops.models import Body, BodyPart, Chunk, Operation, OperationError, Split
from asyncops.states import SplitState, State
from asyncops.submissions import Caller
from catalog.commands import Policy
from catalog.models import Product
from catalog.outcomes import ErrorCode, FieldError
from tests.asyncops.plain import Plain, item, send, stream, submission
from tests.asyncops.scenes import stock

pytestmark = pytest.mark.django_db
BOLT, NUT = item("BOLT", stock=1), item("NUT", stock=2)


def told(operation: Operation) -> list[tuple[str, str]]:
    """The errors of the operation itself."""
    errors = OperationError.objects.filter(operation=operation).order_by("pk")
    return [(error.path, error.params.get("message", error.code)) for error in errors]


def state(operation: Operation) -> str:
    operation.refresh_from_db()
    return operation.state


def fault(message: str) -> FieldError:
    return FieldError(path="", code=ErrorCode.DIALECT, params={"message": message})


def make_due() -> None:
    Split.objects.update(available_at=None)


def claimed() -> splitting.Claim:
    claim = splitting._claim("somebody:1")
    assert claim is not None
    return claim


def lose_lease() -> None:
    Split.objects.filter(state=SplitState.LEASED).update(lease_until=timezone.now() - timedelta(seconds=1))


def assert_books_are_right() -> None:
    assert list(auditing.audit(grace=60)) == []


@pytest.mark.parametrize("step", [999, ROW, ROW + 1, PART - 1, PART, PART + 1, 10**7])
def test_a_body_is_kept_in_parts_and_read_again(step):
    content = bytes(range(256)) * 10_000
    pieces = (content[at : at + step] for at in range(0, len(content), step))
    body = bodies.store(pieces, now=timezone.now())
    assert (body.size, BodyPart.objects.filter(body_id=body.pk).count()) == (2_560_000, 320)
    assert b"".join(StoredBody(body).pieces()) == content
    assert BufferedReader(BodyFile(StoredBody(body))).read() == content
    assert max(len(piece) for piece in StoredBody(body).pieces()) == PART


def test_one_that_is_held_can_be_stored_too():
    content = bytes(range(256)) * 5_000
    body = bodies.store_held(HeldBody(content), now=timezone.now())
    assert list(StoredBody(body).pieces()) == [content[:PART], content[PART:]]


def test_whatever_interrupts_a_body_leaves_no_operation(caller):
    def broken() -> Iterator[bytes]:
        yield b"x" * PART
        raise ConnectionError

    with pytest.raises(ConnectionError):
        bodies.store(broken(), now=timezone.now())
    assert Operation.objects.count() == 0


def test_an_accepted_body_is_split_and_written(caller, settings):
    settings.CHUNK_RECORDS = 2
    operation = stream(caller, BOLT, NUT, item("BOLT", stock=3))
    assert (state(operation), operation.total) == (State.NEW, 0)
    engine.drain()
    assert state(operation) == State.SUCCESS
    assert (operation.total, operation.created, operation.updated) == (3, 2, 1)
    assert [(chunk.number, chunk.first, chunk.size) for chunk in operation.chunks.order_by("first")] == [
        (0, 0, 2),
        (1, 2, 1),
    ]
    assert (stock("BOLT"), stock("NUT")) == (3, 2)
    assert_books_are_right()


def test_bodies_do_not_wait_until_no_chunk_is_left(caller, settings):
    settings.CHUNK_RECORDS = 1
    send(caller, *(item(f"S{number}") for number in range(20)))
    for number in range(3):
        stream(caller, item(f"B{number}"))
    working.drain(queues={working.CATALOG}, chunks=6)
    assert set(Split.objects.values_list("state", flat=True)) == {SplitState.DONE}
    assert Chunk.objects.filter(open=True).count() > 15


def test_an_empty_body_is_done(caller):
    operation = stream(caller)
    engine.drain()
    assert (state(operation), operation.total) == (State.SUCCESS, 0)


def test_a_body_that_is_wrong_at_its_end_writes_nothing(caller, settings):
    settings.CHUNK_RECORDS = 1
    operation = stream(caller, BOLT, NUT, b"{")
    engine.drain()
    assert state(operation) == State.FAILED
    assert told(operation) == [("/2", "no JSON")]
    assert (operation.total, Chunk.objects.count(), Product.objects.count()) == (0, 0, 0)
    assert_books_are_right()


def test_a_remark_leaves_the_items_alone(caller):
    operation = stream(caller, BOLT, b"# later")
    engine.drain()
    assert (state(operation), told(operation)) == (State.SUCCESS, [("/1", "a comment")])
    assert stock("BOLT") == 1


def test_splitting_twice_splits_once(caller):
    operation = stream(caller, BOLT)
    first = claimed()
    lose_lease()
    second = claimed()
    splitting._split(first)
    assert Chunk.objects.count() == 0
    splitting._split(second)
    splitting._split(second)
    assert Chunk.objects.count() == 1
    engine.drain()
    assert (state(operation), operation.created) == (State.SUCCESS, 1)


def test_an_operation_takes_its_place_when_it_has_been_split(caller):
    streamed, sent = stream(caller, item("BOLT", stock=1)), send(caller, item("BOLT", stock=2))
    assert streamed.seq < sent.seq
    splitting.work("somebody:1")
    streamed.refresh_from_db()
    assert streamed.seq > sent.seq
    engine.drain()
    assert stock("BOLT") == 1


def test_bodies_of_one_organization_are_split_in_their_order(caller, other):
    first, second = stream(caller, item("BOLT", stock=1)), stream(caller, item("BOLT", stock=2))
    stranger = stream(Caller(user=other, rights=caller.rights), NUT)
    assert claimed().operation == first.pk
    assert claimed().operation == stranger.pk
    assert splitting._claim("somebody:1") is None
    lose_lease()
    engine.drain()
    assert (state(first), state(second), state(stranger)) == (State.SUCCESS,) * 3
    assert stock("BOLT") == 2


def test_a_split_that_fails_is_begun_again_later(caller, monkeypatch):
    operation = stream(caller, BOLT)
    with monkeypatch.context() as broken:
        broken.setattr(Plain, "split", lambda *_, **__: (_ for _ in ()).throw(RuntimeError))
        assert splitting.work("somebody:1")
    assert not splitting.work("somebody:1"), "it has to wait first"
    assert (state(operation), Split.objects.get().last_error) == (State.RUNNING, "RuntimeError")
    make_due()
    engine.drain()
    assert (state(operation), told(operation)) == (State.SUCCESS, [])


@pytest.mark.parametrize("reason", [RuntimeError, OperationalError])
def test_a_split_that_fails_again_and_again_is_given_up(caller, monkeypatch, reason):
    operation = stream(caller, BOLT)
    monkeypatch.setattr(Plain, "split", lambda *_, **__: (_ for _ in ()).throw(reason))
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction would go with it
    for _ in range(3):
        make_due()
        assert splitting.work("somebody:1")
    assert (state(operation), told(operation)) == (State.FAILED, [("", "crashed")])
    assert Product.objects.count() == 0
    assert_books_are_right()


def test_a_split_that_kills_its_workers_is_given_up(caller):
    operation = stream(caller, BOLT)
    for _ in range(4):
        claimed()
        splitting.release("somebody:1")
        lose_lease()
    sweeping.sweep()
    assert (state(operation), told(operation)) == (State.FAILED, [("", "crashed")])


def test_the_leases_of_a_dead_process_end_at_once(caller):
    stream(caller, BOLT)
    claimed()
    assert splitting.release("another:1") == 0
    assert splitting.release("somebody:1") == 1


def test_a_cancelled_operation_is_not_split(caller):
    operation = stream(caller, BOLT)
    control.cancel(Operation.objects.all(), by=caller.user)
    engine.drain()
    assert state(operation) == State.CANCELLED
    assert (Split.objects.get().state, Product.objects.count()) == (SplitState.CANCELLED, 0)
    assert_books_are_right()


def test_cancelling_while_it_is_split_leaves_nothing(caller):
    operation = stream(caller, BOLT)
    claim = claimed()
    control.cancel(Operation.objects.all(), by=caller.user)
    assert state(operation) == State.RUNNING
    splitting._split(claim)
    sweeping.sweep()
    assert (state(operation), Product.objects.count()) == (State.CANCELLED, 0)


def test_a_cancelled_operation_whose_worker_died_ends(caller):
    operation = stream(caller, BOLT)
    claimed()
    control.cancel(Operation.objects.all(), by=caller.user)
    lose_lease()
    sweeping.sweep()
    assert state(operation) == State.CANCELLED


def test_an_operation_waits_for_its_body(caller):
    operation = intake.accept_body(submission(), by=caller)
    engine.drain()
    sweeping.sweep()
    assert state(operation) == State.NEW
    body = bodies.store([b'{"sku":"BOLT","stock":1}'], now=timezone.now())
    assert splitting.begin(operation, body)
    assert not splitting.begin(operation, body), "it waits no longer"
    engine.drain()
    assert (state(operation), stock("BOLT")) == (State.SUCCESS, 1)


def test_a_body_that_will_not_come_ends_its_operation(caller):
    operation = intake.accept_body(submission(), by=caller)
    splitting.refuse(operation, fault("away"))
    splitting.refuse(operation, fault("again"))
    assert (state(operation), told(operation)) == (State.FAILED, [("", "away")])


def test_policy_all_is_one_chunk(caller, settings):
    settings.CHUNK_RECORDS = 1
    operation = stream(caller, BOLT, NUT, {"sku": "X", "stock": "many"}, policy=Policy.ALL)
    engine.drain()
    assert (state(operation), Chunk.objects.count(), operation.untouched) == (State.FAILED, 1, 2)
    assert Product.objects.count() == 0


def test_policy_all_has_a_limit(caller, settings):
    settings.MAX_ATOMIC_RECORDS = 1
    operation = stream(caller, BOLT, NUT, policy=Policy.ALL)
    engine.drain()
    assert (state(operation), told(operation)) == (State.FAILED, [("", "too_large")])


def test_bodies_are_purged_when_nobody_needs_them(caller, settings):
    settings.BODY_HOURS = 1
    later = timezone.now() + timedelta(hours=2)
    stream(caller, BOLT)
    engine.drain()
    waiting = stream(caller, NUT)
    bodies.store([b"never used"], now=timezone.now())
    assert retention.expired(now=later)["bodies"] == 2
    assert retention.purge(now=later)["bodies"] == 2
    assert [split.body_id for split in Split.objects.order_by("pk")] == [None, waiting.split.body_id]
    assert (Body.objects.count(), BodyPart.objects.count()) == (1, 1)
    engine.drain()
    assert state(waiting) == State.SUCCESS
