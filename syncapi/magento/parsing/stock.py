"""Stock items: what of them is the product's own is its quantity in pieces; all else follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from catalog.commands import Json, Upsert
from syncapi.magento import names
from syncapi.magento.drafts import Draft, scalar
from syncapi.magento.parsing.bodies import existing, inner, object_of, text

_KNOWN: Final = frozenset({*names.STOCK_ITEM, "extension_attributes"})
_TYPE: Final = "Magento\\CatalogInventory\\Api\\Data\\StockItemInterface"


def save_stock(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"productSku": "A", "itemId": 7, "stockItem": {"qty": 5}}` -> the stock of the product A."""
    draft = Draft()
    given = object_of(item, "stock_item", type_name=_TYPE, shown="stockItem")
    sku = text(item, "product_sku", draft, shown="productSku")
    read(given, draft, path="/stockItem")
    draft.refuse_if_wrong()
    return replace(existing(sku), values=draft.values)


def read(given: Json, draft: Draft, *, path: str) -> None:
    """Every field must be of its type; the quantity is kept."""
    stock = inner(given, draft, field="stock_item", path=path, known=_KNOWN)
    for name, sent in stock.items():
        if (kind := names.STOCK_ITEM.get(name)) is None:
            continue
        value = scalar(sent, kind, draft, field=name, path=f"{path}/{name}")
        if name == "qty" and value is not None:
            draft.values["stock"] = pieces(value)


def pieces(quantity: Json) -> Json:
    """Whole when it is: the catalog counts pieces, and refuses a fraction when the item is processed."""
    if quantity is None or type(quantity) is int:
        return quantity
    return int(float(quantity)) if float(quantity).is_integer() and abs(float(quantity)) < 2**53 else quantity
