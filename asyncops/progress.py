"""How far an operation is and how long the rest will take: a pure function of its counters and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Measured(Protocol):
    """What of an operation its progress depends on."""

    total: int
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def processed(self) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    processed: int  # items; never falls
    total: int
    rate: float | None  # items a second since the first claim; None before anything is known
    remaining_seconds: float | None  # an estimate; 0 once it has ended, None before anything is known


def of(operation: Measured, *, now: datetime) -> Progress:
    rate = _rate(operation, now)
    return Progress(
        processed=operation.processed, total=operation.total, rate=rate, remaining_seconds=_remaining(operation, rate)
    )


def _rate(operation: Measured, now: datetime) -> float | None:
    if operation.started_at is None:
        return None
    seconds = ((operation.finished_at or now) - operation.started_at).total_seconds()
    return operation.processed / seconds if seconds > 0 and operation.processed else None


def _remaining(operation: Measured, rate: float | None) -> float | None:
    if operation.finished_at is not None:
        return 0.0
    return None if rate is None else (operation.total - operation.processed) / rate
