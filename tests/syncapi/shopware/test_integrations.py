"""Integrations are made and revoked in the admin: the secret is shown once, and only its digest is kept."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client

from catalog import consumers
from catalog.models import AccessToken, Integration, User
from tests.syncapi.conftest import Program

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/catalog/integration/", "/admin/catalog/integration/add/"


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def make(browser: Client, user: User) -> tuple[str, str, str]:
    """The page, the access key and the secret."""
    answer = browser.post(ADD, {"name": "ERP", "user": user.pk})
    page = answer.content.decode()
    found = re.findall(r'class="vTextField op-secret" value="(\S+)"', page)
    assert (answer.status_code, len(found)) == (200, 2)
    assert "no-store" in answer["Cache-Control"]
    return page, found[0], found[1]


def sign_in(client_id: str, secret: str) -> int:
    body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return Program().post("/api/oauth/token", body).status


def test_the_secret_is_shown_once_and_signs_in(browser: Client, admin: User):
    _, client_id, secret = make(browser, admin)
    assert client_id.startswith("SWIA")
    assert sign_in(client_id, secret) == 200
    made = Integration.objects.get()
    assert secret not in browser.get(LIST).content.decode()
    assert secret not in browser.get(f"{LIST}{made.pk}/change/").content.decode()


def test_what_magentos_programs_sign_with_is_shown_once_too(browser: Client, admin: User):
    page, *_ = make(browser, admin)
    made = Integration.objects.get()
    secrets = [value for name, value in asdict(consumers.of(made)).items() if name != "consumer_key"]
    later = browser.get(f"{LIST}{made.pk}/change/").content.decode()
    assert [(value in page, value in later) for value in secrets] == [(True, False)] * 3


def test_only_its_digest_is_kept(browser: Client, admin: User):
    _, _, secret = make(browser, admin)
    made = Integration.objects.get()
    assert made.digest == AccessToken.digest_of(secret)
    kept = [*Integration.objects.values_list("digest", "client_id", "name").get(), *map(str, browser.cookies.values())]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    kept += [str(entry.__dict__) for entry in LogEntry.objects.all()]
    assert not [value for value in kept if secret in value]


def test_what_was_revoked_signs_in_no_more_and_its_tokens_end(browser: Client, admin: User):
    _, client_id, secret = make(browser, admin)
    body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = Program().post("/api/oauth/token", body).json["access_token"]
    assert Program(token=token).get("/api/tax").status == 200
    chosen = {"action": "revoke_selected", "_selected_action": [str(Integration.objects.get().pk)]}
    assert "1 revoked" in browser.post(LIST, chosen, follow=True).content.decode()
    assert sign_in(client_id, secret) == 401
    assert Program(token=token).get("/api/tax").status == 401


def test_nobody_without_the_right_makes_one(limited: User):
    User.objects.filter(pk=limited.pk).update(is_staff=True)
    client = Client()
    client.force_login(limited)
    assert client.post(ADD, {"name": "ERP", "user": limited.pk}).status_code == 403
    assert not Integration.objects.exists()
