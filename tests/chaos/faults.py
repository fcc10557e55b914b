"""What goes wrong, and when: a plan drawn from the seed, carried out while the clients send."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import kill as send_signal
from signal import SIGKILL

from tests.acceptance.site import Site, horses_of, kill


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How often each fault happens."""

    workers: int
    valkeys: int
    postgreses: int
    webs: int

    def draw(self, chance: random.Random, *, seconds: float) -> list[tuple[float, str]]:
        """(second, fault), in order, all but the first and last tenth of the time."""
        names = ["worker"] * self.workers + ["valkey"] * self.valkeys
        names += ["postgres"] * self.postgreses + ["web"] * self.webs
        return sorted((chance.uniform(0.1, 0.9) * seconds, name) for name in names)


class Crew:
    """The processes of a site, replaced as soon as they are gone."""

    def __init__(self, site: Site, *, workers: int) -> None:
        self.site = site
        self.web = site.start_web()
        self.workers = [site.start_worker() for _ in range(workers)]
        self.done: Counter[str] = Counter()

    def suffer(self, plan: Sequence[tuple[float, str]], *, chance: random.Random, busy: Callable[[], bool]) -> None:
        """Carry the plan out; returns when it is through and `busy` says no more."""
        begun, left = time.monotonic(), list(plan)
        faults = {"worker": self._worker, "valkey": self._valkey, "postgres": self._postgres, "web": self._web}
        while left or busy():
            if left and time.monotonic() - begun >= left[0][0]:
                _, name = left.pop(0)
                faults[name](chance)
                self.done[f"killed: {name}"] += 1
            self.replace()
            time.sleep(0.02)

    def replace(self) -> None:
        for place, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[place] = self.site.start_worker()
                self.done["workers started again"] += 1

    def _worker(self, chance: random.Random) -> None:
        """The worker with its work horse, or the work horse alone."""
        worker = chance.choice(self.workers)
        horses = horses_of(worker)
        if horses and chance.random() < 0.6:
            self._kill(horses[0])
        else:
            kill(worker)

    def _valkey(self, chance: random.Random) -> None:
        valkey = self.site.services.valkey
        valkey.kill()
        shutil.rmtree(valkey.place.base / "valkey")
        time.sleep(chance.uniform(0, 1))
        valkey.start()

    def _postgres(self, chance: random.Random) -> None:
        """Immediate mode: connections break, and it recovers from its log."""
        self.site.services.postgres.stop()
        time.sleep(chance.uniform(0, 1))
        self.site.services.postgres.start()

    def _web(self, chance: random.Random) -> None:
        kill(self.web)
        self.web = self.site.start_web()

    @staticmethod
    def _kill(pid: int) -> None:
        try:
            send_signal(pid, SIGKILL)
        except ProcessLookupError:
            return  # it had just ended by itself
