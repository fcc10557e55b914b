"""A time limit for a whole exchange: a server that sends a byte now and then keeps no read time-out waiting."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType


class Deadline:
    """While it is entered, connections that it watches are cut off at its end, whoever reads from them."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self._cut = threading.Timer(seconds, self._end)
        self._cut.daemon = True
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._over = False

    @property
    def left(self) -> float:
        """Seconds, a little more than none even when it is over: a time-out of 0 would mean not to wait at all."""
        return max(self.until - time.monotonic(), 0.001)

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.until

    def watch(self, connection: socket.socket) -> None:
        """By a second descriptor, since TLS takes the first one over."""
        with self._lock:
            second = socket.socket(fileno=os.dup(connection.fileno()))
            self._watched.append(second)
            if self._over:
                _cut_off(second)

    def __enter__(self) -> Deadline:
        self._cut.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cut.cancel()
        with self._lock:
            for second in self._watched:
                second.close()
            self._watched.clear()

    def _end(self) -> None:
        with self._lock:
            self._over = True
            for second in self._watched:
                _cut_off(second)


def _cut_off(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)
