"""Server-sent events: an operation as it goes on, until it ends. Whoever listens keeps a thread of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final

import orjson
from django.utils import timezone

from asyncops import waiting
from asyncops.models import Operation
from syncapi.operations import rendering
from syncapi.operations.problems import TooManyWait

PAUSE: Final = 0.5  # seconds between two looks
SILENCE: Final = 10.0  # seconds after which a comment is sent, so that nobody takes the connection for dead


class Events:
    """What a streaming answer sends. Takes its place at once, and gives it back when the answer is closed."""

    def __init__(self, operation: Operation, *, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raises TooManyWait."""
        self._place = ExitStack()
        if not self._place.enter_context(waiting.place()):
            raise TooManyWait(retry_after=rendering.LATEST)
        self._operation, self._seconds, self._sleep = operation, seconds, sleep

    def __iter__(self) -> Iterator[bytes]:
        deadline, spoken, told = time.monotonic() + self._seconds, time.monotonic(), ""
        while True:
            if told != (now := rendering.etag(self._operation)):
                told, spoken = now, time.monotonic()
                yield _event(self._operation, id=told)
            if self._operation.is_final or time.monotonic() >= deadline:
                return
            if time.monotonic() - spoken >= SILENCE:
                spoken = time.monotonic()
                yield b": still there\n\n"
            self._sleep(PAUSE)
            self._operation.refresh_from_db()

    def close(self) -> None:
        self._place.close()


def _event(operation: Operation, *, id: str) -> bytes:
    name = b"end" if operation.is_final else b"progress"
    data = orjson.dumps(rendering.operation(operation, now=timezone.now()))
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name, id.encode(), data)
