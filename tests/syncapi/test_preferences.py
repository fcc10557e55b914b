"""The Prefer header: an answer at once from what is synchronous, and with the result from what is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection

from asyncops import engine, waiting
from asyncops.models import Operation
from asyncops.states import State
from catalog.accounts import ensure_user
from catalog.models import AccessToken, Product, User
from syncapi.preferences import Preferences
from tests.syncapi.conftest import Answer, Program, work_off

ASYNC, SYNC = "/rest/async/V1/products/A", "/rest/V1/products/A"
NEW = {"product": {"name": "Bag", "attribute_set_id": 4, "price": 34}}


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("", Preferences()),
        ("respond-async", Preferences(respond_async=True)),
        ("Respond-Async, wait=10", Preferences(respond_async=True, wait=10)),
        ('wait="7"; x=1, handling=strict', Preferences(wait=7, strict=True)),
        ('wait="7", handling=lenient, colour=red', Preferences(wait=7)),
        ("wait=1, wait=2", Preferences(wait=1)),
        ("wait=soon", Preferences()),
        ("wait=-1", Preferences()),
        ("wait=\u0663", Preferences()),
        ("wait=007", Preferences(wait=7)),
        ("wait=1e3", Preferences()),
        (f"wait={'9' * 5000}", Preferences(wait=9_999_999_999)),
    ],
)
def test_what_is_not_understood_is_ignored(header, meant):
    assert Preferences.of({"HTTP_PREFER": header}) == meant


def test_a_synchronous_write_is_accepted_when_the_caller_prefers_that(program):
    answer = program.put(SYNC, NEW, HTTP_PREFER="respond-async")
    operation = Operation.objects.get()
    assert (answer.status, answer.json) == (202, {"operation": str(operation.uuid)})
    assert answer.headers["Location"] == f"/operations/{operation.uuid}"
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert Product.objects.count() == 0
    work_off()
    assert Product.objects.get().price_gross == 34
    assert program.get(answer.headers["Location"]).json["state"] == "success"


def test_what_cannot_be_understood_is_refused_all_the_same(program):
    answer = program.put(SYNC, {"product": {"nonsense": 1}}, HTTP_PREFER="respond-async")
    assert answer.status == 400
    assert Operation.objects.count() == 0


def test_without_the_preference_a_synchronous_write_is_done_at_once(program):
    answer = program.put(SYNC, NEW)
    assert (answer.status, answer.json["price"]) == (200, 34)
    assert "Preference-Applied" not in answer.headers


def test_a_promise_is_repeated_under_its_key(program):
    first, second = (program.put(SYNC, NEW, HTTP_PREFER="respond-async", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (first.status, Operation.objects.count()) == (202, 1)
    assert second == first


@pytest.fixture
def boss(committed: None) -> User:
    return ensure_user(organization="A", username="boss", password="correct horse", rights="superuser")


@pytest.fixture
def sender(boss: User) -> Program:
    """A program in a scene whose transactions really commit."""
    return Program(token=AccessToken.issue(boss))


@pytest.fixture
def worker(committed: None) -> Iterator[None]:
    """Works off what there is, all the time."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            engine.drain()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def put(program: Program, *, wait: int, path: str = ASYNC, body: Any = None, **headers: str) -> Answer:
    return program.put(path, NEW if body is None else body, HTTP_PREFER=f"wait={wait}", **headers)


def test_an_asynchronous_write_waits_for_its_end_when_the_caller_does(sender, worker):
    answer = put(sender, wait=10)
    operation = Operation.objects.get()
    assert (answer.status, operation.state) == (202, State.SUCCESS)
    assert answer.json["bulk_uuid"] == str(operation.uuid)
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert answer.headers["Location"] == f"/operations/{operation.uuid}"
    assert (answer.headers["Bulkhead-State"], answer.headers["Bulkhead-Refused"]) == ("success", "0")


def test_the_headers_tell_of_refused_items(sender, worker):
    answer = put(sender, wait=10, body={"product": {**NEW["product"], "price": -1}})
    assert (answer.headers["Bulkhead-State"], answer.headers["Bulkhead-Refused"]) == ("success", "1")


def test_a_promise_can_be_waited_for(sender, worker):
    answer = sender.put(SYNC, NEW, HTTP_PREFER="respond-async, wait=10")
    assert answer.json == {"operation": str(Operation.objects.get().uuid)}
    assert answer.headers["Preference-Applied"] == "respond-async, wait=10"
    assert answer.headers["Bulkhead-State"] == "success"


def test_who_waits_in_vain_is_answered_in_time_as_if_he_had_not_waited(sender):
    begun = time.monotonic()
    answer = put(sender, wait=1)
    assert 1 <= time.monotonic() - begun < 2
    assert (answer.status, list(answer.json)) == (202, ["bulk_uuid", "request_items", "errors"])
    assert not {"Preference-Applied", "Bulkhead-State"} & set(answer.headers)
    assert Operation.objects.get().state == State.NEW


def test_nobody_waits_longer_than_the_server_allows(sender, settings):
    settings.MAX_WAIT_SECONDS = 1
    begun = time.monotonic()
    put(sender, wait=600)
    assert time.monotonic() - begun < 2


def test_waiting_takes_half_of_the_threads_at_most(sender, settings):
    begun = time.monotonic()
    with ExitStack() as places:
        taken = [places.enter_context(waiting.place()) for _ in range(settings.WEB_THREADS)]
        answer = put(sender, wait=5)
    assert taken == [True, True, False, False]
    assert answer.status == 202
    assert time.monotonic() - begun < 1
    with waiting.place() as free:
        assert free


def test_a_refused_request_waits_for_nothing(program, monkeypatch):
    monkeypatch.setattr(waiting, "until_final", None)
    assert put(program, wait=5, body={"product": {"nonsense": 1}}).status == 400
    assert put(program, wait=5, path=SYNC).status == 200


def test_who_waited_gets_the_same_answer_again(sender, worker):
    first, second = (put(sender, wait=10, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert first.headers["Bulkhead-State"] == "success"
    assert second == first
    assert Operation.objects.count() == 1


def test_while_the_first_waits_its_twin_is_sent_away_and_then_gets_its_answer(sender):
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(apart, sender, 2)
        until(Operation.objects.exists)
        twin = put(sender, wait=2, HTTP_IDEMPOTENCY_KEY="k")
    assert twin.status == 409
    assert 1 <= int(twin.headers["Retry-After"]) <= 7
    assert put(sender, wait=2, HTTP_IDEMPOTENCY_KEY="k") == first.result()


def apart(program: Program, wait: int) -> Answer:
    try:
        return put(program, wait=wait, HTTP_IDEMPOTENCY_KEY="k")
    finally:
        connection.close()


def until(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.django_db
def test_an_operation_knows_the_path_of_its_request(program: Program):
    program.put(f"{ASYNC}?fields=id", NEW)
    program.put(SYNC, NEW)
    assert list(Operation.objects.order_by("seq").values_list("endpoint", flat=True)) == [ASYNC, SYNC]
