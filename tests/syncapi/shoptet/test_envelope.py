"""Whatever is asked, the answer has the one form: data, errors, and the number of the request."""

from __future__ import annotations

import pytest

from tests.syncapi.shoptet.conftest import Shoptet, errors, message


def test_a_path_that_nobody_has(shoptet: Shoptet):
    answer = shoptet.get("eshop")
    assert errors(answer) == (404, [("endpoint-not-found", "/eshop")])
    assert message(answer) == 'Endpoint "GET /eshop" not found.'


@pytest.mark.parametrize("path", ["system", "system/jobs/a/b", "products/snapshot/x", "webhooks/a/b/c"])
def test_unknown_paths_below_known_ones(shoptet: Shoptet, path: str):
    assert errors(shoptet.get(path)) == (404, [("endpoint-not-found", f"/{path}")])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_another_method_is_told_which_there_are(shoptet: Shoptet, method: str):
    answer = shoptet.call(method, "system/jobs")
    assert errors(answer) == (405, [("method-not-allowed", "/system/jobs")])
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "webhooks/renew-signature-key", "POST"), ("DELETE", "webhooks/notifications", "GET, HEAD")],
)
def test_a_word_of_the_path_is_no_id(shoptet: Shoptet, method: str, path: str, allowed: str):
    answer = shoptet.call(method, path)
    assert errors(answer) == (405, [("method-not-allowed", f"/{path}")])
    assert answer.headers["Allow"] == allowed


def test_any_accept_header_is_answered_with_json(shoptet: Shoptet):
    assert shoptet.get("system/jobs", HTTP_ACCEPT="text/html").status == 200


def test_a_slash_at_the_end_changes_nothing(shoptet: Shoptet):
    assert shoptet.get("system/jobs/").json["data"] == shoptet.get("system/jobs").json["data"]


def test_a_character_that_nothing_can_hold(shoptet: Shoptet):
    assert errors(shoptet.get("system/jobs?status=a%00")) == (400, [("invalid-parameter", "status")])


@pytest.mark.parametrize(
    ("type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/vnd.shoptet.v1.0", 201),
        ("application/vnd.shoptet.v1.0+json; charset=utf-8", 201),
        ("Application/Vnd.Shoptet.V1.0", 201),
        ("application/vnd.shoptet.v1.0+xml", 422),
        ("text/plain", 422),
    ],
)
def test_the_types_of_a_body_that_programs_of_all_years_send(shoptet: Shoptet, type: str, status: int):
    body = {"data": [{"event": "job:finished", "url": "https://example.com/hook"}]}
    assert shoptet.call("POST", "webhooks", body, CONTENT_TYPE=type).status == status
