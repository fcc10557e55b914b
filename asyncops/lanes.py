"""Two claims at a time in one work horse: while the database writes the one, Python makes the other ready.

For everybody else they are as two workers, with one exception: a chunk that may have killed its worker is worked on
while nothing else is, or the other lane's chunk would be suspected with it.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock
from typing import Final

from django.db import connections

from asyncops import claims, engine
from asyncops.claims import Claim

SWITCH_SECONDS: Final = 0.0005  # a lane whose statement has ended waits so long for the other one's Python


class Lanes:
    """The thread that makes it is the first lane. The second begins once there is more than one claim to work on."""

    def __init__(self, *, second: bool, most: int | None) -> None:
        """`most`: chunks, after which neither claims any more."""
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="lane") if second else None
        self._second: Future[None] | None = None
        self._most = math.inf if most is None else most
        self._claimed = 0  # chunks, by both
        self._claiming = Lock()
        self._at_work = Lock()  # the second lane's, while it has a claim
        self._ended = 0  # claims of the second lane
        self._seen = 0  # of those, by the first
        self._awaited = Event()  # the first lane waits for the end of the claim that the second one has
        self._is_warm = False  # the last look found something
        self._owner = claims.owner(os.getpid())

    @property
    def is_spent(self) -> bool:
        return self._claimed >= self._most

    def next_claim(self, *, anyway: bool = False) -> bool:
        """Work off what is next, `anyway` beyond the limit too; whether either lane had something to work on."""
        claimed = self._claim(anyway=anyway)
        if claimed and self._is_warm:
            self._wake()
        self._is_warm = bool(claimed)
        if not claimed:
            return self._await_second()
        if any(claim.alone for claim in claimed):
            with self._second_at_rest():
                engine.work(claimed)
        else:
            engine.work(claimed)
        return True

    def leave(self) -> None:
        """End the second lane after its claim. Raises what it has raised."""
        second, self._second = self._second, None
        if self._threads is not None and second is not None:
            self._awaited.set()
            self._threads.submit(connections.close_all)
            self._threads.shutdown()
            self._threads = None
            second.result()

    def _claim(self, *, suspects: bool = True, anyway: bool = False) -> list[Claim]:
        """One at a time, as all claims are: so the limit holds for both."""
        with self._claiming:
            if self.is_spent and not anyway:
                return []
            claimed = claims.claim(self._owner, suspects=suspects)
            self._claimed += len(claimed)
            return claimed

    def _await_second(self) -> bool:
        """What it has in hand may be what everything else waits for. Whether it has worked since the last time."""
        with self._second_at_rest():
            worked, self._seen = self._ended > self._seen, self._ended
        return worked

    @contextmanager
    def _second_at_rest(self) -> Iterator[None]:
        """It ends by itself: a lock that it takes again at once it might hold for as long as there is work."""
        self._awaited.set()
        with self._at_work:
            self._awaited.clear()
            yield

    def _wake(self) -> None:
        if self._threads is not None and (self._second is None or self._second.done()):
            if self._second is not None:
                self._second.result()
            sys.setswitchinterval(SWITCH_SECONDS)
            self._second = self._threads.submit(self._run)

    def _run(self) -> None:
        while not self._awaited.is_set():
            with self._at_work:
                claimed = self._claim(suspects=False)
                if not claimed:
                    return
                engine.work(claimed)
                self._ended += 1
