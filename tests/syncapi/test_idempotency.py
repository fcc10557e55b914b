"""A write that is sent again under its Idempotency-Key is done once and answered alike."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.response import Response

from asyncops import idempotency, intake
from asyncops.models import IdempotencyKey, Operation
from asyncops.submissions import Caller
from catalog import writing
from catalog.accounts import ensure_user
from catalog.models import AccessToken, Product, User
from catalog.rights import EVERYTHING
from syncapi.magento.routes import Form
from tests.asyncops.plain import Plain, item, send
from tests.syncapi.conftest import Answer, Program

ASYNC, SYNC = "/rest/async/V1/products/A", "/rest/V1/products/A"
NEW = {"product": {"name": "Bag", "attribute_set_id": 4, "price": 34}}


def put(program: Program, path: str = ASYNC, body: Any = None, *, key: str = "k-1", **headers: str) -> Answer:
    return program.put(path, NEW if body is None else body, HTTP_IDEMPOTENCY_KEY=key, **headers)


def nothing_happened() -> None:
    assert (Operation.objects.count(), Product.objects.count(), IdempotencyKey.objects.count()) == (0, 0, 0)


def test_an_accepted_request_that_is_repeated_gets_the_same_answer_and_one_operation(program):
    first, second = put(program), put(program)
    assert first.status == 202
    assert second == first
    assert Operation.objects.count() == 1


def test_a_synchronous_write_that_is_repeated_is_done_once(program):
    first = put(program, SYNC)
    Product.objects.update(price_gross=99)
    second = put(program, SYNC)
    assert (first.status, first.json["price"]) == (200, 34)
    assert second == first
    assert (Operation.objects.count(), Product.objects.get().price_gross) == (1, 99)


def test_without_a_key_every_request_is_its_own(program):
    answers = [program.put(ASYNC, NEW) for _ in range(2)]
    assert answers[0].json["bulk_uuid"] != answers[1].json["bulk_uuid"]
    assert IdempotencyKey.objects.count() == 0


def test_a_refusal_is_kept_too(program):
    bad = {"product": {**NEW["product"], "price": -1}}
    first, second = (put(program, SYNC, bad) for _ in range(2))
    assert first.status == 400
    assert second == first
    assert Operation.objects.get().refused == 1


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (ASYNC, {"product": {**NEW["product"], "price": 35}}, {}),
        (SYNC, NEW, {}),
        (f"{ASYNC}?fields=bulk_uuid", NEW, {}),
        (ASYNC, NEW, {"HTTP_BULKHEAD_POLICY": "all"}),
        (ASYNC, NEW, {"HTTP_PREFER": "respond-async"}),
        (ASYNC, NEW, {"HTTP_SINGLE_OPERATION": "1"}),
        (ASYNC, NEW, {"HTTP_INDEXING_BEHAVIOR": "disable-indexing"}),
        (ASYNC, NEW, {"HTTP_FAIL_ON_ERROR": "true"}),
        (ASYNC, NEW, {"HTTP_SW_LANGUAGE_ID": "2"}),
        (ASYNC, NEW, {"HTTP_X_MODE": "sync"}),
        (ASYNC, NEW, {"CONTENT_TYPE": "application/json; charset=utf-8"}),
    ],
)
def test_a_key_stands_for_one_request_only(program, path, body, headers):
    first = put(program)
    answer = put(program, path, body, **headers)
    assert answer.status == 422
    text = "The Idempotency-Key was used for another request. Choose a new one and try again."
    assert answer.json == {"message": text}
    assert (Operation.objects.count(), Product.objects.count()) == (1, 0)
    assert put(program) == first


def test_the_method_belongs_to_the_request(program):
    put(program)
    assert program.delete(ASYNC, NEW, HTTP_IDEMPOTENCY_KEY="k-1").status == 422


def test_headers_that_mean_nothing_for_the_write_do_not_matter(program):
    assert put(program) == put(program, HTTP_USER_AGENT="other", HTTP_ACCEPT="application/json", HTTP_COOKIE="a=b")


@pytest.mark.parametrize("spelling", ['"k-1"', " k-1 ", ' "k-1" '])
def test_quoted_and_bare_are_one_key(program, spelling):
    assert put(program, key=spelling) == put(program, key="k-1")


def test_quotes_and_backslashes_are_escaped_in_quotes(program):
    assert put(program, key=r'"a\"b\\c"').status == 202
    assert IdempotencyKey.objects.get().key == r'a"b\c'


def test_a_key_has_at_most_255_characters(program):
    assert put(program, key=f'"{"k" * 255}"').status == 202
    assert put(program, key="k" * 256).status == 400
    assert Operation.objects.count() == 1


@pytest.mark.parametrize("key", ["", '""', '"a', '"a"b"', '"a";p=1', "sch\u00f6n", "a\tb", r'"a\n"'])
def test_what_is_no_key_is_refused(program, key):
    answer = put(program, key=key)
    assert (answer.status, answer.json["parameters"][0]) == (400, "Idempotency-Key")
    nothing_happened()


def test_a_fault_of_the_server_frees_the_key_and_leaves_nothing(program, monkeypatch):
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(writing, "apply", broken)
        assert put(program, SYNC).status == 500
    nothing_happened()
    assert put(program, SYNC).status == 200


def test_a_fault_while_answering_takes_the_write_back(program, monkeypatch):
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr("syncapi.magento.answers.one", broken)
        assert put(program, SYNC).status == 500
    nothing_happened()
    assert put(program, SYNC).status == 200


@pytest.mark.parametrize("status", [408, 425, 429])
def test_an_answer_that_says_try_again_is_not_kept(program, monkeypatch, status):
    with monkeypatch.context() as patched:
        patched.setattr("syncapi.magento.views._BY_FORM", {Form.ASYNC: lambda *_: Response({}, status=status)})
        assert put(program).status == status
    assert put(program).status == 202


def test_a_refusal_that_says_when_to_try_again_is_not_kept(program, monkeypatch):
    busy = Response({}, status=409, headers={"Retry-After": "1"})
    with monkeypatch.context() as patched:
        patched.setattr("syncapi.magento.views._BY_FORM", {Form.ASYNC: lambda *_: busy})
        assert put(program).status == 409
    assert put(program).status == 202


def test_a_fault_while_keeping_takes_the_write_back(program, monkeypatch):
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "keep", broken)
        assert put(program, SYNC).status == 500
        assert put(program, ASYNC, key="k-2").status == 500
    nothing_happened()


def test_keys_live_for_a_day(program):
    before = timezone.now()
    first = put(program)
    kept = IdempotencyKey.objects.get()
    assert before + timedelta(hours=24) <= kept.expires_at <= timezone.now() + timedelta(hours=24)
    IdempotencyKey.objects.update(expires_at=timezone.now())
    second = put(program)
    assert (second.status, Operation.objects.count(), IdempotencyKey.objects.count()) == (202, 2, 1)
    assert second != first


def test_keys_belong_to_an_organization(program, other_program):
    first, second = put(program), put(other_program)
    assert (first.status, second.status) == (202, 202)
    assert first.json["bulk_uuid"] != second.json["bulk_uuid"]
    assert put(other_program) == second


def test_whoever_may_not_write_learns_nothing_from_a_key(program, limited_program):
    put(program)
    assert put(limited_program).status == 403
    assert put(Program()).status == 401


def test_secrets_are_never_kept(program, admin):
    admin.set_password("correct horse")
    admin.save()
    body = {"username": "admin", "password": "correct horse"}
    for caller in (Program(), program):
        answers = [caller.post("/rest/V1/integration/admin/token", body, HTTP_IDEMPOTENCY_KEY="k-1") for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert answers[0].json != answers[1].json
    assert IdempotencyKey.objects.count() == 0


def test_reading_needs_no_key(program):
    assert program.get(SYNC, HTTP_IDEMPOTENCY_KEY='"bad').status == 404
    assert IdempotencyKey.objects.count() == 0


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    from asyncops import dialects

    monkeypatch.setitem(dialects._REGISTERED, Plain.name, Plain())


@pytest.fixture
def boss(committed: None) -> User:
    return ensure_user(organization="A", username="boss", password="correct horse", rights="superuser")


@pytest.fixture
def sender(boss: User) -> Program:
    """A program in a scene whose transactions really commit."""
    return Program(token=AccessToken.issue(boss))


def apart(work: Any, *arguments: Any) -> Any:
    """In a thread with a connection of its own."""
    try:
        return work(*arguments)
    finally:
        connection.close()


def test_a_request_whose_twin_is_in_progress_is_sent_away_for_a_second(sender, monkeypatch):
    inside, leave = threading.Event(), threading.Event()
    honest = idempotency.keep

    def slowly(*args: Any, **options: Any) -> None:
        honest(*args, **options)
        inside.set()
        leave.wait(10)

    monkeypatch.setattr(idempotency, "keep", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(apart, put, sender)
        assert inside.wait(10)
        begun = time.monotonic()
        answer = put(sender)
        assert time.monotonic() - begun < 2
        leave.set()
    assert (answer.status, answer.headers["Retry-After"]) == (409, "1")
    assert answer.json == {"message": "A request with this Idempotency-Key is in progress. Wait and try again."}
    assert put(sender) == first.result()
    assert Operation.objects.count() == 1


@pytest.mark.parametrize("path", [ASYNC, SYNC])
def test_twenty_at_once_are_one_operation(sender, path):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: apart(put, sender, path), range(20)))
    good = [answer for answer in answers if answer.status != 409]
    assert len(good) >= 1
    assert all(answer == good[0] for answer in good)
    assert good[0].status in {200, 202}
    assert put(sender, path) == good[0]
    assert (Operation.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_crash_leaves_neither_the_write_nor_the_key(sender, monkeypatch):
    def killed(*args: Any, **options: Any) -> None:
        connection.connection.close()  # what the server sees of a process that is gone
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "keep", killed)
        with pytest.raises(SystemExit):
            put(sender, SYNC)
    connection.close()
    nothing_happened()
    assert put(sender, SYNC).status == 200


def test_nobody_waits_for_an_answer_that_is_being_kept(sender, boss, plain, monkeypatch):
    """The lock of the accept order is taken after it: others accept meanwhile."""
    honest, others = idempotency.keep, []

    def slowly(*args: Any, **options: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            others.append(pool.submit(apart, send, Caller(user=boss, rights=EVERYTHING), item("B")).result(timeout=10))
        honest(*args, **options)

    monkeypatch.setattr(idempotency, "keep", slowly)
    first = put(sender)
    assert first.status == 202
    assert Operation.objects.get(uuid=first.json["bulk_uuid"]).seq > others[0].seq


def test_operations_of_one_commit_are_in_order(admin, plain):
    caller = Caller(user=admin, rights=EVERYTHING)
    with intake.one_commit():
        operations = [send(caller, item(sku)) for sku in "ABC"]
        assert Operation.objects.count() == 0
    assert list(Operation.objects.order_by("seq")) == operations


def test_operations_of_a_commit_that_failed_are_not_there(admin, plain):
    caller = Caller(user=admin, rights=EVERYTHING)

    def fail() -> None:
        with intake.one_commit():
            send(caller, item("A"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    nothing_happened()
    assert send(caller, item("A")).seq
