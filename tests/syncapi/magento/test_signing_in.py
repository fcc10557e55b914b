"""A name and a password for a token; wrong ones tell nothing and cannot be tried without end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from catalog.models import AccessToken, User
from tests.syncapi.conftest import Answer, Program
from tests.syncapi.magento.conftest import BAG, Magento

PASSWORD = "correct horse battery staple"
WRONG = "The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later."


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def clerk(admin: User) -> User:
    admin.set_password(PASSWORD)
    admin.save()
    return admin


def sign_in(username: Any = "admin", password: Any = PASSWORD) -> Answer:
    return Program().post("/rest/V1/integration/admin/token", {"username": username, "password": password})


def test_the_token_is_a_bare_text_and_works(clerk: User, products: None):
    answer = sign_in()
    assert answer.status == 200
    magento = Magento(Program(token=answer.json))
    assert magento.product()["sku"] == BAG
    uuid = magento.accept("PUT", f"products/{BAG}", {"product": {"price": 3}})
    assert magento.status(uuid)["user_type"] == 2


def test_the_token_expires(clerk: User, settings: Any):
    settings.LOGIN_TOKEN_HOURS = 4
    assert sign_in().status == 200
    token = AccessToken.objects.get()
    assert token.expires_at is not None
    assert timedelta(hours=3, minutes=59) < token.expires_at - timezone.now() <= timedelta(hours=4)
    assert token.kind == "login"


@pytest.mark.parametrize(("username", "password"), [("admin", "wrong"), ("nobody", PASSWORD), ("ADMIN", ""), (1, 2)])
def test_a_wrong_name_and_a_wrong_password_look_the_same(clerk: User, username: Any, password: Any):
    answer = sign_in(username, password)
    assert (answer.status, answer.json) == (401, {"message": WRONG})
    assert AccessToken.objects.count() == 0


def test_a_disabled_user_cannot_sign_in(clerk: User):
    User.objects.update(is_active=False)
    assert sign_in().status == 401
    assert AccessToken.objects.count() == 0


def test_missing_fields_are_named(clerk: User):
    message = '"%fieldName" is required. Enter and try again.'
    url = "/rest/default/V1/integration/admin/token"
    one = Program().post(url, {"username": "admin"})
    assert (one.status, one.json) == (400, {"message": message, "parameters": {"fieldName": "password"}})
    both = Program().post(url, {})
    assert (both.status, both.json) == (
        400,
        {
            "message": "One or more input exceptions have occurred.",
            "errors": [
                {"message": message, "parameters": {"fieldName": "username"}},
                {"message": message, "parameters": {"fieldName": "password"}},
            ],
        },
    )


def test_too_many_attempts_are_refused_unseen(clerk: User, settings: Any):
    settings.LOGIN_ATTEMPTS_PER_MINUTE = 2
    assert [sign_in(password="wrong").headers.get("Retry-After") for _ in range(3)] == [None, None, "60"]
    answer = sign_in()
    assert (answer.status, answer.json) == (401, {"message": WRONG})
    assert sign_in("somebody else").headers.get("Retry-After") is None


def test_a_success_forgets_the_failures(clerk: User, settings: Any):
    settings.LOGIN_ATTEMPTS_PER_MINUTE = 2
    assert [sign_in(password=word).status for word in ("wrong", PASSWORD, "wrong", PASSWORD)] == [401, 200, 401, 200]


def test_a_lost_cache_does_not_lock_anybody_out(clerk: User, monkeypatch: pytest.MonkeyPatch):
    def away(*_: Any, **__: Any) -> None:
        raise RedisAway

    for method in ("add", "incr", "delete"):
        monkeypatch.setattr(type(caches["default"]), method, away)
    assert sign_in().status == 200


def test_an_expired_token_in_the_header_does_not_hinder(clerk: User, expired_program: Program):
    body = {"username": "admin", "password": PASSWORD}
    assert expired_program.post("/rest/V1/integration/admin/token", body).status == 200
