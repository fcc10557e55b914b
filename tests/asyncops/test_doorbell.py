"""Bells that wait in Redis: as many as wake all workers, and no more looks at them than that takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rq import Queue

from asyncops import doorbell

QUEUE = "exports"


@pytest.fixture
def bells(monkeypatch) -> Iterator[Queue]:
    monkeypatch.setattr(doorbell, "_full_until", {})
    queue = doorbell.queue(QUEUE)
    queue.empty()
    yield queue
    queue.empty()


def ring(times: int) -> None:
    for _ in range(times):
        doorbell.ring(QUEUE)


def test_there_are_never_more_bells_than_enough(bells):
    ring(doorbell.ENOUGH + 3)
    assert bells.count == doorbell.ENOUGH


@pytest.mark.parametrize(("seconds", "found"), [(3600, 0), (0, 1)], ids=["meanwhile", "after that"])
def test_a_full_queue_is_not_looked_at_again_for_a_moment(bells, monkeypatch, seconds, found):
    monkeypatch.setattr(doorbell, "FULL_SECONDS", seconds)
    ring(doorbell.ENOUGH + 1)
    bells.empty()
    ring(1)
    assert bells.count == found


def test_another_queue_is_looked_at_meanwhile(bells, monkeypatch):
    monkeypatch.setattr(doorbell, "FULL_SECONDS", 3600)
    doorbell._full_until["default"] = float("inf")
    ring(1)
    assert bells.count == 1
