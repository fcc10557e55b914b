"""What PostgreSQL and Valkey have in common: a child process that has started when it answers."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from .children import Child
from .errors import DidNotStart
from .places import Place

SECONDS_TO_START = 60


@dataclass(kw_only=True)
class Server(ABC):
    place: Place
    child: Child | None = field(default=None, init=False)

    name: ClassVar[str]

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def prepared(self) -> Child:
        """The child to start, everything that it needs being there."""

    @abstractmethod
    def answers(self) -> bool: ...

    def start(self) -> None:
        """Returns when it takes connections. Raises DevServicesError."""
        self.child = child = self.prepared()
        child.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.answers():
            if not child.alive() or time.monotonic() > deadline:
                why = child.ending()
                child.kill()
                raise DidNotStart(name=self.name, why=why, log=child.log, tail=child.log_tail())
            time.sleep(0.005)

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    def kill(self) -> None:
        if self.child is not None:
            self.child.kill()
