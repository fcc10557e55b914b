"""What OpenAPI tells of Shoptet's routes is what they answer, and what they take."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from asyncops import working
from asyncops.models import WebhookEndpoint
from syncapi.describing.documents import document
from syncapi.shoptet import schema
from syncapi.shoptet.described import DATA
from syncapi.shoptet.urls import TABLE
from tests.foreign import Foreign
from tests.syncapi.shoptet.conftest import P, Shoptet
from tests.syncapi.shoptet.test_images import RED, media_root

__all__ = ["media_root"]
DOCUMENT = document("shoptet")


def told(method: str, path: str) -> Any:
    return DOCUMENT["paths"][f"/api/{path}"][method.lower()]


def schema_of(described: Any, status: int) -> Any:
    ref = described["responses"][str(status)]["content"]["application/json"]["schema"]["$ref"]
    return DOCUMENT["components"]["schemas"][ref.rpartition("/")[2]]


def test_every_route_says_what_it_answers_and_takes():
    assert {route.answers for route in TABLE.routes} == set(DATA)
    takes = {route.name for route in TABLE.routes if route.method in {"POST", "PATCH"}}
    takes |= {"DELETE products/batch", "DELETE products/images/batch"}
    assert {route.name for route in TABLE.routes if route.body} == takes - {"POST webhooks/renew-signature-key"}


def test_the_form_of_a_body():
    body = told("POST", "products/{guid}/images/{gallery}")["requestBody"]["content"]["application/json"]["schema"]
    image = body["properties"]["data"]["properties"]["images"]["items"]["properties"]
    assert set(image) == {"sourceUrl", "downloadUrl", "name", "priority", "description"}
    assert (image["name"]["pattern"], image["priority"]["maximum"]) == ("^[0-9a-zA-Z_\\-.]+$", 65535)


@pytest.fixture
def busy(shoptet: Shoptet, foreign: Foreign) -> None:
    """A webhook, a job of each end, images."""
    hook = {"event": "job:finished", "url": foreign.url("/hook")}
    shoptet.call("POST", "webhooks", {"data": [hook]})
    image = {"sourceUrl": foreign.serves("/a", RED), "name": "a.png"}
    shoptet.accept("POST", f"products/{P}/images/shop", {"data": {"images": [image]}})
    working.drain()
    shoptet.with_headers(HTTP_BULKHEAD_DRY_RUN="1").accept("GET", "products/snapshot")


CALLS: list[tuple[str, str, dict[str, str], Any]] = [
    ("GET", "system/jobs", {}, None),
    ("GET", "system/jobs/{job}", {}, None),
    ("GET", "products/snapshot", {}, None),
    ("POST", "system/file", {}, {"data": {"sourceUrl": "{image}"}}),
    ("GET", "products/{guid}/images/{gallery}", {"gallery": "shop"}, None),
    ("PATCH", "products/{guid}/images/{gallery}", {"gallery": "shop"}, {"data": {"images": [{"name": "a.png"}]}}),
    ("DELETE", "products/{guid}/images/{gallery}", {"gallery": "shop"}, None),
    ("POST", "webhooks", {}, {"data": [{"event": "product:update", "url": "{image}"}]}),
    ("GET", "webhooks", {}, None),
    ("GET", "webhooks/{id}", {}, None),
    ("GET", "webhooks/notifications", {}, None),
    ("POST", "webhooks/renew-signature-key", {}, None),
]


@pytest.mark.parametrize(("method", "path", "names", "body"), CALLS)
def test_answers_are_as_described(
    shoptet: Shoptet, busy: None, foreign: Foreign, method: str, path: str, names: dict[str, str], body: Any
):
    known = {"guid": P, "job": shoptet.jobs()[0], "id": str(WebhookEndpoint.objects.get().pk), **names}
    sent = orjson.loads(orjson.dumps(body).replace(b"{image}", foreign.url("/a").encode()))
    answer = shoptet.call(method, path.format(**known), sent)
    assert schema.check(answer.json, schema_of(told(method, path), answer.status)) == [], answer
