"""A worker's round: chunks in the main thread, network work in threads beside it, so that neither waits for the other.

What a worker does is what its queues stand for; whichever doorbell woke it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from typing import Any, Final

from django.conf import settings

from asyncops import claims, doorbell, engine, leasing, splitting
from asyncops.collecting import Bodies
from asyncops.delivering import Webhooks
from asyncops.downloading import Images
from asyncops.exporting import Exports
from asyncops.lanes import Lanes
from asyncops.network import LOOK, Crew, Kind, wait_for_any
from catalog import indexing

CATALOG: Final = "default"  # the queue of chunks
KINDS: Final[tuple[Kind[Any, Any], ...]] = (Images(), Webhooks(), Exports(), Bodies())
INDEXING: Final = "indexing"  # the queue of derived data
QUEUES: Final = (CATALOG, INDEXING, *(kind.queue for kind in KINDS))
SPLITTING: Final = 0.1  # seconds after which no other body is begun before the next chunks
GRACE: Final = 2.0  # seconds for exchanges that are on their way when the worker is asked to stop


def drain(
    *,
    queues: Collection[str] = QUEUES,
    seconds: float | None = None,
    chunks: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Work until nothing is due; whether `seconds`, `chunks` or `stopping` ended it first.

    After that no exchange begins, but those on their way are waited for, and chunks are worked on meanwhile.
    """
    crews = [Crew(kind, owner=claims.owner(os.getpid())) for kind in KINDS if kind.queue in queues]
    lanes = Lanes(second=settings.SECOND_LANE, most=chunks)
    round_ = _Round(crews, lanes, queues, seconds=seconds, stopping=stopping)
    try:
        more = round_.run()
    finally:
        for crew in crews:
            crew.leave()
        lanes.leave()
    if CATALOG in queues and INDEXING not in queues and indexing.is_behind():
        doorbell.ring(INDEXING)
    return more


def release_all_of(owner: str) -> None:
    """A process that is known to be dead holds nothing any more."""
    claims.release(owner)
    splitting.release(owner)
    for kind in KINDS:
        leasing.release_all_of(kind.table, owner)


class _Round:
    def __init__(
        self,
        crews: Collection[Crew],
        lanes: Lanes,
        queues: Collection[str],
        *,
        seconds: float | None,
        stopping: Callable[[], bool],
    ) -> None:
        self._crews = list(crews)
        self._lanes = lanes
        self._has_catalog = CATALOG in queues
        self._has_indexing = INDEXING in queues
        self._until = None if seconds is None else time.monotonic() + seconds
        self._stopping = stopping
        self._look_at = 0.0
        self._may_be_behind = self._has_indexing  # derived data

    def run(self) -> bool:
        while not self._stopping():
            worked = self._chunk()
            found = [] if self._is_over() else [crew.take(at_once=not self._busy) for crew in self._crews]
            busy = self._busy
            if self._is_over() and not busy:
                self._derive()  # chunks that never end do not put them off for ever
                return True
            derived = not worked and self._derive()
            if not (worked or derived or busy or any(found)):
                return False
            if busy:
                self._exchange(seconds=0 if worked or derived else LOOK)
        self._wind_up()
        return True

    @property
    def _busy(self) -> bool:
        return any(crew.running for crew in self._crews)

    def _is_over(self) -> bool:
        late = self._until is not None and time.monotonic() >= self._until
        return late or self._lanes.is_spent

    def _chunk(self) -> bool:
        """Bodies and one claim; not more often than it may be worth it."""
        if (self._is_over() and not self._busy) or (self._busy and time.monotonic() < self._look_at):
            return False
        worked = self._has_catalog and any([self._split(), self._lanes.next_claim(anyway=self._busy)])
        self._look_at = 0.0 if worked else time.monotonic() + LOOK
        self._may_be_behind |= worked and self._has_indexing
        return worked

    @staticmethod
    def _split() -> bool:
        """Bodies, for a moment: they do not wait until no chunk is left, and small ones are claimed together."""
        until, found = time.monotonic() + SPLITTING, False
        while time.monotonic() < until and engine.split_next():
            found = True
        return found

    def _derive(self) -> bool:
        """A batch of what follows from the chunks, which come first: callers wait for these. Whether there was any."""
        self._may_be_behind = self._may_be_behind and engine.derive(limit=indexing.BATCH) > 0
        return self._may_be_behind

    def _exchange(self, *, seconds: float) -> None:
        wait_for_any(self._crews, seconds=seconds)
        for crew in self._crews:
            crew.store()

    def _wind_up(self) -> None:
        until = time.monotonic() + GRACE
        while self._busy and time.monotonic() < until:
            self._exchange(seconds=until - time.monotonic())
