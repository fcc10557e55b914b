"""Who is let in, by which header, and in what words everybody else is turned away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import AccessToken, User
from syncapi.shoptet.urls import TABLE
from tests.syncapi.conftest import Program
from tests.syncapi.shoptet.conftest import P, Shoptet, errors, message

VALUES = {":guid": P, ":gallery": "shop", ":job": "0000000", ":name": "a.jpg", ":id": "999"}
ROUTES = {route.name: route for route in TABLE.routes}


@pytest.mark.parametrize(
    "header", ["HTTP_SHOPTET_PRIVATE_API_TOKEN", "HTTP_SHOPTET_ACCESS_TOKEN", "HTTP_AUTHORIZATION"]
)
def test_a_token_lets_in_by_three_headers(admin: User, header: str):
    secret = AccessToken.issue(admin)
    value = f"Bearer {secret}" if header == "HTTP_AUTHORIZATION" else secret
    assert Program(headers={header: value}).get("/api/system/jobs").status == 200


def test_no_token(db: None):
    answer = Shoptet(None).get("system/jobs")
    assert errors(answer) == (401, [("missing-access-token", "unknown")])
    assert message(answer) == "Missing access token. Please add `Shoptet-Access-Token` header to your request."


def test_a_token_that_nobody_has(db: None):
    answer = Shoptet(None).with_headers(HTTP_SHOPTET_ACCESS_TOKEN="123456-a-123-XXXX").get("system/jobs")
    assert errors(answer) == (401, [("invalid-access-token", "access-token")])


def test_a_token_whose_time_is_over(admin: User):
    secret = AccessToken.issue(admin, expires_at=timezone.now() - timedelta(seconds=1))
    answer = Shoptet(None).with_headers(HTTP_SHOPTET_ACCESS_TOKEN=secret).get("system/jobs")
    assert errors(answer) == (401, [("expired-token", "unknown")])
    assert message(answer) == "Token is expired. Please ask for new one."


def test_a_token_without_the_right_is_not_shown(limited_shoptet: Shoptet):
    answer = limited_shoptet.get("system/jobs")
    [secret] = limited_shoptet.program.headers.values()
    assert errors(answer) == (403, [("invalid-token-no-rights", "access-token")])
    assert secret not in answer.body.decode()
    shown = f'"{secret[:3]}..{secret[-3:]}"'
    assert message(answer) == f"Your access token {shown} has no defined rights for this resource."


@pytest.mark.parametrize("name", ROUTES)
def test_no_route_lets_strangers_in(name: str, limited_shoptet: Shoptet, products: None):
    route = ROUTES[name]
    path = "/".join(VALUES.get(part, part) for part in route.path.split("/"))
    assert errors(Shoptet(None).call(route.method, path, {})) == (401, [("missing-access-token", "unknown")])
    assert errors(limited_shoptet.call(route.method, path, {}))[0] == 403
