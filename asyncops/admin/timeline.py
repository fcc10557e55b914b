"""What happened to an operation, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Max, Min, Q, Sum
from django.urls import reverse
from django.utils.timesince import timesince

from asyncops.models import Chunk, Operation, WebhookDelivery
from asyncops.states import State

MOST_WEBHOOKS: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """`at` None: not yet."""

    name: str
    at: datetime | None
    remark: str = ""
    address: str = ""  # of a page that says more


def of(operation: Operation) -> Sequence[Event]:
    """Three queries: the chunks together, the webhooks that told of it, who asked to cancel."""
    events = [
        Event(name="Accepted", at=operation.accepted_at, remark=f"from {operation.user}"),
        Event(name="Started", at=operation.started_at, remark=_between(operation.accepted_at, operation.started_at)),
        *_chunks(operation),
        Event(name="Cancel requested", at=operation.cancel_requested_at, remark=_asked_by(operation)),
        Event(name=_ending(operation), at=operation.finished_at, remark=_took(operation)),
        *_webhooks(operation),
        Event(name="Kept until", at=operation.expires_at),
    ]
    return [event for event in events if event.at or (event.name == "Started" and not operation.is_final)]


def _chunks(operation: Operation) -> Iterator[Event]:
    """The first and the last that were applied, and what was tried again."""
    found = Chunk.objects.filter(operation=operation).aggregate(
        first=Min("applied_at"),
        last=Max("applied_at"),
        done=Count("applied_at"),
        repeated=Sum(F("attempt") - 1, filter=Q(attempt__gt=1)),
    )
    if found["done"] > 1:
        yield Event(name="First chunk applied", at=found["first"])
    repeated = f", {found['repeated']} tried again" if found["repeated"] else ""
    last = f"{found['done']:,} chunk{'s' * (found['done'] != 1)}{repeated}"
    yield Event(name="Last chunk applied", at=found["last"], remark=last)


def _webhooks(operation: Operation) -> Iterator[Event]:
    sent = WebhookDelivery.objects.filter(operation_id=operation.pk).defer("body").order_by("created_at", "pk")
    for delivery in sent[:MOST_WEBHOOKS]:
        tried = f"{delivery.attempts} attempt{'s' * (delivery.attempts != 1)}"
        address = reverse("admin:asyncops_webhookdelivery_change", args=[delivery.pk])
        yield Event(
            name=f"Webhook {delivery.event}",
            at=delivery.attempted_at or delivery.created_at,
            remark=f"{delivery.status}, {tried}",
            address=address,
        )


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
