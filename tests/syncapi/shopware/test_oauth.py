"""The token endpoint: who gets a token, in which encodings, and how it is refused."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import caches

from catalog.models import AccessToken, Integration, RefreshToken, User
from tests.syncapi.conftest import Answer, Program

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    caches["default"].clear()


@pytest.fixture
def keys(admin: User) -> dict[str, str]:
    made, secret = Integration.issue(admin, name="erp")
    return {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": secret}


@pytest.fixture
def login(admin: User) -> dict[str, str]:
    admin.set_password("correct horse battery")
    admin.save()
    return {
        "grant_type": "password",
        "client_id": "administration",
        "scopes": "write",
        "username": "admin",
        "password": "correct horse battery",
    }


def ask(body: Any, *, family: str = "", **headers: str) -> Answer:
    return Program().call("POST", f"/api{family}/oauth/token", body, **headers)


def form(values: dict[str, str], **more: str) -> Answer:
    return ask(urlencode(values).encode(), CONTENT_TYPE=FORM, **more)


def error(answer: Answer) -> tuple[int, str, str | None]:
    [found] = answer.json["errors"]
    return answer.status, found["title"], found["detail"]


def test_an_integration_signs_in_by_form_and_by_json(keys):
    for answer in (form(keys), ask(keys), ask(keys, family="/v3")):
        assert (answer.status, list(answer.json)) == (200, ["token_type", "expires_in", "access_token"])
        assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 600)
        assert Program(token=answer.json["access_token"]).get("/api/_info/version").status != 401


def test_an_integration_signs_in_by_http_basic(keys):
    pair = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
    answer = ask({"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=f"Basic {pair}")
    assert answer.status == 200


def test_only_digests_are_kept(keys):
    token = ask(keys).json["access_token"]
    kept = [
        *Integration.objects.values_list("digest", flat=True),
        *AccessToken.objects.values_list("digest", flat=True),
    ]
    assert keys["client_secret"] not in kept
    assert token not in kept


def test_a_wrong_secret(keys):
    wrong = error(ask({**keys, "client_secret": "no"}))
    assert wrong == (401, "Client authentication failed", None)
    assert error(ask({**keys, "client_id": "nobody"})) == wrong


def test_a_revoked_integration(keys, admin):
    Integration.objects.update(revoked_at=admin.date_joined)
    assert ask(keys).status == 401


def test_a_user_signs_in_and_can_renew_it_once(login):
    first = form(login).json
    assert list(first) == ["token_type", "expires_in", "access_token", "refresh_token"]
    renewal = {"grant_type": "refresh_token", "client_id": "administration", "refresh_token": first["refresh_token"]}
    second = ask(renewal).json
    assert second["refresh_token"] != first["refresh_token"]
    spent = (401, "The refresh token is invalid.", "Token has been revoked")
    assert error(ask(renewal)) == spent
    assert error(ask({**renewal, "refresh_token": second["refresh_token"]})) == spent  # the second use was a theft
    assert not RefreshToken.objects.filter(used_at=None).exists()


def test_a_refresh_token_that_never_was():
    body = {"grant_type": "refresh_token", "client_id": "administration", "refresh_token": "garbage"}
    assert error(ask(body)) == (401, "The refresh token is invalid.", "Cannot decrypt the refresh token")


@pytest.mark.parametrize(("family", "status"), [("/v3", 401), ("", 400)])
def test_a_wrong_password(login, family, status):
    answer = ask({**login, "password": "wrong"}, family=family)
    assert error(answer) == (status, "The user credentials were incorrect.", None)


def test_who_guesses_has_to_wait(login, settings):
    settings.LOGIN_ATTEMPTS_PER_MINUTE = 2
    answers = [ask({**login, "password": "wrong"}) for _ in range(3)]
    assert [answer.status for answer in answers] == [400, 400, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "body", [{}, [], {"grant_type": 5}, {"grant_type": "password"}, {"grant_type": "client_credentials"}, b"\xff", b"{"]
)
def test_nonsense_is_refused(body):
    assert ask(body).status == 400
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, 'Missing "Authorization" header'),
        ("Basic eDp5", 'Missing token in "Authorization" header'),
        ("Bearer x", "The JWT string must have two dots"),
    ],
)
def test_without_a_good_token_nobody_comes_in(header, detail):
    headers = {"HTTP_AUTHORIZATION": header} if header else {}
    answer = Program().call("POST", "/api/v3/_action/sync", {}, **headers)
    assert error(answer) == (401, "The resource owner or authorization server denied the request.", detail)
