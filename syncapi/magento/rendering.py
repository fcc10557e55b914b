"""What goes out: the answer to an accepted request, and a product as Magento shows it (contract 3 and 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import orjson

from catalog.commands import Json
from syncapi.magento import names

_TIME: Final = "%Y-%m-%d %H:%M:%S"
Record = Mapping[str, Json]


def accepted(uuid: UUID, items: Sequence[Json], *, store: int, hashed: bool) -> dict[str, Json]:
    """The answer 202. `hashed`: with the SHA-256 of each stored item, which newer Magento sends."""
    return {
        "bulk_uuid": str(uuid),
        "request_items": [
            {
                "id": index,
                "data_hash": hashlib.sha256(serialized(item, store).encode()).hexdigest() if hashed else None,
                "status": "accepted",
            }
            for index, item in enumerate(items)
        ],
        "errors": False,
    }


def serialized(item: Json, store: int) -> str:
    """An item as its operation keeps it: JSON in JSON (contract 7)."""
    meta = orjson.dumps(item).decode()
    return orjson.dumps({"entity_id": None, "entity_link": "", "meta_information": meta, "store_id": store}).decode()


def product(record: Record, *, attribute_set: int | None) -> dict[str, Json]:
    """`record`: what catalog.scopes.read gives. Keys in Magento's order; what has no value is left out or null."""
    answer: dict[str, Json] = {
        "id": record["number"],
        "sku": record["sku"],
        "name": record["name"],
        "attribute_set_id": attribute_set,
        "price": number(record["price_gross"]),
        "status": 1 if record["active"] else 2,
        "visibility": record["visibility"],
        "type_id": record["type"],
        "created_at": moment(record["created_at"]),
        "updated_at": moment(record["updated_at"]),
        "weight": number(record["weight"]),
        "extension_attributes": _extensions(record),
        "product_links": [],
        "options": [],
        "media_gallery_entries": [],
        "tier_prices": [],
        "custom_attributes": [{"attribute_code": code, "value": value} for code, value in _attributes(record)],
    }
    if answer["weight"] is None:
        del answer["weight"]
    return answer


def _extensions(record: Record) -> dict[str, Json]:
    extensions: dict[str, Json] = {"website_ids": [website["number"] for website in record["websites"]]}
    if record["categories"]:
        extensions["category_links"] = [
            {"position": link["position"], "category_id": str(link["number"])} for link in record["categories"]
        ]
    extensions["stock_item"] = {
        "item_id": record["number"],
        "product_id": record["number"],
        "stock_id": 1,
        "qty": record["stock"],
        "is_in_stock": record["stock"] > 0,
        "manage_stock": True,
    }
    return extensions


def _attributes(record: Record) -> Iterator[tuple[str, Json]]:
    """Code and value of what is no field of Magento's product, without those that have no value."""
    for code, attribute in names.ATTRIBUTES.items():
        if (value := record[attribute.field]) is not None:
            yield code, _text(value)
    if record["categories"]:
        yield "category_ids", [str(link["number"]) for link in record["categories"]]
    for code, value in record["custom_fields"].items():
        if value is not None:
            yield code, [_text(part) for part in value] if isinstance(value, list) else _text(value)


def _text(value: Json) -> str:
    """A value of an attribute: always a text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal | float):
        return str(number(value))
    if isinstance(value, datetime):
        return moment(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def number(value: Json) -> int | float | None:
    """A JSON number; whole ones without a fraction. A store's value comes as text or float, the base's as Decimal."""
    if value is None:
        return None
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def moment(value: datetime | str) -> str:
    """UTC, `YYYY-MM-DD HH:MM:SS`. A store's value comes as text."""
    given = datetime.fromisoformat(value) if isinstance(value, str) else value
    return given.astimezone(UTC).strftime(_TIME)
