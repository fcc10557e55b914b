"""The console in a real browser: find, watch, retry, create a token, and all of it without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from asyncops import doorbell, engine, intake
from asyncops.models import Operation
from asyncops.submissions import Caller, Submission
from catalog.models import AccessToken, User
from catalog.rights import Rights
from tests.asyncops.admin.scenes import page as page_of

pytestmark = pytest.mark.usefixtures("complaints")
SCRIPT = "<script>alert(1)</script>"
TABS = 120  # at most so many times Tab, from one thing of a page to another


def product(sku: str, **values):
    return {"product": {"sku": sku, "name": SCRIPT, "price": 1, "attribute_set_id": 4, **values}}


def accept(user: User, *items) -> Operation:
    submission = Submission(
        dialect="magento", kind="POST products", entity="product", items=items, context={"store": None, "path": {}}
    )
    return intake.accept(submission, by=Caller(user=user, rights=Rights.of(user)))


def tab_to(page: Page, *, text: str) -> None:
    """Press Tab until what has the focus says `text`, or is labelled so."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        focused = "(e => [e.innerText, e.value, e.labels?.[0]?.innerText].includes(%r))(document.activeElement)"
        if page.evaluate(focused % text):
            return
    pytest.fail(f"no way to {text} with the keyboard")


def test_found_by_sku_watched_to_the_end_and_retried(marta, console, server):
    made = accept(marta, product("CRATE-7"), product("CRATE-8", price=-1))
    console.get_by_label("Find", exact=True).fill("crate-7")
    console.get_by_role("button", name="Find").click()
    expect(console.locator("#result_list tbody tr")).to_have_count(1)
    console.get_by_role("link", name=f"#{made.pk}").click()
    expect(console.locator("h1 .op-badge")).to_have_text("new")
    engine.drain()
    expect(console.locator("h1 .op-badge")).to_have_text("success", timeout=10_000)
    expect(console.locator("#op-moves .op-progress")).to_have_text("2 of 2")
    expect(console.locator(".op-digest tbody tr")).to_have_count(1)
    expect(console.locator("#op-moves[hx-get]")).to_have_count(0)
    console.get_by_role("link", name="Magento").click()
    expect(console.locator("#op-as")).to_contain_text("operations_list")
    console.get_by_role("link", name="Retry refused").click()
    console.get_by_role("button", name="Yes, retry refused").click()
    expect(console.get_by_text(f"a child of operation {made.pk}")).to_be_visible()
    assert Operation.objects.get(parent=made).total == 1


def test_rows_of_the_list_move_until_they_end(marta, console):
    made = accept(marta, product("CRATE-7"))
    console.reload()
    expect(console.locator(f"#op-{made.pk}-state")).to_have_text("new")
    engine.drain()
    expect(console.locator(f"#op-{made.pk}-state")).to_have_text("success", timeout=10_000)
    expect(console.locator("#op-live[hx-get]")).to_have_count(0)


def test_without_a_mouse(marta, console):
    made = accept(marta, product("CRATE-7", price=-1))
    engine.drain()
    tab_to(console, text="Find")
    console.keyboard.type("CRATE-7")
    console.keyboard.press("Enter")
    console.wait_for_url("**q=CRATE-7**")
    expect(console.get_by_text("1 operation", exact=True)).to_be_visible()
    tab_to(console, text=f"#{made.pk}")
    console.keyboard.press("Enter")
    expect(console.locator("#op-moves")).to_be_visible()
    tab_to(console, text="RETRY REFUSED")
    console.keyboard.press("Enter")
    expect(console.get_by_text("Send the refused items again")).to_be_visible()
    tab_to(console, text="Yes, retry refused")
    console.keyboard.press("Enter")
    expect(console.get_by_text(f"a child of operation {made.pk}")).to_be_visible()


def test_the_dashboard_tells_that_nobody_works(marta, console, server):
    doorbell.queue().connection.flushdb()
    console.goto(f"{server.url}/admin/")
    expect(console.get_by_text("No worker is alive.")).to_be_visible()
    expect(console.locator(".op-chart svg")).to_be_visible()
    for width in (1400, 390):
        console.set_viewport_size({"width": width, "height": 900})
        assert console.evaluate("document.documentElement.scrollWidth") <= width


def test_a_record_says_who_wrote_it(marta, console, server):
    made = accept(marta, product("CRATE-7"))
    engine.drain()
    console.goto(server.url + page_of(made))
    console.get_by_role("link", name="CRATE-7").click()
    expect(console.locator("#op-history")).to_contain_text(f"operation {made.pk}, item 0")


def test_a_token_is_created_and_its_secret_shown_once(marta, console, server):
    console.goto(f"{server.url}/admin/catalog/accesstoken/")
    console.get_by_role("link", name="Add access token").click()
    console.get_by_label("Name").fill("ERP")
    console.get_by_role("button", name="Create").click()
    secret = console.get_by_label("Secret").input_value()
    assert AccessToken.objects.get().digest == AccessToken.digest_of(secret)
    console.get_by_role("link", name="I have copied it").click()
    expect(console.get_by_role("link", name="ERP")).to_be_visible()
    assert secret not in console.content()
