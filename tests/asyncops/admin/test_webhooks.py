"""Webhooks in the admin: every page, every action after a question, and nobody who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from asyncops import webhooks
from asyncops.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from catalog.models import Organization, User
from tests.asyncops.admin.scenes import at_the_admin, staff
from tests.asyncops.webhooks import key_of, listens

HOOK = "http://receiver.example/hook"
ENDPOINTS = "/admin/asyncops/webhookendpoint/"
DELIVERIES = "/admin/asyncops/webhookdelivery/"
VIEW = ("asyncops.view_webhookendpoint", "asyncops.view_webhookdelivery")
ALL = (*VIEW, "asyncops.add_webhookendpoint", "asyncops.change_webhookendpoint", "asyncops.delete_webhookendpoint")
ACTS = ("test", "disable", "renew-key", "remove")


@pytest.fixture
def endpoint(harbour: Organization) -> WebhookEndpoint:
    return listens(harbour, HOOK)


@pytest.fixture
def delivery(endpoint: WebhookEndpoint) -> WebhookDelivery:
    made = webhooks.send_test(endpoint, by=None)
    WebhookDelivery.objects.update(resend_at=None, due_at=timezone.now() + timedelta(hours=1), status="failed")
    WebhookAttempt.objects.create(
        delivery=made,
        number=1,
        url=HOOK,
        started_at=timezone.now(),
        duration_ms=12,
        request_headers={"webhook-id": "msg_1"},
        status=500,
        response_body="<script>alert(1)</script>",
    )
    return made


@pytest.fixture
def keeper(harbour: Organization) -> Client:
    return at_the_admin(staff(harbour, "keeper", *ALL, "asyncops.resend_webhook"))


@pytest.fixture
def viewer(harbour: Organization) -> Client:
    return at_the_admin(staff(harbour, "viewer", *VIEW))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def said(client: Client, path: str, **form: str) -> str:
    answer = client.post(path, form, follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_pages_show_how_things_are(viewer: Client, endpoint: WebhookEndpoint, delivery: WebhookDelivery):
    assert HOOK in text(viewer, ENDPOINTS)
    page = text(viewer, f"{ENDPOINTS}{endpoint.pk}/change/")
    assert f"#{delivery.pk}" in page
    assert "Disable" not in page
    assert f"#{delivery.pk}" in text(viewer, DELIVERIES)
    page = text(viewer, f"{DELIVERIES}{delivery.pk}/change/")
    assert f"msg_{delivery.message.hex}" in page
    assert "12 ms" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_disabled_endpoint_is_shown_loudly(viewer: Client, endpoint: WebhookEndpoint):
    webhooks.disable(endpoint, reason="Nothing but failures for 5 days.")
    assert "is disabled: Nothing but failures for 5 days." in text(viewer, ENDPOINTS)
    assert "errornote" in text(viewer, f"{ENDPOINTS}{endpoint.pk}/change/")


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_asked_for_first(act: str, keeper: Client, endpoint: WebhookEndpoint):
    before = WebhookEndpoint.objects.values().get()
    page = text(keeper, f"{ENDPOINTS}{endpoint.pk}/do/{act}/")
    assert "No, go back" in page
    assert WebhookEndpoint.objects.values().get() == before
    assert WebhookDelivery.objects.count() == 0


def test_the_acts(keeper: Client, endpoint: WebhookEndpoint, harbour: Organization):
    place = f"{ENDPOINTS}{endpoint.pk}"
    assert "A test event is on its way" in said(keeper, f"{place}/do/test/")
    assert WebhookDelivery.objects.get().instance == "test"
    assert "Disabled." in said(keeper, f"{place}/do/disable/")
    assert WebhookEndpoint.objects.get().disabled_reason == "Disabled by keeper."
    assert "Enabled." in said(keeper, f"{place}/do/enable/")
    assert WebhookEndpoint.objects.get().enabled
    page = said(keeper, f"{place}/do/renew-key/")
    assert key_of(harbour) in page
    assert "Deleted." in said(keeper, f"{place}/do/remove/")
    assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize("act", ACTS)
def test_who_may_only_look_can_do_nothing(act: str, viewer: Client, endpoint: WebhookEndpoint):
    place = f"{ENDPOINTS}{endpoint.pk}/do/{act}/"
    assert (viewer.get(place).status_code, viewer.post(place).status_code) == (403, 403)
    assert WebhookEndpoint.objects.get().enabled
    assert WebhookDelivery.objects.count() == 0


def test_another_organization_sees_nothing(pier: Organization, endpoint: WebhookEndpoint, delivery: WebhookDelivery):
    neighbour = at_the_admin(staff(pier, "keeper of the pier", *ALL, "asyncops.resend_webhook"))
    assert HOOK not in text(neighbour, ENDPOINTS)
    assert f"#{delivery.pk}" not in text(neighbour, DELIVERIES)
    for place in (f"{ENDPOINTS}{endpoint.pk}/change/", f"{DELIVERIES}{delivery.pk}/change/"):
        assert neighbour.get(place).status_code == 404
    assert neighbour.post(f"{ENDPOINTS}{endpoint.pk}/do/remove/").status_code == 404
    neighbour.post(f"{DELIVERIES}do/resend/", {"numbers": str(delivery.pk)})
    assert WebhookDelivery.objects.get().resend_at is None


ADD = f"{ENDPOINTS}add/"


def test_an_endpoint_is_added(keeper: Client, harbour: Organization):
    assert 'name="url"' in text(keeper, ADD)
    page = said(keeper, ADD, event="job:finished", url=HOOK)
    made = WebhookEndpoint.objects.get()
    assert (made.organization, made.event, made.url, made.enabled) == (harbour, "job:finished", HOOK, True)
    assert f"{ENDPOINTS}{made.pk}/change/" in page
    assert len(key_of(harbour)) == 32


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"url": "http://127.0.0.1/hook"}, "This address cannot be used: host is not allowed."),
        ({"url": "ftp://receiver.example/"}, "This address cannot be used"),
        ({"url": ""}, "This field is required."),
        ({"event": "job:started"}, "Select a valid choice."),
        ({"event": "product:update"}, "This event has an endpoint already."),
    ],
)
def test_an_endpoint_that_cannot_be_added_is_told_why(
    keeper: Client, harbour: Organization, form: dict[str, str], told: str
):
    listens(harbour, HOOK, event="product:update")
    assert told in said(keeper, ADD, **{"event": "job:finished", "url": HOOK, **form})
    assert WebhookEndpoint.objects.get().event == "product:update"


def test_an_event_is_taken_in_ones_own_organization_only(keeper: Client, pier: Organization):
    listens(pier, HOOK)
    said(keeper, ADD, event="job:finished", url=HOOK)
    assert WebhookEndpoint.objects.count() == 2


def test_an_endpoint_that_another_adds_meanwhile_is_told(keeper: Client, monkeypatch: pytest.MonkeyPatch):
    def clashes(*_: object, **__: object) -> None:
        raise webhooks.AlreadyRegistered

    monkeypatch.setattr(webhooks, "register", clashes)
    assert "This event has an endpoint already." in said(keeper, ADD, event="job:finished", url=HOOK)


def test_who_may_only_look_adds_nothing(viewer: Client):
    form = {"event": "job:finished", "url": HOOK}
    assert (viewer.get(ADD).status_code, viewer.post(ADD, form).status_code) == (403, 403)
    assert WebhookEndpoint.objects.count() == 0


def test_resending_is_asked_for_and_told(keeper: Client, delivery: WebhookDelivery):
    chosen = {"action": "resend_selected", "_selected_action": str(delivery.pk)}
    assert "Send each of these once more" in said(keeper, DELIVERIES, **chosen)
    assert WebhookDelivery.objects.get().resend_at is None
    assert "1 will be sent again." in said(keeper, f"{DELIVERIES}do/resend/", numbers=str(delivery.pk))
    assert "0 will be sent again, 1 left alone." in said(keeper, f"{DELIVERIES}do/resend/", numbers=str(delivery.pk))
    row = WebhookDelivery.objects.get()
    assert row.resend_by == User.objects.get(username="keeper")
    assert row.due_at is not None


def test_giving_up(keeper: Client, delivery: WebhookDelivery):
    assert "1 given up." in said(keeper, f"{DELIVERIES}do/give-up/", numbers=str(delivery.pk))
    assert WebhookDelivery.objects.get().due_at is None


def test_who_may_not_resend(viewer: Client, delivery: WebhookDelivery):
    for name in ("resend", "give-up"):
        assert viewer.post(f"{DELIVERIES}do/{name}/", {"numbers": str(delivery.pk)}).status_code == 403
    assert "resend_selected" not in text(viewer, DELIVERIES)
    row = WebhookDelivery.objects.get()
    assert (row.resend_at, row.due_at is None) == (None, False)


def test_a_form_of_another_site_does_nothing(harbour: Organization, endpoint: WebhookEndpoint):
    strict = at_the_admin(staff(harbour, "strict", *ALL), enforce_csrf_checks=True)
    assert strict.post(f"{ENDPOINTS}{endpoint.pk}/do/remove/").status_code == 403
    assert WebhookEndpoint.objects.count() == 1


def test_lists_cost_the_same_whatever_their_length(
    viewer: Client, endpoint: WebhookEndpoint, delivery: WebhookDelivery, django_assert_max_num_queries: object
):
    for _ in range(30):
        webhooks.send_test(endpoint, by=None)
    listens(endpoint.organization, HOOK, event="product:update")
    for path in (ENDPOINTS, DELIVERIES, f"{ENDPOINTS}{endpoint.pk}/change/"):
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            text(viewer, path)
