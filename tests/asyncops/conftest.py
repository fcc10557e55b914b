"""The engine's scenes speak the plain dialect, to a Valkey of their own number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from asyncops import dialects
from tests.asyncops.plain import Plain


@pytest.fixture(autouse=True)
def plain() -> Iterator[None]:
    dialects.register(Plain(), notifier=Plain())
    yield
    dialects._REGISTERED.pop(Plain.name)
    dialects._NOTIFIERS.pop(Plain.name)
