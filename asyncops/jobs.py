"""What RQ may run: one job without data, since what there is to do stands in PostgreSQL."""

from __future__ import annotations

import threading
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections

from asyncops import doorbell, engine

_stopping: Final = threading.Event()


def drain() -> None:
    """Work off runnable chunks for DRAIN_SECONDS or DRAIN_CHUNKS, then ring again if there is more.

    The process ends with the job, and with it whatever memory it took.
    """
    close_old_connections()
    if engine.drain(seconds=settings.DRAIN_SECONDS, chunks=settings.DRAIN_CHUNKS, stopping=_stopping.is_set):
        doorbell.ring()


def stop(*_: Any) -> None:
    """A signal handler: finish the running chunk and begin no other."""
    _stopping.set()
