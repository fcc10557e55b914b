"""RQ's worker as this engine needs it, so that a plain `manage.py rqworker` is also the sweeper."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, connections
from rq import Queue
from rq import Worker as RqWorker
from rq.job import Job
from rq.serializers import JSONSerializer

ALLOWED: Final = frozenset({"asyncops.jobs.drain"})
PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None)

log = structlog.get_logger(__name__)


class NamedJob(Job):
    """Runs our own functions only: otherwise whoever can write to Redis can run any code in a worker."""

    @property
    def func(self) -> Callable[..., Any] | None:
        if self.func_name not in ALLOWED:
            raise PermissionError(f"{self.func_name} is not one of this project's jobs.")
        found: Callable[..., Any] | None = super().func
        return found


class Worker(RqWorker):
    def __init__(self, *args: Any, **options: Any) -> None:
        """RQ's own defaults would notice a dead worker after 800 seconds, and unpickle whatever Redis holds."""
        options |= {"worker_ttl": 17, "maintenance_interval": settings.SWEEP_SECONDS, "serializer": JSONSerializer}
        super().__init__(*args, **options)

    def run_maintenance_tasks(self) -> None:
        """Between jobs: RQ's own cleaning, then ours. No connection may cross the fork of the next work horse."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        from asyncops import sweeping

        try:
            sweeping.sweep()
        except DatabaseError as reason:
            log.warning("sweep_failed", reason=str(reason))
        finally:
            connections.close_all()

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """A work horse whose worker is killed must not live on beside its own replacement."""
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)
        super().main_work_horse(job, queue)
