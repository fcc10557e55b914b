"""Runs inside the client's own environment (Python 3.12): models of every entity, saved back as they were read."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from shopware_api_client.base import AdminEndpoint
from shopware_api_client.client import AdminClient
from shopware_api_client.config import AdminConfig
from shopware_api_client.endpoints.admin.core.tax import Tax
from shopware_api_client.exceptions import SWAPIBadRequest, SWAPIErrorList, SWAPINotFound

given = json.load(sys.stdin)
told: dict[str, Any] = {}
PRICE = {"currencyId": given["currency"], "gross": 5, "net": 4, "linked": False}
PRICES = [{**PRICE, "listPrice": {"gross": 9, "net": 8, "linked": False}}]
ROUNDING = {"decimals": 2, "interval": 0.01, "roundForNet": True}


def payload(entity: str, **record: Any) -> dict[str, Any]:
    return {"entity": entity, "action": "upsert", "payload": [record]}


async def everything(client: AdminClient) -> None:
    """One record of each entity: as models, and sent back as they came."""
    number, tax, option = given["number"], given["ids"][0], given["ids"][1]
    picture, rule = {"media": {"title": "p"}, "position": 1}, {"name": "r", "priority": 1}
    product = {
        "id": given["ids"][2],
        "name": "of a client",
        "productNumber": number,
        "stock": 1,
        "taxId": tax,
        "price": PRICES,
        "purchasePrices": [PRICE],
        "manufacturer": {"name": "m", "description": "<b>m</b>"},
        "unit": {"name": "piece", "shortCode": "pc"},
        "deliveryTime": {"name": "soon", "min": 1, "max": 2, "unit": "day"},
        "cover": picture,
        "media": [picture],
        "categories": [{"id": given["ids"][3], "name": "c"}],
        "tags": [{"name": "t"}],
        "properties": [{"id": option, "name": "red", "group": {"name": "colour"}}],
        "options": [{"id": option}],
        "configuratorSettings": [{"optionId": option}],
        "visibilities": [{"salesChannelId": given["channel"], "visibility": 30}],
        "prices": [{"quantityStart": 1, "rule": rule, "price": PRICES}],
        "customFields": {"a": 1},
    }
    currency = {"name": "c", "factor": 1.1, "symbol": "x", "isoCode": given["iso"], "shortName": "x"}
    state = {"name": "s", "shortCode": "s"}
    operations = [
        payload("tax", id=tax, name="of a client", taxRate=7),
        payload("country", name="c", iso="XX", states=[state]),
        payload("currency", itemRounding=ROUNDING, totalRounding=ROUNDING, **currency),
        payload("product", **product),
    ]
    await client.post("/_action/sync", json={str(index): each for index, each in enumerate(operations)})
    for name in given["entities"]:
        newest = AdminEndpoint.registry[name](client).order_by("-created_at").limit(1)
        [record] = await newest.all()
        await record.save()
        told["saved"] = [*told.get("saved", []), name]


async def reading(client: AdminClient) -> None:
    product_id, category_id = given["ids"][2], given["ids"][3]
    product = await client.product.get(product_id)
    told["tax"] = (await product.tax).name
    told["linked"] = [category.name for category in await product.categories]
    found = await client.product.filter(name__startswith="of a", stock__gte=1, id__in=[product_id]).all()
    told["found"] = len(found)
    excluded = client.product.filter(product_number=given["number"]).exclude(name__contains="client")
    told["excluded"] = len(await excluded.all())
    related = await client.product.filter(id=product_id).select_related(manufacturer={}, prices={}).first()
    told["related"] = [(await related.manufacturer).name, len(await related.prices)]
    told["only"] = await client.tax.only(tax=["name"]).filter(id=given["ids"][0]).all(raw=True)
    mapped = await AdminEndpoint.registry["product_category"](client).filter(product_id=product_id).all()
    told["mapped"] = [row.category_id for row in mapped] == [category_id]


async def bulk(client: AdminClient) -> None:
    names = [f"bulk {number}" for number in range(5)]
    answer = await client.tax.bulk_upsert([{"name": name, "taxRate": 1} for name in names])
    told["bulk"] = len(answer["data"]["tax"])
    mine = client.tax.filter(name__startswith="bulk")
    paged = [tax.name async for tax in mine.order_by("name").iter(batch_size=2)]
    told["paged"] = paged == names
    try:
        await client.tax.bulk_upsert([{"name": "a"}, {"name": "b", "taxRate": 2}, {"name": 5, "taxRate": 2}])
    except SWAPIErrorList as refused:
        told["refused"] = [[each["idx"], each["entity"], each["field"]] for each in refused.get_pointed_errors()]
    gone = [{"id": id} for id in answer["data"]["tax"]]
    told["deleted"] = len((await client.tax.bulk_delete(gone))["deleted"]["tax"])
    key = {"productId": given["ids"][2], "categoryId": given["ids"][3]}
    answer = await AdminEndpoint.registry["product_category"](client).bulk_delete([key])
    told["unlinked"] = answer["deleted"]["product_category"] == [key]


async def single(client: AdminClient) -> None:
    created = await client.tax.create(Tax(client=client, name="single", tax_rate=3, position=1))
    created.name = "changed"
    await created.save()
    told["changed"] = (await client.tax.get(created.id)).name
    try:
        await client.tax.create({"taxRate": 3})
    except SWAPIBadRequest as refused:
        told["single"] = [refused.pointer_field, refused.detail]
    try:
        await created.delete()  # this version sends a delete again after its 204
    except SWAPINotFound:
        told["gone"] = True


async def main() -> None:
    async with AdminClient(AdminConfig(url=given["url"], **given["shopware"])) as client:
        await everything(client)
        await reading(client)
        await bulk(client)
        await single(client)
    user = {"username": given["username"], "password": given["password"], "grant_type": "password"}
    async with AdminClient(AdminConfig(url=given["url"], **user)) as client:
        told["user"] = (await client.tax.get(given["ids"][0])).tax_rate


asyncio.run(main())
sys.stdout.write(json.dumps(told) + "\n")
