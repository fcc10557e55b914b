"""Null gives a variant back to what it inherits, and is an error of other products: the catalog knows which is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from catalog.commands import Json
from catalog.models import Product
from syncapi.shopware import values
from syncapi.shopware.schema import RESOURCES

_INHERITED: Final = [RESOURCES["product"].property_of(field) for field in RESOURCES["product"].named.inherited]
Item = Mapping[str, Json]


def marked(items: Sequence[Item]) -> Sequence[Item]:
    """The same, and of each product that is a variant already, and is cleared, that it is one."""
    asked = {item["payload"]["id"] for item in items if _is_cleared(item)}
    if not asked:
        return items
    found = Product.objects.filter(pk__in=map(UUID, asked), parent__isnull=False).values_list("pk", flat=True)
    variants = {id.hex for id in found}
    return [{**item, "variant": True} if item["payload"].get("id") in variants else item for item in items]


def _is_cleared(item: Item) -> bool:
    payload = item["payload"]
    is_product = item["entity"] == "product" and item["action"] != "delete"
    return is_product and any(payload.get(name, "") is None for name in _INHERITED) and values.is_id(payload.get("id"))
