"""These scenes need what `make clients` starts; `make test` leaves them alone."""

from __future__ import annotations

import os

import pytest

from tests.clients.live import VARIABLE, LiveSite

if VARIABLE not in os.environ:
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="session")
def live() -> LiveSite:
    return LiveSite.started()
