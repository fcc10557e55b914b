"""How the engine is doing, in figures that cost the same whatever was accepted before the last day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Sum
from django.db.models.functions import TruncHour

from asyncops.models import Chunk, Operation, OperationQuerySet
from asyncops.states import FINAL, LIVE, ChunkState, State

HOURS: Final = 24
MOST_COUNTED: Final = 1000  # of what is live; more are told as "more than"
RATE_WINDOW: Final = timedelta(minutes=1)
_COUNTERS: Final = ("created", "updated", "unchanged", "deleted", "refused")
_PROCESSED: Final = sum(map(F, _COUNTERS[1:]), F(_COUNTERS[0]))
_NEEDED: Final = ("state", "total", "started_at", "finished_at", *_COUNTERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """What ended in one hour."""

    begins: datetime
    operations: Mapping[str, int]  # by final state
    records: int  # that were processed by them
    refused: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    hours: Sequence[Hour]  # the last HOURS and the one that has begun, oldest first
    live: Mapping[str, int]  # operations that have not ended, by state: of the oldest MOST_COUNTED
    is_capped: bool  # there are more than those
    waiting: int  # records of those that nobody has processed yet
    rate: float  # records a second over the last minute
    oldest: Operation | None  # the first in the queue of which a chunk waits

    @property
    def ended(self) -> Mapping[str, int]:
        """Operations of all hours by final state."""
        total = Counter[str]()
        for hour in self.hours:
            total.update(hour.operations)
        return total

    @property
    def records(self) -> int:
        return sum(hour.records for hour in self.hours)

    @property
    def refused(self) -> int:
        return sum(hour.refused for hour in self.hours)

    @property
    def live_count(self) -> int:
        return sum(self.live.values())


def of(operations: OperationQuerySet, *, now: datetime) -> Overview:
    """Of those that the reader may see. Six queries."""
    live = list(operations.live().only(*_NEEDED).order_by("seq")[: MOST_COUNTED + 1])
    counted = live[:MOST_COUNTED]
    return Overview(
        hours=_hours(operations, now),
        live={state: sum(op.state == state for op in counted) for state in (State.NEW, State.RUNNING)},
        is_capped=len(live) > MOST_COUNTED,
        waiting=sum(op.total - op.processed for op in counted),
        rate=_rate(operations, counted, now),
        oldest=_oldest(operations),
    )


def _hours(operations: OperationQuerySet, now: datetime) -> list[Hour]:
    this = now.replace(minute=0, second=0, microsecond=0)
    begins = [this - timedelta(hours=back) for back in range(HOURS, -1, -1)]
    ended = operations.filter(finished_at__gte=begins[0], state__in=FINAL)
    rows = ended.values_list(TruncHour("finished_at"), "state").annotate(
        count=Count("pk"), records=Sum(_PROCESSED), refused_=Sum("refused")
    )
    found: dict[datetime, list[tuple[str, int, int, int]]] = {}
    for hour, *figures in rows.order_by():
        found.setdefault(hour, []).append(tuple(figures))
    return [_hour(begin, found.get(begin, [])) for begin in begins]


def _hour(begins: datetime, rows: Sequence[tuple[str, int, int, int]]) -> Hour:
    return Hour(
        begins=begins,
        operations={state: count for state, count, _, _ in rows},
        records=sum(records for _, _, records, _ in rows),
        refused=sum(refused for _, _, _, refused in rows),
    )


def _rate(operations: OperationQuerySet, live: Sequence[Operation], now: datetime) -> float:
    """As if each operation had gone at an even pace: its share of the window counts."""
    begin = now - RATE_WINDOW
    ended = operations.filter(finished_at__gte=begin)
    short = ended.filter(started_at__gte=begin).aggregate(records=Sum(_PROCESSED))["records"] or 0
    long = ended.filter(started_at__lt=begin).only(*_NEEDED)[:MOST_COUNTED]
    partly = sum(_within(op, begin, now) for op in (*long, *live) if op.started_at)
    return float(short + partly) / RATE_WINDOW.total_seconds()


def _within(operation: Operation, begin: datetime, now: datetime) -> float:
    """How many of its records were processed between `begin` and `now`."""
    assert operation.started_at is not None
    ended = operation.finished_at or now
    seconds = (ended - operation.started_at).total_seconds()
    inside = (ended - max(operation.started_at, begin)).total_seconds()
    return operation.processed * (inside / seconds if seconds > 0 else 1.0)


def _oldest(operations: OperationQuerySet) -> Operation | None:
    waiting = Chunk.objects.filter(operation=OuterRef("pk"), open=True, state=ChunkState.QUEUED)
    return operations.filter(Exists(waiting), state__in=LIVE).order_by("seq").first()
