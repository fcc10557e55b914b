"""Products of about 600 bytes, and the floor: what PostgreSQL itself takes for the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from benchmarks.figures import median
from catalog.identity import uuid7
from catalog.models import Product as ProductModel
from catalog.models import Website
from catalog.plans import plan
from catalog.sql import copy_in, run

Product = dict[str, Any]  # by field of the entity


def products(count: int, *, salt: str = "") -> list[Product]:
    return [
        {
            "sku": f"BENCH-{index:07}",
            "name": f"Benchmark product {index} {salt}",
            "description": f"Product {index} {salt} " + "is described at some length, as products are. " * 7,
            "short_description": f"The product with the number {index}. " * 2,
            "url_key": f"benchmark-product-{index}",
            "active": True,
            "visibility": 4,
            "stock": index % 1000,
            "price_gross": f"{index % 997 + len(salt)}.90",
            "weight": "1.5",
        }
        for index in range(count)
    ]


def empty() -> None:
    run(
        "TRUNCATE catalog_product, catalog_productwebsite, asyncops_operation, asyncops_item, asyncops_itemerror, "
        "asyncops_fault, asyncops_mention, asyncops_turn CASCADE"
    )


def floor(records: Sequence[Product], *, beside: bool = False) -> float:
    """Median seconds of a bare binary COPY of `records` into the product table, with all its indexes and keys.

    With `beside`, also of the other rows that a worker writes for each: its link to the website, and its journal item.
    """
    return median(partial(_copy, *columns_of(records), beside=beside), before=empty)


def columns_of(records: Sequence[Product]) -> tuple[list[str], list[str], list[list[Any]]]:
    """The rows of these products as COPY takes them: columns, their types, values."""
    types = {str(field.column): _type(field) for field in ProductModel._meta.concrete_fields}
    rows = [_row(record, types) for record in records]
    columns = list(rows[0])
    return columns, [types[column] for column in columns], [list(row.values()) for row in rows]


def _copy(columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], *, beside: bool = False) -> None:
    with transaction.atomic():
        copy_in("catalog_product", columns, types, rows)
        if beside:
            ids = [row[columns.index("id")] for row in rows]
            copy_websites(ids)
            copy_items("product", ids)


def copy_websites(ids: Sequence[UUID]) -> None:
    """The link of each of these products to its website."""
    website = Website.objects.values_list("pk", flat=True)[0]
    copy_in("catalog_productwebsite", ["product_id", "website_id"], ["uuid", "uuid"], [(id, website) for id in ids])


def copy_items(entity: str, ids: Sequence[UUID]) -> None:
    """What the journal says of these new records."""
    told = ({"kind": "created", "entity": entity, "id": str(id)} for id in ids)
    items = [(1, index, "created", id, Jsonb([entry])) for index, (id, entry) in enumerate(zip(ids, told, strict=True))]
    columns = ["operation_id", "index", "outcome", "record_id", "changes"]
    copy_in("asyncops_item", columns, ["int8", "int4", "varchar", "uuid", "jsonb"], items)


def _row(record: Product, types: Mapping[str, str]) -> dict[str, Any]:
    """All that the writer stores for this record: what was sent, the defaults, and what it works out."""
    now = datetime.now(UTC)
    own = {"id": uuid7(), "created_at": now, "updated_at": now, "price_net": record["price_gross"]}
    values = {**plan("product").blank, **own, **record, "sku_key": record["sku"].casefold()}
    return {column: _value(value, types[column]) for column, value in values.items()}


def _value(value: Any, kind: str) -> Any:
    if kind == "numeric":
        return Decimal(value)
    return Jsonb(value) if kind == "jsonb" else value


def _type(field: Any) -> str:
    return str(field.db_type(connection)).split("(")[0].replace("timestamp with time zone", "timestamptz")


def settle() -> None:
    """Give the planner what it would know in a living database."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
