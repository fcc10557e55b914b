"""Requests that wait for a worker: never so many that no thread is left for the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings

from asyncops.models import Operation
from asyncops.states import LIVE

FIRST_LOOK: Final = 0.01  # seconds; each pause is longer than the one before
LONGEST_PAUSE: Final = 0.25


def until_final(
    operations: Sequence[Operation], *, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Whether all of them reached their final state within `seconds`. False at once when too many wait already."""
    with place() as free:
        return free and _watch(operations, seconds, sleep)


@contextmanager
def place() -> Iterator[bool]:
    """One of this process's places for requests that wait, or False. Whoever holds a thread for long takes one."""
    taken = _places().acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _places().release()


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(settings.WAITING_REQUESTS)


def _watch(operations: Sequence[Operation], seconds: float, sleep: Callable[[float], None]) -> bool:
    live = Operation.objects.filter(pk__in=[operation.pk for operation in operations], state__in=LIVE)
    deadline, pause = time.monotonic() + seconds, FIRST_LOOK
    while live.exists():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)
    for operation in operations:
        operation.refresh_from_db()
    return True
