"""Registering where one wants to be told."""

from __future__ import annotations

import re

import pytest

from asyncops import webhooks
from asyncops.fetching import UrlForbidden
from asyncops.models import WebhookEndpoint, WebhookKey
from asyncops.network_models import Event
from asyncops.webhooks import AlreadyRegistered
from catalog.models import User
from tests.asyncops.webhooks import key_of, listens

pytestmark = pytest.mark.django_db
HOOK = "http://receiver.example/hook"


def test_the_first_registration_makes_a_key(admin: User, other: User):
    endpoint = listens(admin.organization, HOOK)
    key = key_of(admin.organization)
    listens(admin.organization, HOOK, event="product:update")
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert key_of(admin.organization) == key
    assert webhooks.endpoints(admin.organization).first() == endpoint
    assert list(webhooks.endpoints(other.organization)) == []


def test_an_event_has_one_address_in_each_organization(admin: User, other: User):
    listens(admin.organization, HOOK)
    with pytest.raises(AlreadyRegistered):
        listens(admin.organization, "http://other.example/")
    listens(other.organization, HOOK)
    assert WebhookEndpoint.objects.count() == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://10.0.0.1/", "ftp://x.example/", "http://x.example:22/"])
def test_an_address_that_is_not_allowed(url: str, admin: User):
    with pytest.raises(UrlForbidden):
        listens(admin.organization, url)
    endpoint = listens(admin.organization, HOOK)
    with pytest.raises(UrlForbidden):
        webhooks.change(endpoint, url=url)
    assert WebhookEndpoint.objects.get().url == HOOK


def test_a_dialect_that_words_no_webhooks(admin: User):
    with pytest.raises(LookupError):
        webhooks.register(admin.organization, event=Event.JOB_FINISHED, url=HOOK, dialect="import")
    assert (WebhookEndpoint.objects.count(), WebhookKey.objects.count()) == (0, 0)


def test_a_change(admin: User):
    endpoint = listens(admin.organization, HOOK)
    webhooks.change(endpoint, send_payload="full")
    webhooks.change(endpoint, url="https://other.example/")
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.send_payload) == ("https://other.example/", "full")
    assert endpoint.updated_at is not None


def test_a_key_that_is_renewed_before_there_was_one(admin: User):
    key = webhooks.renew_key(admin.organization)
    assert key == key_of(admin.organization)
    assert WebhookKey.objects.get().previous == ""
