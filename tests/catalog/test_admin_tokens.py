"""Tokens are created at the admin: the secret is shown once, and nobody gets more rights by it than they have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from catalog.accounts import ensure_user
from catalog.models import AccessToken, User

ADD, LIST = "/admin/catalog/accesstoken/add/", "/admin/catalog/accesstoken/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(limited: User) -> User:
    """May create tokens in organization A, and see products."""
    rights = ("add_accesstoken", "view_accesstoken", "view_product")
    limited.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return User.objects.get(pk=limited.pk)


def browser(user: User, **options) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def create(client: Client, username: str, **more: str):
    return client.post(ADD, {"name": "ERP", "username": username, "expires_at_0": "", "expires_at_1": "", **more})


def test_the_secret_is_shown_once_and_works(keeper):
    client = browser(keeper)
    answer = create(client, "limited")
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    token = AccessToken.objects.valid(secret, now=timezone.now()).get()
    assert (token.user, token.name, token.kind, token.expires_at) == (keeper, "ERP", "integration", None)
    assert secret not in client.get(LIST).content.decode()
    assert secret not in client.get(f"{LIST}{token.pk}/change/").content.decode()
    assert secret not in str(dict(client.session)) + str(client.cookies)


def test_it_may_expire(keeper):
    create(browser(keeper), "limited", expires_at_0="2100-01-31", expires_at_1="12:00:00")
    assert AccessToken.objects.get().expires_at == datetime(2100, 1, 31, 12, tzinfo=UTC)
    create(browser(keeper), "limited", expires_at_0="2000-01-01", expires_at_1="12:00:00")
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("username", ["admin", "other", "mighty", "gone", "nobody", ""])
def test_not_for_whoever_may_do_more_or_belongs_elsewhere(keeper, admin, other, username):
    ensure_user(organization="A", username="mighty", password="correct horse battery", rights="all")
    User.objects.create_user("gone", organization=keeper.organization, is_active=False)
    assert "secret" not in (create(browser(keeper), username).context or {})
    assert not AccessToken.objects.exists()


def test_for_whoever_may_do_less(keeper):
    User.objects.create_user("small", organization=keeper.organization)
    create(browser(keeper), "small")
    assert AccessToken.objects.get().user.username == "small"


def test_a_superuser_creates_any(admin, other):
    create(browser(admin), "other")
    assert AccessToken.objects.get().user == other


def test_it_wants_the_permission_and_the_form_of_this_site(limited, keeper):
    keeper.user_permissions.remove(Permission.objects.get(codename="add_accesstoken"))
    client = browser(keeper)
    assert client.get(ADD).status_code == 403
    assert create(client, "limited").status_code == 403
    assert ADD not in client.get(LIST).content.decode()
    assert create(browser(keeper, enforce_csrf_checks=True), "limited").status_code == 403
    assert not AccessToken.objects.exists()
