"""Webhooks on their way to receivers that take them, refuse them, hang or are away."""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import WebhookVerificationError

from asyncops import delivering, engine, signing, sweeping, webhooks, working
from asyncops.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookKey
from asyncops.submissions import Caller
from catalog.models import Organization, User
from catalog.rights import Rights
from tests.asyncops.plain import item
from tests.asyncops.plain import send as send_operation
from tests.asyncops.webhooks import (
    ALL,
    in_turn,
    key_of,
    listens,
    log,
    make_due,
    send,
    states,
    status,
    verified,
)
from tests.foreign import Foreign, Reply

pytestmark = pytest.mark.django_db
OK = Reply(body=b"thanks")


@pytest.fixture
def organization(caller: Caller) -> Organization:
    return caller.user.organization


def finish(caller: Caller, operations: int = 1) -> None:
    for number in range(operations):
        send_operation(caller, item(f"S{number}"))
    engine.drain()


def test_a_delivery(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, foreign.on("/hook", OK))
    finish(caller)
    send()
    [asked], [row] = foreign.asked, ALL()
    assert (asked.method, asked.path, asked.body) == ("POST", "/hook", bytes(row.body))
    assert asked.headers["content-type"] == "application/json"
    assert states() == [("success", 1, False)]
    [attempt] = WebhookAttempt.objects.all()
    assert (attempt.status, attempt.response_body, attempt.error, attempt.number) == (200, "thanks", "", 1)
    assert attempt.request_headers["webhook-id"] == f"msg_{row.message.hex}"


def test_signatures(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, foreign.on("/hook", OK))
    finish(caller)
    send()
    [asked], key = foreign.asked, key_of(organization)
    assert verified(asked, key)["event"] == "job:finished"
    expected = hmac.new(key.encode(), asked.body, hashlib.sha1).hexdigest()
    assert asked.headers["shoptet-webhook-signature"] == expected
    with pytest.raises(WebhookVerificationError):
        verified(asked, signing.new_key())


def test_the_published_example_of_shoptets_signature():
    body = b'{"eshopId":315185,"event":"addon:uninstall","eventCreated":"2019-09-23T22:01:36+0200",'
    body += b'"eventInstance":"315185"}'
    keys = ["61d1175f54c47dd67df14c17002a17b2"]
    at = datetime(2019, 9, 23, tzinfo=UTC)
    message = WebhookDelivery().message
    signed = signing.headers(body, message=message, at=at, keys=keys)
    assert signed["Shoptet-Webhook-Signature"] == "a0e0a3e7689bd4c80e4d6ffcccb05235b864e1d0"


def test_a_renewed_key_and_its_predecessor_both_sign_for_a_while(
    caller: Caller, organization: Organization, foreign: Foreign
):
    listens(organization, foreign.on("/hook", OK))
    old = key_of(organization)
    new = webhooks.renew_key(organization)
    finish(caller, 2)
    [first, _] = ALL().order_by("pk")
    ALL().exclude(pk=first.pk).update(due_at=None)
    send()
    WebhookKey.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    webhooks.resend(ALL().exclude(pk=first.pk), by=None)
    send()
    during, after = foreign.asked
    assert old != new == key_of(organization)
    assert verified(during, old) == verified(during, new)
    assert verified(after, new)
    with pytest.raises(WebhookVerificationError):
        verified(after, old)
    sha1 = hmac.new(new.encode(), during.body, hashlib.sha1).hexdigest()
    assert during.headers["shoptet-webhook-signature"] == sha1


def test_every_attempt_sends_the_same_bytes_and_id(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, in_turn(foreign, "/hook", status(500), status(302, Location="/other"), OK))
    finish(caller)
    for _ in range(4):
        send()
        make_due()
    assert [asked.path for asked in foreign.asked] == ["/hook"] * 3
    assert len({(asked.body, asked.headers["webhook-id"]) for asked in foreign.asked}) == 1
    assert log() == [(500, False), (302, False), (200, False)]
    assert states() == [("success", 3, False)]


