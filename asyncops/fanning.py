"""Events of products: once for each operation and product, written in slices, since an operation may have millions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from asyncops import outbox
from asyncops.dialects import Notice
from asyncops.models import Item, Operation, WebhookDelivery, WebhookFanout
from asyncops.network_models import Event
from catalog.models import Product

SLICE: Final = 1000  # items of one transaction
OUTCOMES: Final = {
    Event.PRODUCT_CREATE: "created",
    Event.PRODUCT_UPDATE: "updated",
    Event.PRODUCT_DELETE: "deleted",
}


def fan_out() -> bool:
    """Write the deliveries of one slice; whether there was one."""
    with transaction.atomic():
        waiting = WebhookFanout.objects.select_for_update(skip_locked=True, of=("self",))
        fanout = waiting.select_related("endpoint__organization").order_by("pk").first()
        if fanout is None:
            return False
        rows = Item.objects.filter(operation_id=fanout.operation_id, index__gte=fanout.next_index).order_by("index")
        if fanout.endpoint.event != Event.STOCK_MOVEMENT:
            rows = rows.defer("changes")
        items = list(rows[:SLICE])
        WebhookDelivery.objects.bulk_create(_deliveries(fanout, items), ignore_conflicts=True)
        if len(items) < SLICE:
            fanout.delete()
        else:
            fanout.next_index = items[-1].index + 1
            fanout.save(update_fields=["next_index"])
    return True


def _deliveries(fanout: WebhookFanout, items: Sequence[Item]) -> list[WebhookDelivery]:
    endpoint = fanout.endpoint
    found = dict.fromkeys(record for item in items for record in _meant(item, endpoint.event))
    products = _products(fanout, list(found))
    number = endpoint.organization.number
    return [
        outbox.delivery(
            endpoint,
            Notice(
                event=endpoint.event, organization=number, at=fanout.at, operation=fanout.operation_id, record=record
            ),
        )
        for record in products
    ]


def _meant(item: Item, event: str) -> Iterator[UUID]:
    """The records of which an item is an event. Stock moves where the journal keeps that it changed (a setting)."""
    if event == Event.STOCK_MOVEMENT:
        for entry in item.changes or ():
            if entry["entity"] == "product" and "stock" in entry.get("fields", {}) and entry["kind"] == "updated":
                yield UUID(entry["id"])
    elif item.outcome == OUTCOMES[Event(event)] and item.record_id:
        yield item.record_id


def _products(fanout: WebhookFanout, records: Sequence[UUID]) -> list[UUID]:
    """Those of the records that are products, or were: an operation may mix entities."""
    operation = Operation.objects.filter(pk=fanout.operation_id).first()
    if operation is not None and operation.entity == "product":
        return list(records)
    there = set(Product.objects.filter(pk__in=records).values_list("pk", flat=True))
    return [record for record in records if record in there]
