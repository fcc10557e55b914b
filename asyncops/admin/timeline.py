"""What happened to an operation, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timesince import timesince

from asyncops.models import Operation
from asyncops.states import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """`at` None: not yet."""

    name: str
    at: datetime | None
    remark: str = ""


def of(operation: Operation) -> Sequence[Event]:
    events = [
        Event(name="Accepted", at=operation.accepted_at, remark=f"from {operation.user}"),
        Event(name="Started", at=operation.started_at, remark=_between(operation.accepted_at, operation.started_at)),
        Event(name="Cancel requested", at=operation.cancel_requested_at, remark=_asked_by(operation)),
        Event(name=_ending(operation), at=operation.finished_at, remark=_took(operation)),
        Event(name="Kept until", at=operation.expires_at),
    ]
    return [event for event in events if event.at or (event.name == "Started" and not operation.is_final)]


def _ending(operation: Operation) -> str:
    return {State.FAILED: "Failed", State.CANCELLED: "Cancelled"}.get(State(operation.state), "Finished")


def _asked_by(operation: Operation) -> str:
    asked = operation.cancel_requested_by
    return f"by {asked}" if asked else "by a user who is gone"


def _took(operation: Operation) -> str:
    return _span("took", operation.started_at or operation.accepted_at, operation.finished_at)


def _between(start: datetime, end: datetime | None) -> str:
    return _span("waited", start, end)


def _span(word: str, start: datetime, end: datetime | None) -> str:
    if end is None:
        return ""
    seconds = (end - start).total_seconds()
    return f"{word} {seconds:.1f} s" if seconds < 60 else f"{word} {timesince(start, end)}"
