"""Servers in directories of their own, so that the suite's own servers and a running make serve are not disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from config.devservices import account, directories, places
from config.devservices.places import Place

Open = Callable[[Path], AbstractContextManager[Place]]


@pytest.fixture(scope="module")
def room() -> Iterator[Place]:
    """A throw-away place whose directory the servers' user can use, for places below it."""
    with places.throw_away() as place:
        yield place


@pytest.fixture
def lasting(room: Place) -> Open:
    return partial(places.opened, account=account.for_servers(directories.CHECKOUT), cache=room.cache, logs=room.logs)


@pytest.fixture
def base(room: Place) -> Path:
    return room.base / uuid4().hex[:8]
