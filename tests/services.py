"""A pytest plugin that gives the tests a real PostgreSQL and a real Valkey before Django reads its settings.

pytest-django does that before any conftest.py, so this is loaded with -p (pyproject.toml).
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from config.devservices import directories, places, servers

SESSION = "BULKHEAD_TEST_SESSION"  # variable: a directory that all processes of a session share
TEST_SETTINGS = {"BULKHEAD_SECRET_KEY": "only-for-tests", "BULKHEAD_ALLOWED_HOSTS": "*"}
_running = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        os.environ["REDIS_URL"] = with_database(os.environ["REDIS_URL"], 1 + int(worker.removeprefix("gw")))
        return
    if "-h" in sys.argv or "--help" in sys.argv or "--version" in sys.argv:
        return
    atexit.register(_running.close)  # pytest that refuses its command line never comes to pytest_unconfigure
    place = _running.enter_context(places.throw_away())
    os.environ.update(_running.enter_context(servers.running(place)).environment)
    os.environ[SESSION] = str(directories.private(place.base / "session", account=place.account))
    for name, value in {**TEST_SETTINGS, "BULKHEAD_FILES_ROOT": str(place.logs.parent / "files")}.items():
        os.environ.setdefault(name, value)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _running.close()


def with_database(url: str, number: int) -> str:
    """The same Redis, another of its databases."""
    address, _, query = url.partition("?")
    return f"{address}?{urlencode(dict(parse_qsl(query)) | {'db': str(number)})}"


@contextmanager
def started_private_services(*, begins_with: Path | None = None) -> Iterator[servers.EmbeddedServers]:
    """Servers of one's own: `.postgres` and `.valkey` with start, stop and kill, and `.environment`."""
    with places.throw_away() as place, servers.embedded(place, begins_with=begins_with) as own:
        yield own


@pytest.fixture
def private_services() -> Iterator[servers.EmbeddedServers]:
    with started_private_services() as own:
        yield own
