"""One supervisor per data directory: file locks end with the last process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .directories import adopt
from .errors import AlreadyRunning

POLL = 0.02


@contextmanager
def exclusive(path: Path, *, patience: float = 0.0) -> Iterator[int]:
    """Hold the lock of `path` and give its descriptor, which children may inherit to hold it too.

    `patience` in seconds: how long another holder may take to go. Raises AlreadyRunning.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    adopt(path)
    try:
        _take(descriptor, path, deadline=time.monotonic() + patience)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, *, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise AlreadyRunning(lock=path) from None
        time.sleep(POLL)
