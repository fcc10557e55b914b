"""A person at the admin, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from asyncops.models import Operation
from asyncops.states import State
from catalog.models import Organization, Product, User
from tests.asyncops.admin.scenes import decide, operation
from tests.asyncops.admin.scenes import page as page_of

pytestmark = pytest.mark.usefixtures("complaints")
PASSWORD = "correct horse battery"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def marta(committed: None) -> User:
    harbour = Organization.objects.create(name="Harbour Goods")
    return User.objects.create_superuser("marta", password=PASSWORD, organization=harbour)


@pytest.fixture
def at_the_list(page: Page, server: LiveServer, marta: User) -> Page:
    page.goto(f"{server.url}/admin/asyncops/operation/")
    page.get_by_label("Username").fill("marta")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def test_an_operation_is_cancelled_through_the_button_and_the_question(marta, at_the_list):
    made = operation(marta)
    at_the_list.reload()
    at_the_list.get_by_role("link", name=f"#{made.pk}").click()
    at_the_list.get_by_role("link", name="Cancel", exact=True).click()
    expect(at_the_list.get_by_text("Cancel 1 operation?")).to_be_visible()
    assert Operation.objects.get().state == State.NEW
    at_the_list.get_by_role("button", name="Yes, cancel").click()
    expect(at_the_list.get_by_text("1 cancelled.")).to_be_visible()
    expect(at_the_list.locator("h1 .op-badge")).to_have_text("cancelled")
    assert Operation.objects.get().state == State.CANCELLED


def test_operations_are_cancelled_through_the_action(marta, at_the_list):
    operation(marta), operation(marta), operation(marta, state=State.SUCCESS)
    at_the_list.reload()
    at_the_list.locator("#action-toggle").check()
    at_the_list.get_by_label("Action:").select_option("Cancel selected operations")
    at_the_list.get_by_role("button", name="Go").click()
    at_the_list.get_by_role("button", name="Yes, cancel").click()
    expect(at_the_list.get_by_text("2 cancelled, 1 already finished.")).to_be_visible()


def test_what_others_sent_is_text(marta, at_the_list, server):
    product = Product.objects.create(sku=SCRIPT, sku_key=SCRIPT, name=SCRIPT)
    made = operation(marta, items=[{"sku": SCRIPT}, {"sku": SCRIPT}], kind=SCRIPT, context={SCRIPT: SCRIPT})
    decide(made, 0, "created", product.pk)
    decide(made, 1, "refused", errors=[(SCRIPT, "dialect", {"message": SCRIPT, SCRIPT: SCRIPT})])
    for below in (page_of(made), f"/admin/asyncops/operation/{made.pk}/items/1/", "/admin/catalog/product/"):
        at_the_list.goto(server.url + below)
        expect(at_the_list.get_by_text(SCRIPT).first).to_be_visible()
    at_the_list.get_by_role("link", name=SCRIPT).first.click()
    expect(at_the_list.get_by_text("Change product")).to_be_visible()


def test_the_list_fits_a_telephone_and_the_dark(marta, at_the_list):
    made = operation(marta, state=State.FAILED)
    at_the_list.set_viewport_size({"width": 420, "height": 800})
    at_the_list.reload()
    expect(at_the_list.get_by_role("link", name=f"#{made.pk}")).to_be_visible()
    assert at_the_list.evaluate("document.documentElement.scrollWidth") <= 420
    background = "getComputedStyle(document.querySelector('.op-badge')).backgroundColor"
    by_day = at_the_list.evaluate(background)
    at_the_list.emulate_media(color_scheme="dark")
    assert at_the_list.evaluate(background) != by_day