def test_attempts_follow_the_schedule_and_end(
    caller: Caller, organization: Organization, foreign: Foreign, settings: Settings
):
    settings.WEBHOOK_RETRY_SECONDS = (0, 900)
    listens(organization, foreign.on("/hook", status(500)))
    finish(caller)
    send()
    [row] = ALL()
    assert states() == [("failed", 1, True)]
    assert row.due_at is not None
    assert 800 < (row.due_at - timezone.now()).total_seconds() < 1000
    send()
    assert len(log()) == 1
    make_due()
    send()
    make_due()
    send()
    assert states() == [("failed", 2, False)]
    assert log() == [(500, False), (500, False)]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_receiver_is_asked_again_when_it_says(
    form: str, caller: Caller, organization: Organization, foreign: Foreign, settings: Settings
):
    settings.WEBHOOK_RETRY_SECONDS = (0, 1, 1)
    asked = "3600" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    listens(organization, foreign.on("/hook", status(429, Retry_After=asked)))
    finish(caller)
    send()
    [row] = ALL()
    assert row.due_at is not None
    assert 3500 < (row.due_at - timezone.now()).total_seconds() < 3700


def hangs(handler: Any) -> None:
    time.sleep(3)


def test_receivers_that_do_not_answer(caller: Caller, organization: Organization, foreign: Foreign, settings: Settings):
    settings.WEBHOOK_SECONDS = 0.3
    listens(organization, in_turn(foreign, "/hook", hangs, lambda handler: handler.connection.shutdown(2)))
    finish(caller)
    send()
    make_due()
    send()
    errors = list(WebhookAttempt.objects.order_by("pk").values_list("status", "error"))
    assert errors == [
        (None, "The server did not answer in time"),
        (None, "The server could not be reached, or broke the connection off"),
    ]


