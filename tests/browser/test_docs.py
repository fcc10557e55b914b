"""Swagger UI without a network: what it needs comes from here, and it lists every operation of a document."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from syncapi.describing.documents import APIS, document

pytestmark = pytest.mark.usefixtures("complaints")


def unfold(page: Page) -> None:
    """Show the operations below every heading."""
    expect(page.locator(".opblock-tag").first).to_be_visible(timeout=30_000)
    page.evaluate("document.querySelectorAll('.opblock-tag').forEach(heading => heading.click())")


@pytest.mark.parametrize("name", APIS)
def test_every_operation_is_listed(page: Page, server: LiveServer, name: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/docs/{name}")
    unfold(page)
    described = sum(len(methods) for methods in document(name)["paths"].values())
    expect(page.locator(".opblock")).to_have_count(described)
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_from_the_first_page_to_the_form_of_a_body(page: Page, server: LiveServer):
    page.goto(f"{server.url}/docs/")
    page.get_by_role("link", name="Shoptet").first.click()
    unfold(page)
    block = page.locator(".opblock", has_text="/api/products/{guid}/images/{gallery}").filter(has_text="POST")
    block.first.locator("button").first.click()
    expect(block.first).to_contain_text("sourceUrl")
