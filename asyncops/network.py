"""Network work: several exchanges at a time, in threads without a database; leased and stored by the main thread."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

import structlog
from django.conf import settings

from asyncops import leasing

log = structlog.get_logger(__name__)
AHEAD: Final = 2  # leases for each thread, so that none waits for the database
LOOK: Final = 0.2  # seconds between two looks for work of a kind while exchanges are on their way


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A row that this process has leased."""

    id: int
    attempt: int  # the fencing token


W = TypeVar("W", bound=Work)
R = TypeVar("R")


class Kind(ABC, Generic[W, R]):
    """One kind of network work."""

    queue: ClassVar[str]  # whose doorbell rings for it
    table: ClassVar[str]

    @property
    @abstractmethod
    def parallel(self) -> int:
        """Exchanges of one worker at the same time."""

    @abstractmethod
    def claim(self, most: int, *, owner: str) -> list[W]:
        """Lease what is due, and commit that."""

    @abstractmethod
    def act(self, work: W) -> R:
        """The exchange, in a thread of its own. Raises nothing that the other side can cause: what it raises is our
        error, and its row comes again when its lease is over, without a limit unless its kind has one."""

    @abstractmethod
    def store(self, done: Sequence[tuple[W, R]]) -> None:
        """What became of it, in one transaction, where the lease is still ours."""

    @abstractmethod
    def is_due(self) -> bool: ...


class Crew:
    """The threads of one kind, and what they have in hand."""

    def __init__(self, kind: Kind[Any, Any], *, owner: str) -> None:
        self._kind = kind
        self._owner = owner
        self._threads = ThreadPoolExecutor(kind.parallel, thread_name_prefix=kind.queue)
        self._running: dict[Future[Any], Work] = {}
        self._renewed = time.monotonic()
        self._look_at = 0.0

    @property
    def running(self) -> Collection[Future[Any]]:
        return self._running.keys()

    def take(self, *, at_once: bool) -> bool:
        """Lease as much as there is room for, once a good part of it is free; whether there was any.

        Where there was none just now it does not look again yet, unless `at_once`.
        """
        room = self._kind.parallel * AHEAD - len(self._running)
        if room < self._kind.parallel or (time.monotonic() < self._look_at and not at_once):
            return False
        found = self._kind.claim(room, owner=self._owner)
        self._look_at = 0.0 if found else time.monotonic() + LOOK
        self._running |= {self._threads.submit(self._kind.act, work): work for work in found}
        return bool(found)

    def store(self) -> None:
        """What has ended. A row that made an error of ours comes again when its lease is over."""
        ended = [(future, self._running.pop(future)) for future in list(self._running) if future.done()]
        done = []
        for future, work in ended:
            if error := future.exception():
                log.error("network_work_failed", queue=self._kind.queue, row=work.id, exc_info=error)
            else:
                done.append((work, future.result()))
        if done:
            self._kind.store(done)
        self._keep()

    def leave(self) -> None:
        """Give back what is still in hand. Threads that are in an exchange end with the process."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._running:
            leasing.release(self._kind.table, self._held())
            self._running.clear()

    def _keep(self) -> None:
        if self._running and time.monotonic() - self._renewed > settings.LEASE_SECONDS / 3:
            leasing.renew(self._kind.table, self._held())
            self._renewed = time.monotonic()

    def _held(self) -> leasing.Held:
        return [(work.id, work.attempt) for work in self._running.values()]


def wait_for_any(crews: Sequence[Crew], *, seconds: float) -> None:
    """Until some exchange has ended."""
    wait([future for crew in crews for future in crew.running], timeout=seconds, return_when=FIRST_COMPLETED)
