"""What RQ may run: one job without data, since what there is to do stands in PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections

from asyncops import doorbell, working

_stopping: Final = threading.Event()
_queues: Final = set(working.QUEUES)


def listen_to(queues: Iterable[str]) -> None:
    """In a worker that was told its queues: `drain` does only what these stand for."""
    _queues.intersection_update(queues)


def drain() -> None:
    """Do what is due for DRAIN_SECONDS or DRAIN_CHUNKS, then ring again if there is more.

    The process ends with the job, and with it whatever memory it took.
    """
    close_old_connections()
    limits = {"seconds": settings.DRAIN_SECONDS, "chunks": settings.DRAIN_CHUNKS}
    if working.drain(queues=_queues, stopping=_stopping.is_set, **limits):
        doorbell.ring(min(_queues, key=working.QUEUES.index))


def stop(*_: Any) -> None:
    """A signal handler: finish the running chunk and begin no other."""
    _stopping.set()
