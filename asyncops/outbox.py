"""Webhooks that are due because operations have ended: written in the transaction that ends them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from asyncops import dialects, doorbell, schedule
from asyncops.dialects import Notice
from asyncops.network_models import Event, WebhookDelivery, WebhookEndpoint, WebhookFanout


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """An operation that has reached its final state, whichever."""

    operation: int
    organization: UUID
    at: datetime
    wrote: bool = True  # whether it has items that changed something


def write(ended: Sequence[Ended]) -> None:
    """The rows for every registered event. Two statements at most for each kind of row; one when nobody listens."""
    listening = _listening({entry.organization for entry in ended})
    if not listening:
        return
    pairs = [(entry, endpoint) for entry in ended for endpoint in listening[entry.organization]]
    jobs = [(entry, endpoint) for entry, endpoint in pairs if endpoint.event == Event.JOB_FINISHED]
    others = [(entry, endpoint) for entry, endpoint in pairs if endpoint.event != Event.JOB_FINISHED and entry.wrote]
    WebhookDelivery.objects.bulk_create([_of_job(entry, endpoint) for entry, endpoint in jobs])
    WebhookFanout.objects.bulk_create(
        [WebhookFanout(endpoint=endpoint, operation_id=entry.operation, at=entry.at) for entry, endpoint in others]
    )
    if jobs or others:
        transaction.on_commit(partial(doorbell.ring, "webhooks"), robust=True)


def delivery(endpoint: WebhookEndpoint, notice: Notice) -> WebhookDelivery:
    """Unsaved, due as the schedule says."""
    instance, body = dialects.notifier(endpoint.dialect).webhook_body(notice)
    return WebhookDelivery(
        organization_id=endpoint.organization_id,
        endpoint=endpoint,
        operation_id=notice.operation,
        url=endpoint.url,
        event=notice.event,
        event_created=notice.at,
        instance=instance,
        body=body,
        due_at=schedule.first(after=notice.at),
        created_at=notice.at,
    )


def _listening(organizations: Iterable[UUID]) -> dict[UUID, list[WebhookEndpoint]]:
    found: dict[UUID, list[WebhookEndpoint]] = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.filter(organization__in=organizations).select_related("organization"):
        found[endpoint.organization_id].append(endpoint)
    return found


def _of_job(entry: Ended, endpoint: WebhookEndpoint) -> WebhookDelivery:
    number = endpoint.organization.number
    return delivery(endpoint, Notice(event=endpoint.event, organization=number, at=entry.at, operation=entry.operation))
