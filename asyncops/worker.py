"""RQ's worker as this engine needs it, so that a plain `manage.py rqworker` is also the sweeper."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseUnavailable
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from rq import Queue
from rq import Worker as RqWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from asyncops import memory

ALLOWED: Final = frozenset({"asyncops.jobs.drain"})
PR_SET_PDEATHSIG: Final = 1
STATEMENT_SECONDS: Final = 300  # below the time that a job may take: RQ's alarm would leave the statement running
REDIS_SECONDS: Final = 1.0  # between two attempts to reach it
HEARTBEAT_SECONDS: Final = 5  # between two signs of life of a worker whose work horse is busy; idle ones give more
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
        options |= {"job_monitoring_interval": HEARTBEAT_SECONDS}
        super().__init__(*args, **options)
        memory.settle()  # for all its work horses

    def run_maintenance_tasks(self) -> None:
        """Between jobs: RQ's own cleaning, then ours. No connection may cross the fork of the next work horse."""
        with _redis_may_be_away():
            if not self.connection.exists(self.key):  # a Redis that forgot everything came back
                self.register_birth()  # type: ignore[no-untyped-call]
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        from asyncops import sweeping

        with _own_connections("sweep_failed"):
            sweeping.sweep()

    def check_for_suspension(self, burst: bool) -> None:
        """The first that a worker does in each round: RQ's would end if Redis is away just then."""
        while not self._stop_requested:
            with _redis_may_be_away():
                super().check_for_suspension(burst)
                return
            time.sleep(REDIS_SECONDS)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Without Redis the job goes on, and its work horse is waited for: two would be one more than was asked for."""
        with _redis_may_be_away():
            super().execute_job(job, queue)
            return
        self.wait_for_horse()
        self._horse_pid = 0
        self.executions.clear()

    def heartbeat(self, *args: Any, **options: Any) -> None:
        with _redis_may_be_away():
            super().heartbeat(*args, **options)

    def set_state(self, *args: Any, **options: Any) -> None:
        with _redis_may_be_away():
            super().set_state(*args, **options)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """Its chunks need not wait for the end of their leases: nobody is left who could store an outcome."""
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        from asyncops import claims, sweeping, working

        with _own_connections("release_failed"):
            working.release_all_of(claims.owner(retpid))
            sweeping.sweep()

    def handle_warm_shutdown_request(self) -> None:
        """The work horse finishes its running chunk, not its whole job."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """A work horse whose worker is killed must not live on beside its own replacement."""
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)
        from asyncops import jobs

        jobs.listen_to(self.queue_names())
        connection_created.connect(_limit)
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """Also when the whole process group is asked to end, as service managers do."""
        from asyncops import jobs

        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTERM, jobs.stop)


@contextmanager
def _redis_may_be_away() -> Iterator[None]:
    """RQ's worker ends on most errors of its connection; nothing that it tells Redis is needed."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as reason:
        log.warning("redis_away", reason=str(reason))


@contextmanager
def _own_connections(failed: str) -> Iterator[None]:
    try:
        yield
    except DatabaseUnavailable as reason:
        log.warning(failed, reason=str(reason))
    finally:
        connections.close_all()


def _limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """A work horse that hangs or was stopped must not keep its locks, nor one that is dead its running statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, false), "
            "set_config('statement_timeout', %s, false), set_config('client_connection_check_interval', '1s', false)",
            [f"{settings.STALLED_SECONDS}s", f"{STATEMENT_SECONDS}s"],
        )
