"""The same writes of products through each of the four dialects: how it is asked, and which operation it then names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from requests import Response

from asyncops import jobids
from tests.acceptance.site import Site
from tests.foreign import Foreign

NOWHERE: Final = 999_999  # an attribute set that does not exist
TAX: Final = "5a4d3c2b1a0f4e9d8c7b6a5948372615"  # of the sample data
NOBODY: Final = "00000000000040008000000000000000"  # a tax that does not exist
EUR: Final = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
SKUS: Final = 500
JSON_API: Final = "application/vnd.api+json"

Json = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A product's new price, which no other item has."""

    sku: str
    price: int
    is_wrong: bool = False  # it also names a record that does not exist, and is refused for that


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """What is sent."""

    method: str
    path: str
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """`named`: the number or the uuid of the operation that an answer with 202 names."""

    name: str
    wire: Callable[[Sequence[Item]], Wire]
    named: Callable[[Response], str]
    weight: float  # its share of the requests
    skus: range  # whose products it may write
    may_be_wrong: bool = True


def magento_one(items: Sequence[Item]) -> Wire:
    product = _magento(items[0])
    return Wire(method="PUT", path=f"/rest/all/async/V1/products/{items[0].sku}", body={"product": product})


def magento_bulk(items: Sequence[Item]) -> Wire:
    body = [{"product": _magento(item)} for item in items]
    return Wire(method="POST", path="/rest/all/async/bulk/V1/products", body=body)


def _magento(item: Item) -> Json:
    attribute_set = NOWHERE if item.is_wrong else 4
    return {"sku": item.sku, "name": item.sku, "price": item.price, "attribute_set_id": attribute_set}


def shopware(items: Sequence[Item]) -> Wire:
    """Its sync route, asked to answer before it has written."""
    headers = {"Prefer": "respond-async", "Bulkhead-Keys": "natural", "Bulkhead-Policy": "each"}
    body = [{"entity": "product", "action": "upsert", "payload": [_shopware(item) for item in items]}]
    return Wire(method="POST", path="/api/_action/sync", body=body, headers=headers)


def _shopware(item: Item) -> Json:
    price = [{"currencyId": EUR, "gross": item.price, "net": item.price, "linked": False}]
    return {
        "productNumber": item.sku,
        "name": item.sku,
        "stock": 1,
        "price": price,
        "taxId": NOBODY if item.is_wrong else TAX,
    }


def oro(items: Sequence[Item]) -> Wire:
    headers = {"Content-Type": JSON_API, "Accept": JSON_API}
    return Wire(method="PATCH", path="/api/products", body={"data": [_oro(item) for item in items]}, headers=headers)


def _oro(item: Item) -> Json:
    family = {"data": {"type": "attributefamilies", "id": str(NOWHERE)}}
    return {
        "type": "products",
        "meta": {"upsert": ["sku"]},
        "attributes": {"sku": item.sku, "name": item.sku, "price": item.price},
        **({"relationships": {"attributeFamily": family}} if item.is_wrong else {}),
    }


class Shoptet:
    """Files of rows at an address of ours: each row names a product by its id."""

    def __init__(self, files: Foreign, ids: Mapping[str, str]) -> None:
        self.files, self.ids = files, ids

    def wire(self, items: Sequence[Item]) -> Wire:
        rows = [{"guid": self.ids[item.sku], "variants": [{"code": item.sku, "price": item.price}]} for item in items]
        content = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
        url = self.files.serves(f"/{items[0].price}.jsonl", content)
        return Wire(method="PATCH", path="/api/products/batch", body={"batchFileUrlPath": url})


def fronts(files: Foreign, ids: Mapping[str, str]) -> tuple[Front, ...]:
    """`ids` of the products that are there."""
    anything, there = range(SKUS), range(len(ids))
    return (
        Front(name="magento", wire=magento_bulk, named=_bulk, weight=0.7, skus=anything),
        Front(name="shopware", wire=shopware, named=_location, weight=0.14, skus=anything),
        Front(name="oro", wire=oro, named=_id, weight=0.11, skus=anything),
        Front(
            name="shoptet",
            wire=Shoptet(files, ids).wire,
            named=_job,
            weight=0.05,
            skus=there,
            may_be_wrong=False,
        ),
    )


def product_ids(site: Site) -> dict[str, str]:
    return {sku: str(id) for sku, id in site.rows("SELECT sku, id FROM catalog_product WHERE sku LIKE 'C%'")}


def _bulk(answer: Response) -> str:
    return str(answer.json()["bulk_uuid"])


def _location(answer: Response) -> str:
    return answer.headers["Location"].rpartition("/")[2]


def _id(answer: Response) -> str:
    return str(answer.json()["data"]["id"])


def _job(answer: Response) -> str:
    return str(jobids.number_of(answer.json()["data"]["jobId"]))