def test_an_error_of_ours_uses_up_an_attempt_and_says_nothing_about_the_receiver(
    caller: Caller, organization: Organization, foreign: Foreign, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    settings.WEBHOOK_RETRY_SECONDS = (0, 900)
    listens(organization, foreign.on("/hook", OK))
    finish(caller)
    monkeypatch.setattr("asyncops.fetching.post", breaks)
    for attempts in (1, 2, 2):
        send()
        make_due()
        assert states() == [("failed", attempts, attempts < 2)]
    assert {attempt.error for attempt in WebhookAttempt.objects.all()} == {delivering.OURS}
    assert (WebhookEndpoint.objects.get().failing_since, foreign.asked) == (None, [])


def test_an_address_that_is_not_allowed_any_more_is_not_asked(
    caller: Caller, organization: Organization, foreign: Foreign, settings: Settings
):
    listens(organization, foreign.on("/hook", OK))
    finish(caller)
    settings.FETCH_ALLOWED_HOSTS = frozenset()
    send()
    assert foreign.asked == []
    assert WebhookAttempt.objects.get().error in {"host is not allowed", "port is not allowed"}
    assert states() == [("failed", 1, True)]


def test_gone_disables_the_endpoint_loudly(
    caller: Caller, organization: Organization, foreign: Foreign, caplog: pytest.LogCaptureFixture
):
    listens(organization, foreign.on("/hook", status(410)))
    finish(caller, 3)
    while [state for state in states() if state[1] == 0] and WebhookEndpoint.objects.get().enabled:
        send()
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert "webhook_endpoint_disabled" in caplog.text
    sent = len(foreign.asked)
    make_due()
    finish(caller)
    send()
    assert len(foreign.asked) == sent


def test_an_endpoint_that_is_enabled_again_gets_what_waited(
    caller: Caller, organization: Organization, foreign: Foreign
):
    endpoint = listens(organization, foreign.on("/hook", OK))
    webhooks.disable(endpoint, reason="Maintenance")
    finish(caller, 2)
    send()
    assert foreign.asked == []
    webhooks.enable(endpoint)
    send()
    assert len(foreign.asked) == 2


def test_days_of_nothing_but_failures_disable_an_endpoint(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, in_turn(foreign, "/hook", status(500), OK, status(500)))
    finish(caller)
    send()
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    make_due()
    send()
    assert WebhookEndpoint.objects.get().failing_since is None
    finish(caller)
    send()
    assert WebhookEndpoint.objects.get().enabled
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    make_due()
    send()
    assert WebhookEndpoint.objects.get().disabled_reason == "Nothing but failures for 5 days."


def test_a_resend_is_one_more_attempt_and_says_nothing_about_health(
    caller: Caller, organization: Organization, foreign: Foreign, admin: User
):
    endpoint = listens(organization, in_turn(foreign, "/hook", OK, status(410), OK))
    finish(caller)
    send()
    webhooks.disable(endpoint, reason="Maintenance")
    assert webhooks.resend(ALL(), by=admin) == 1
    assert webhooks.resend(ALL(), by=admin) == 0
    send()
    assert states() == [("success", 1, False)]
    assert log() == [(200, False), (410, True)]
    assert WebhookAttempt.objects.get(is_manual=True).by == admin
    assert WebhookEndpoint.objects.get().disabled_reason == "Maintenance"
    first, second = foreign.asked
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert verified(second, key_of(organization))


def test_a_resend_that_is_acknowledged_ends_the_scheduled_attempts(
    caller: Caller, organization: Organization, foreign: Foreign
):
    listens(organization, in_turn(foreign, "/hook", status(500), OK))
    finish(caller)
    send()
    webhooks.resend(ALL(), by=None)
    send()
    assert states() == [("success", 1, False)]


def test_giving_up(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, foreign.on("/hook", status(500)))
    finish(caller)
    send()
    assert webhooks.give_up(ALL()) == 1
    make_due()
    send()
    assert states() == [("failed", 1, False)]


def test_a_test_goes_the_same_way(organization: Organization, foreign: Foreign, admin: User):
    endpoint = listens(organization, foreign.on("/hook", OK))
    webhooks.send_test(endpoint, by=admin)
    send()
    [asked] = foreign.asked
    assert verified(asked, key_of(organization))["instance"] == "test"
    assert log() == [(200, True)]
    assert WebhookEndpoint.objects.get().last_success_at is None


def test_a_receiver_that_hangs_delays_no_other(
    caller: Caller, organization: Organization, other: User, foreign: Foreign, settings: Settings
):
    settings.WEBHOOK_SECONDS = 1
    listens(organization, foreign.on("/hangs", hangs))
    listens(other.organization, foreign.on("/hook", OK))
    finish(caller, 40)
    WebhookEndpoint.objects.filter(organization=organization).update(failing_since=timezone.now())
    finish(Caller(user=other, rights=Rights.of(other)))
    working.drain(queues={"webhooks"}, seconds=0.5)
    theirs = ALL().get(organization=other.organization)
    assert theirs.status == "success"
    assert WebhookAttempt.objects.get(delivery=theirs).started_at - theirs.created_at < timedelta(seconds=5)
    assert WebhookDelivery.objects.filter(organization=organization, attempts__gt=0).count() < 5


def test_only_the_holder_of_the_lease_stores_the_outcome(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, foreign.on("/hook", OK))
    finish(caller)
    kind = delivering.Webhooks()
    [mine] = kind.claim(10, owner="mine")
    assert kind.claim(10, owner="theirs") == []
    ALL().update(lease_until=timezone.now() - timedelta(seconds=1))
    [theirs] = kind.claim(10, owner="theirs")
    sent = kind.act(mine)
    kind.store([(mine, sent)])
    assert (states(), log()) == ([("new", 0, True)], [])
    kind.store([(theirs, sent)])
    kind.store([(theirs, sent)])
    assert (states(), log()) == ([("success", 1, False)], [(200, False)])


def test_what_a_dead_worker_held_is_free_at_once(caller: Caller, organization: Organization, foreign: Foreign):
    listens(organization, foreign.on("/hook", OK))
    finish(caller)
    kind = delivering.Webhooks()
    kind.claim(10, owner="dead")
    working.release_all_of("another")
    assert kind.claim(10, owner="mine") == []
    working.release_all_of("dead")
    assert len(kind.claim(10, owner="mine")) == 1


def test_the_sweeper_rings_for_what_is_due(
    caller: Caller, organization: Organization, foreign: Foreign, monkeypatch: pytest.MonkeyPatch
):
    rung: list[str] = []
    listens(organization, foreign.on("/hook", status(500)))
    finish(caller)
    monkeypatch.setattr("asyncops.doorbell.ring", lambda name="default": rung.append(name))
    sweeping.sweep()
    send()
    sweeping.sweep()
    assert rung == ["webhooks"]
    make_due()
    sweeping.sweep()
    assert rung == ["webhooks"] * 2


def test_the_number_of_statements_does_not_grow_with_the_deliveries(
    caller: Caller, organization: Organization, foreign: Foreign, django_assert_num_queries: Any
):
    listens(organization, foreign.on("/hook", OK))
    finish(caller, 30)
    kind = delivering.Webhooks()
    with CaptureQueriesContext(connection) as few:
        [one] = kind.claim(1, owner="me")
    with django_assert_num_queries(len(few)):
        many = kind.claim(14, owner="me")
    assert len(many) == 14
    sent = kind.act(one)
    with CaptureQueriesContext(connection) as few:
        kind.store([(one, sent)])
    with django_assert_num_queries(len(few)):
        kind.store([(work, sent) for work in many])
