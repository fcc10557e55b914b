"""What a benchmark yields, how it is repeated, printed and stored."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

RUNS = 5
STORED = Path(".local/bench.json")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`ratio`: to the floor that was measured in the same run, None where there is none."""

    name: str
    median_s: float
    records: int
    ratio: float | None = None

    @property
    def records_per_s(self) -> float:
        return self.records / self.median_s

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:7.2f} x floor"
        return f"{self.name:44} {self.median_s * 1000:10.1f} ms {self.records_per_s:12,.0f} records/s {ratio}"


Benchmark = Callable[[], Iterator[Figure]]


def median(act: Callable[[], object], *, before: Callable[[], object] = lambda: None, runs: int = RUNS) -> float:
    """Seconds of `act`, the middle of `runs`; `before` is not counted."""
    seconds = []
    for _ in range(runs):
        before()
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def store(figures: list[Figure]) -> None:
    """Add the figures to .local/bench.json, replacing those of the same name."""
    known = json.loads(STORED.read_text()) if STORED.exists() else {}
    for figure in figures:
        fields = asdict(figure) | {"records_per_s": figure.records_per_s}
        known[figure.name] = {name: fields[name] for name in ("median_s", "records_per_s", "ratio")}
    STORED.parent.mkdir(exist_ok=True)
    STORED.write_text(json.dumps(known, indent=2) + "\n")
