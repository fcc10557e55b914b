"""Swagger UI without a network: what it needs comes from here, and it lists every operation of a document."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from syncapi.describing.documents import APIS, document

pytestmark = pytest.mark.usefixtures("complaints")


def unfold(page: Page, tag: str) -> Locator:
    """The operations below a heading."""
    section = page.locator(".opblock-tag-section", has=page.locator(f'.opblock-tag[data-tag="{tag}"]'))
    section.locator(".opblock-tag").click(timeout=30_000)
    return section.locator(".opblock")


def tags(name: str) -> Counter[str]:
    """How many operations each heading has."""
    operations = [operation for methods in document(name)["paths"].values() for operation in methods.values()]
    return Counter(tag for operation in operations for tag in operation.get("tags", ["default"]))


@pytest.mark.parametrize("name", APIS)
def test_every_operation_is_listed(page: Page, server: LiveServer, name: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/docs/{name}")
    expect(page.locator(".opblock-tag")).to_have_count(len(tags(name)), timeout=30_000)
    for tag, operations in list(tags(name).items())[:3]:
        expect(unfold(page, tag)).to_have_count(operations)
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_from_the_first_page_to_the_form_of_a_body(page: Page, server: LiveServer):
    page.goto(f"{server.url}/docs/")
    page.get_by_role("link", name="Shoptet").first.click()
    block = unfold(page, "products").filter(has_text="POST").first
    block.locator("button").first.click()
    expect(block).to_contain_text("sourceUrl")


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_it_is_as_dark_as_the_reader_likes(page: Page, server: LiveServer, scheme: str, is_dark: bool):
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{server.url}/docs/operations")
    expect(page.locator(".opblock-tag").first).to_be_visible(timeout=30_000)
    painted = "getComputedStyle(document.querySelector('.swagger-ui')).color"
    assert (max(map(int, page.evaluate(painted)[4:-1].split(","))) > 127) is is_dark
