"""Reads products for answers: a fixed number of queries, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from catalog import resolving, scopes
from catalog.commands import Json, Scope
from catalog.models import AttributeSet, ProductLink, TierPrice
from catalog.outcomes import missing
from catalog.registry import folded
from catalog.sql import run
from syncapi.magento import media, rendering
from syncapi.problems import RecordRefused


def show(ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]:
    """The products by id, as a store shows them (None: the base values). Unknown ids are left out."""
    records = scopes.read("product", ids, scope=Scope(store=store))
    sets = {record["attribute_set"] for record in records.values()} - {None}
    numbers = dict(AttributeSet.objects.filter(id__in=sets).values_list("id", "number")) if sets else {}
    entries = media.of_products(records, store=store)
    links, prices = links_of(records), _tier_prices(records)
    return {
        id: rendering.product(
            record,
            attribute_set=numbers.get(record["attribute_set"]),
            entries=entries.get(id, []),
            links=links.get(id, []),
            tier_prices=prices.get(id, []),
        )
        for id, record in records.items()
    }


def links_of(ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Json]]]:
    """The links of each product, by type and position."""
    found: dict[UUID, list[dict[str, Json]]] = defaultdict(list)
    rows = ProductLink.objects.filter(product_id__in=list(ids)).order_by("type", "position", "number")
    columns = ("product__sku", "type", "linked_product__sku", "linked_product__type", "position")
    for product, *values in rows.values_list("product_id", *columns):
        found[product].append(rendering.link(*values))
    return found


def _tier_prices(ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Json]]]:
    found: dict[UUID, list[dict[str, Json]]] = defaultdict(list)
    rows = TierPrice.objects.filter(product_id__in=list(ids)).order_by("quantity", "customer_group", "number")
    columns = ("customer_group", "quantity", "value", "value_type", "website__number")
    for product, *values in rows.values_list("product_id", *columns):
        found[product].append(rendering.tier_price(*values))
    return found


def one(sku: str, *, store: str | None) -> dict[str, Json]:
    """Raises RecordRefused, also when it goes while it is looked at."""
    id = find(sku)
    shown = show([id], store=store)
    if id not in shown:
        raise RecordRefused((missing("sku", sku),))
    return shown[id]


def stock_item(sku: str) -> dict[str, Json]:
    """Raises RecordRefused."""
    rows = run("SELECT number, stock FROM catalog_product WHERE sku_key = %b::text", [folded(sku)])
    if not rows:
        raise RecordRefused((missing("sku", sku),))
    [(number, stock)] = rows
    return rendering.stock_item({"number": number, "stock": stock})


def find(sku: str) -> UUID:
    """The id of the product with this SKU, whatever its case. Raises RecordRefused."""
    found = resolving.ids("product", "sku", [folded(sku)])
    if not found:
        raise RecordRefused((missing("sku", sku),))
    return next(iter(found.values()))


def prices(skus: Sequence[str]) -> list[tuple[str, int, dict[str, Json]]]:
    """SKU, store number and values of the base row (store 0) and of each store that has values of its own."""
    ids = resolving.ids("product", "sku", [folded(sku) for sku in skus])
    rows = run(_VALUES, [list(ids.values()), list(ids.values())])
    return [(sku, store, values) for sku, store, values in rows]


def tier_prices_of(skus: Sequence[str]) -> list[tuple[str, int, Decimal, Decimal, str, int | None]]:
    """SKU, group, quantity, value, its kind and the website's number of each tier price of these products."""
    ids = resolving.ids("product", "sku", [folded(sku) for sku in skus])
    return [tuple(row) for row in run(_TIER_PRICES, [list(ids.values())])]


_TIER_PRICES = """
    SELECT p.sku, t.customer_group, t.quantity, t.value, t.value_type, w.number
      FROM catalog_tierprice t JOIN catalog_product p ON p.id = t.product_id
      LEFT JOIN catalog_website w ON w.id = t.website_id
     WHERE t.product_id = ANY(%b::uuid[]) ORDER BY p.sku_key, t.number"""
_VALUES = """
    SELECT t.sku, 0::bigint, to_jsonb(t) FROM catalog_product t WHERE t.id = ANY(%b::uuid[])
     UNION ALL
    SELECT t.sku, s.number, v."values" FROM catalog_productstorevalue v
      JOIN catalog_product t ON t.id = v.product_id JOIN catalog_store s ON s.id = v.store_id
     WHERE v.product_id = ANY(%b::uuid[])
     ORDER BY 1, 2"""
