"""Webhooks: who is told, with which signature, and what the list of notifications says of it."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from asyncops import control, jobids, webhooks, working
from asyncops.dialects import Notice
from asyncops.models import IdempotencyKey, Operation, WebhookDelivery, WebhookEndpoint
from asyncops.submissions import Caller
from catalog.models import User
from syncapi.shoptet import notices
from tests.foreign import Asked, Foreign, Reply
from tests.syncapi.conftest import Program
from tests.syncapi.shoptet.conftest import P, Shoptet, batch, errors, message
from tests.syncapi.shoptet.test_jobs import PRICE

EVENT = "job:finished"


@pytest.fixture
def hook(shoptet: Shoptet, foreign: Foreign) -> str:
    url = foreign.on("/hook", Reply())
    assert register(shoptet, url).status == 201
    return url


def register(shoptet: Shoptet, url: str, *, event: str = EVENT, **more: Any) -> Any:
    return shoptet.call("POST", "webhooks", {"data": [{"event": event, "url": url, **more}]})


def only(shoptet: Shoptet) -> Any:
    [webhook] = shoptet.data("webhooks")["webhooks"]
    return webhook


def told(foreign: Foreign) -> list[Asked]:
    working.drain()
    return [asked for asked in foreign.asked if asked.path == "/hook"]


def test_an_endpoint_is_registered_and_shown(shoptet: Shoptet, foreign: Foreign):
    answer = register(shoptet, foreign.url("/hook"))
    [made] = answer.json["data"]["webhooks"]
    assert set(made) == {"id", "event", "url", "created", "updated", "sendPayload"}
    assert (answer.status, made["event"], made["updated"], made["sendPayload"]) == (201, EVENT, None, None)
    assert only(shoptet) == made
    assert shoptet.data(f"webhooks/{made['id']}") == {"webhook": made}
    assert shoptet.data("webhooks")["paginator"]["itemsPerPage"] == 20


def test_an_event_has_one_address(shoptet: Shoptet, foreign: Foreign, hook: str):
    again = {"event": EVENT, "url": foreign.url("/other")}
    answer = shoptet.call("POST", "webhooks", {"data": [again]})
    assert errors(answer) == (422, [("duplicate", "data[0]")])
    assert message(answer) == "Webhook already exists for this event"
    both = shoptet.call("POST", "webhooks", {"data": [again, {"event": "product:create", "url": hook}]})
    assert (both.status, len(both.json["data"]["webhooks"]), len(both.json["errors"])) == (201, 1, 1)


@pytest.mark.parametrize(
    ("webhook", "place"),
    [
        ({"event": "order:create", "url": "http://127.0.0.1:1/"}, "data[0].event"),
        ({"event": EVENT}, "data[0].url"),
        ({"event": EVENT, "url": "http://169.254.169.254/"}, "data[0].url"),
        ({"event": EVENT, "url": "https://example.com:22/"}, "data[0].url"),
        ({"event": EVENT, "url": "x" * 2001}, "data[0].url"),
    ],
)
def test_what_is_refused(shoptet: Shoptet, webhook: Any, place: str):
    assert errors(shoptet.call("POST", "webhooks", {"data": [webhook]})) == (422, [("invalid-request-data", place)])
    assert shoptet.data("webhooks")["webhooks"] == []


def test_an_endpoint_is_changed_and_removed(shoptet: Shoptet, foreign: Foreign, hook: str):
    path = f"webhooks/{only(shoptet)['id']}"
    answer = shoptet.call("PATCH", path, {"data": {"url": foreign.url("/other")}})
    assert (answer.status, answer.json["data"]) == (200, None)
    assert only(shoptet)["url"] == foreign.url("/other")
    assert only(shoptet)["updated"] is not None
    assert errors(shoptet.call("PATCH", path, {"data": {}})) == (422, [("invalid-request-data", "data")])
    assert errors(shoptet.call("PATCH", path, {"data": {"url": "http://[::1]/"}}))[1][0][1] == "data.url"
    assert shoptet.call("DELETE", path).status == 200
    assert errors(shoptet.get(path)) == (404, [("webhook-not-found", path.rpartition("/")[2])])


def test_a_new_address_gets_what_the_disabled_one_did_not(
    shoptet: Shoptet, foreign: Foreign, hook: str, caller: Caller
):
    endpoint = WebhookEndpoint.objects.get()
    webhooks.disable(endpoint, reason="The receiver answered 410 Gone.")
    batch(caller, {"guid": P, "name": "A"})
    assert told(foreign) == []
    shoptet.call("PATCH", f"webhooks/{endpoint.pk}", {"data": {"sendPayload": "full"}})
    assert not WebhookEndpoint.objects.get().enabled
    url = foreign.on("/new", Reply())
    shoptet.call("PATCH", f"webhooks/{endpoint.pk}", {"data": {"url": url}})
    assert WebhookEndpoint.objects.get().enabled
    working.drain()
    assert [asked.path for asked in foreign.asked] == ["/new"]


@pytest.mark.parametrize("number", ["999", "x", "9" * 30, "٣"])
def test_unknown_endpoints(shoptet: Shoptet, number: str):
    answer = shoptet.get(f"webhooks/{number}")
    assert errors(answer) == (404, [("webhook-not-found", number)])
    assert message(answer) == f'Webhook with id "{number}" not found.'


def test_another_organization_does_not_see_it(shoptet: Shoptet, other_shoptet: Shoptet, hook: str):
    assert other_shoptet.data("webhooks")["webhooks"] == []
    assert other_shoptet.get(f"webhooks/{only(shoptet)['id']}").status == 404


def test_the_end_of_a_job_is_told_once(shoptet: Shoptet, foreign: Foreign, hook: str, caller: Caller):
    operation = batch(caller, {"guid": P, "name": "A"})
    [asked] = told(foreign)
    body = orjson.loads(asked.body)
    assert body == {
        "eshopId": operation.organization.number, "event": EVENT, "eventCreated": body["eventCreated"],
        "eventInstance": jobids.of(operation.pk),
    }  # fmt: skip
    assert body["eventCreated"] >= shoptet.job(body["eventInstance"])["completionTime"]


def test_the_receiver_finds_the_job_at_its_end(shoptet: Shoptet, foreign: Foreign, program: Program, hook: str):
    """As a receiver does it: it asks for the job while it is being told of it."""
    program.put("/rest/all/async/V1/products/24-MB01", PRICE)
    [asked] = told(foreign)
    job = shoptet.job(orjson.loads(asked.body)["eventInstance"])
    assert (job["status"], job["resultUrl"] is None) == ("completed", False)


def test_killed_jobs_are_told_of_too(foreign: Foreign, hook: str, caller: Caller, admin: User):
    batch(caller, {"guid": P, "name": "A"})
    control.cancel(Operation.objects.all(), by=admin)
    assert [orjson.loads(asked.body)["event"] for asked in told(foreign)] == [EVENT]


def test_the_signatures(shoptet: Shoptet, foreign: Foreign, hook: str, caller: Caller):
    key = shoptet.call("POST", "webhooks/renew-signature-key").json["data"]["signatureKey"]
    assert (len(key), int(key, 16) > 0) == (32, True)
    batch(caller, {"guid": P, "name": "A"})
    [asked] = told(foreign)
    assert asked.headers["shoptet-webhook-signature"] == hmac.new(key.encode(), asked.body, "sha1").hexdigest()
    assert Webhook(key.encode()).verify(asked.body.decode(), asked.headers) == orjson.loads(asked.body)


def test_a_key_is_shown_once_and_never_kept_with_the_answer(shoptet: Shoptet):
    keys = {
        shoptet.call("POST", "webhooks/renew-signature-key", HTTP_IDEMPOTENCY_KEY="k").json["data"]["signatureKey"]
        for _ in range(2)
    }
    assert (len(keys), IdempotencyKey.objects.count()) == (2, 0)


def test_the_vector_of_the_sdk():
    """The published SDK's own example: the same text and key give the same signature."""
    at = datetime.fromisoformat("2019-09-23T22:01:36+02:00")
    body = orjson.dumps(notices.told(315185, event="addon:uninstall", at=at, instance="315185"))
    text = body.decode().replace("20:01:36+0000", "22:01:36+0200")
    key = b"61d1175f54c47dd67df14c17002a17b2"
    assert hmac.new(key, text.encode(), "sha1").hexdigest() == "a0e0a3e7689bd4c80e4d6ffcccb05235b864e1d0"


