"""A webhook that its receiver refused, found and sent again in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from asyncops import webhooks
from asyncops.network_models import Event
from catalog.models import User
from tests.asyncops.webhooks import in_turn, send, states
from tests.foreign import Foreign, Reply

pytestmark = pytest.mark.usefixtures("complaints")


def test_a_refused_webhook_is_sent_again(marta: User, console: Page, server: LiveServer, foreign: Foreign):
    hook = in_turn(foreign, "/hook", Reply(status=500), Reply(body=b"thanks"))
    endpoint = webhooks.register(marta.organization, event=Event.JOB_FINISHED, url=hook, dialect="shoptet")
    webhooks.send_test(endpoint, by=marta)
    send()
    console.goto(f"{server.url}/admin/asyncops/webhookdelivery/")
    console.locator("#result_list tbody a").first.click()
    console.get_by_role("link", name="Resend").click()
    expect(console.get_by_text("Send each of these once more")).to_be_visible()
    assert len(foreign.asked) == 1
    console.locator(".op-confirm input[type=submit]").click()
    expect(console.get_by_text("1 will be sent again.")).to_be_visible()
    send()
    first, second = foreign.asked
    assert (second.body, second.headers["webhook-id"]) == (first.body, first.headers["webhook-id"])
    assert [status for status, _, _ in states()] == ["success"]
