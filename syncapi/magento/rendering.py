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
GROUPS: Final = {number: name for name, number in names.CUSTOMER_GROUPS.items()}
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


Parts = Sequence[dict[str, Json]]


def product(
    record: Record, *, attribute_set: int | None, entries: Parts = (), links: Parts = (), tier_prices: Parts = ()
) -> dict[str, Json]:
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
        "product_links": list(links),
        "options": [],
        "media_gallery_entries": list(entries),
        "tier_prices": list(tier_prices),
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
    extensions["stock_item"] = stock_item(record)
    return extensions


def stock_item(record: Record) -> dict[str, Json]:
    return {
        "item_id": record["number"],
        "product_id": record["number"],
        "stock_id": 1,
        "qty": record["stock"],
        "is_in_stock": record["stock"] > 0,
        "manage_stock": True,
    }


def entry(record: Record, *, file: str) -> dict[str, Json]:
    """A media gallery entry."""
    return {
        "id": record["number"],
        "media_type": "image",
        "label": record["label"],
        "position": record["position"],
        "disabled": record["disabled"],
        "types": record["types"],
        "file": file,
    }


def file(name: str, nth: int) -> str:
    """The path that Magento would give to the `nth` content of this name, from 0."""
    stem, dot, extension = name.rpartition(".")
    unique = f"{stem}_{nth}{dot}{extension}" if nth and dot else f"{name}_{nth}" if nth else name
    first, second = (["_" if character == "." else character for character in unique[:2]] + ["_"])[:2]
    return f"/{first}/{second}/{unique}"


def link(sku: str, type: str, linked_sku: str, linked_type: str, position: int) -> dict[str, Json]:
    return {
        "sku": sku,
        "link_type": type,
        "linked_product_sku": linked_sku,
        "linked_product_type": linked_type,
        "position": position,
    }


def tier_price(group: int, quantity: Decimal, value: Decimal, kind: str, website: int | None) -> dict[str, Json]:
    """A discount is a percentage; its value is shown among the extensions."""
    extensions: dict[str, Json] = {"website_id": website or 0}
    if kind == "discount":
        extensions["percentage_value"] = number(value)
    return {
        "customer_group_id": group,
        "qty": number(quantity),
        "value": number(value),
        "extension_attributes": extensions,
    }


def listed_tier_price(
    sku: str, group: int, quantity: Decimal, value: Decimal, kind: str, website: int | None
) -> dict[str, Json]:
    return {
        "price": number(value),
        "price_type": kind,
        "website_id": website or 0,
        "sku": sku,
        "customer_group": GROUPS.get(group, str(group)),
        "quantity": number(quantity),
    }


def source_item(sku: str, stock: int) -> dict[str, Json]:
    return {"sku": sku, "source_code": names.SOURCE, "quantity": stock, "status": int(stock > 0)}


def inventory_source(code: str) -> dict[str, Json]:
    return {"source_code": code, "name": "Default Source", "enabled": True}


def customer_group(number: int) -> dict[str, Json]:
    return {
        "id": number,
        "code": GROUPS[number],
        "tax_class_id": names.TAX_CLASS,
        "tax_class_name": "Retail Customer",
    }


def stock_status(item: Record) -> dict[str, Json]:
    return {
        "product_id": item["product_id"],
        "stock_id": item["stock_id"],
        "qty": item["qty"],
        "stock_status": int(item["is_in_stock"]),
        "stock_item": dict(item),
    }


def price(sku: str, store: int, values: Record) -> dict[str, Json]:
    return {"price": number(values["price_gross"]), "store_id": store, "sku": sku}


def special_price(sku: str, store: int, values: Record) -> dict[str, Json]:
    return {
        "price": number(values["special_price"]),
        "store_id": store,
        "sku": sku,
        "price_from": moment(values["special_from"]) if values.get("special_from") else None,
        "price_to": moment(values["special_to"]) if values.get("special_to") else None,
    }


def type_id(name: str) -> dict[str, Json]:
    return {"name": name, "label": f"{name.title()} Product"}


def _attributes(record: Record) -> Iterator[tuple[str, Json]]:
    """Code and value of what is no field of Magento's product, without those that have no value."""
    for code, attribute in names.ATTRIBUTES.items():
        if (value := record[attribute.field]) is not None:
            yield code, _text(value)
    if record["categories"]:
        yield "category_ids", [str(link["number"]) for link in record["categories"]]
    for code, value in record["custom_fields"].items():
        if value is not None:
            yield code, attribute_text(value)


def attribute_text(value: Json) -> str | list[str]:
    """The value of an attribute: a text, or a list of texts."""
    return [_text(part) for part in value] if isinstance(value, list) else _text(value)


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
