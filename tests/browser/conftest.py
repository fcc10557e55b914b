"""The system's Chromium at a running server. Where there is none, these scenes are reported as skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Organization, User

PASSWORD = "correct horse battery"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Playwright runs an event loop in this thread, from which Django would refuse to reach the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


@pytest.fixture(autouse=True)
def _django_db_marker() -> None:
    """The mark makes the test database; what these scenes write is committed and cleared by `committed`."""


@pytest.fixture(scope="session")
def base_url() -> None:
    """In the place of the plugin's own, of which this pytest warns."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def server(committed: None) -> Iterator[LiveServer]:
    """Not pytest-django's own fixture: that one empties every table afterwards, base data included."""
    running = LiveServer("localhost")
    yield running
    running.stop()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console says and what its pages throw: nothing, at the end of every scene."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: heard.append(f"error: {dialog.message}"))
    yield heard
    heard = [line for line in heard if line.startswith(("error", "warning"))]
    assert heard == []


@pytest.fixture
def marta(committed: None) -> User:
    harbour = Organization.objects.create(name="Harbour Goods")
    return User.objects.create_superuser("marta", password=PASSWORD, organization=harbour)


@pytest.fixture
def console(page: Page, server: LiveServer, marta: User) -> Page:
    page.goto(f"{server.url}/admin/asyncops/operation/")
    page.keyboard.type("marta")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#searchbar")).to_be_visible()
    return page
