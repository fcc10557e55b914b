"""Starts again what ends unasked, sooner the first time than the tenth."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .errors import DevServicesError

FIRST_DELAY, LONGEST_DELAY = 0.5, 10.0  # seconds
STEADY = 20.0  # seconds after which a failure is forgotten


class Process(Protocol):
    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def alive(self) -> bool: ...
    def kill(self) -> None: ...


@dataclass(kw_only=True)
class Watched:
    process: Process
    failures: int = 0
    started: float = 0.0
    due: float | None = None  # when it is to start again

    def look(self, *, now: float, say: Callable[[str], None]) -> None:
        if self.due is None and not self.process.alive():
            self._lost(now=now, say=say)
        elif self.due is not None and now >= self.due:
            self._start_again(now=now, say=say)

    def _lost(self, *, now: float, say: Callable[[str], None]) -> None:
        self.failures = 1 if now - self.started > STEADY else self.failures + 1
        delay = min(FIRST_DELAY * 2 ** (self.failures - 1), LONGEST_DELAY)
        self.due = now + delay
        say(f"{self.process.name} has ended unexpectedly (.local/logs), it starts again in {delay:g} s")
        self.process.kill()  # what it left behind may hold its port

    def _start_again(self, *, now: float, say: Callable[[str], None]) -> None:
        self.started, self.due = now, None
        try:
            self.process.start()
        except DevServicesError as problem:
            say(str(problem))
        else:
            say(f"{self.process.name} runs again")


def keep_alive(processes: Sequence[Process], *, say: Callable[[str], None]) -> None:
    """Until a signal comes."""
    watched = [Watched(process=process, started=time.monotonic()) for process in processes]
    while True:
        for one in watched:
            one.look(now=time.monotonic(), say=say)
        time.sleep(0.2)