def test_what_a_test_and_a_product_are_about():
    notice = Notice(event="product:update", organization=1, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert notices.body(notice)[0] == "test"


def test_notifications(shoptet: Shoptet, foreign: Foreign, hook: str, caller: Caller):
    batch(caller, {"guid": P, "name": "A"})
    told(foreign)
    batch(caller, {"guid": P, "name": "B"})
    foreign.on("/hook", Reply(status=500))
    told(foreign)
    failed, good = shoptet.data("webhooks/notifications")["notifications"]
    assert set(good) == {
        "id", "webhookId", "webhookUrl", "event", "eventCreated", "created", "attempted", "attempts", "status",
        "active", "data",
    }  # fmt: skip
    assert (good["status"], good["active"], good["attempts"], good["webhookUrl"]) == ("success", False, 1, hook)
    assert (failed["status"], failed["active"]) == ("failed", True)
    assert set(good["data"]) == {"eshopId", "event", "eventCreated", "eventInstance"}
    for query, found in {
        "status=failed": [failed],
        "status=success&active=false": [good],
        "active=true": [failed],
        "event=job:finished": [failed, good],
        "event=product:create": [],
        "from=2999-01-01": [],
        "page=2&itemsPerPage=1": [good],
    }.items():
        assert shoptet.data(f"webhooks/notifications?{query}")["notifications"] == found, query


def test_notifications_are_listed_for_a_week(shoptet: Shoptet, foreign: Foreign, hook: str, caller: Caller):
    batch(caller, {"guid": P, "name": "A"})
    told(foreign)
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=7, seconds=1))
    assert shoptet.data("webhooks/notifications")["notifications"] == []


@pytest.mark.parametrize(
    ("query", "name"), [("status=x", "status"), ("active=maybe", "active"), ("event=x", "event"), ("from=x", "from")]
)
def test_filters_that_mean_nothing(shoptet: Shoptet, query: str, name: str):
    assert errors(shoptet.get(f"webhooks/notifications?{query}")) == (400, [("invalid-parameter", name)])
