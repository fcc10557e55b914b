"""The demo: requests as their documents give them, what is answered, and what became of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import demo_oro, demo_shoptet
from .access import Access
from .client import Client, Json
from .errors import DemoFailed
from .showing import pretty, show

SECONDS_TO_FINISH = 30
DONE, OPEN = 1, 4  # Magento's numbers for an operation's status


@dataclass(frozen=True, kw_only=True)
class Scene:
    title: str
    play: Callable[[Client], None]


def play(access: Access) -> None:
    client = Client(url=access.url, token=access.users["admin"]["token"])
    for number, scene in enumerate(SCENES, start=1):
        print(f"\n{number}. {scene.title}\n{'-' * 78}", flush=True)
        scene.play(client)


def magento_price_update(client: Client) -> None:
    path, change = "/rest/default/async/V1/products/24-MB01", {"product": {"price": 29}}
    before = _magento_product(client)
    if before["price"] == change["product"]["price"]:  # the last demo's work
        client.send("PUT", "/rest/default/V1/products/24-MB01", {"product": {"price": 34}})
        before = _magento_product(client)
    show("request", client.curl("PUT", path, change))
    accepted = client.send("PUT", path, change)
    show("answer", f"{accepted.line()}\n{pretty(accepted.body)}")
    began = time.monotonic()
    status = _magento_status(client, accepted.body["bulk_uuid"])
    show("status", f"after {(time.monotonic() - began) * 1000:.0f} ms\n{pretty(status)}")
    show("before", json.dumps(before))
    show("after", json.dumps(_magento_product(client)))


def _magento_status(client: Client, bulk: str) -> Json:
    deadline = time.monotonic() + SECONDS_TO_FINISH
    while time.monotonic() < deadline:
        status = client.send("GET", f"/rest/V1/bulk/{bulk}/status").body
        found = {operation["status"] for operation in status["operations_list"]}
        if found == {DONE}:
            return status
        if OPEN not in found:
            raise DemoFailed(why=f"bulk {bulk} did not succeed: {json.dumps(status)}")
        time.sleep(0.02)
    raise DemoFailed(why=f"bulk {bulk} is still open after {SECONDS_TO_FINISH} s, see .local/logs/worker-1.log")


def _magento_product(client: Client) -> Json:
    product = client.send("GET", "/rest/default/V1/products/24-MB01").body
    return {name: product[name] for name in ("sku", "name", "price")}


def shopware_sync(client: Client) -> None:
    """The document's own request; each run adds its records."""
    body = {
        "write-tax": _upsert("tax", {"name": "tax-1", "taxRate": 16}, {"name": "tax-2", "taxRate": 15}),
        "write-category": _upsert("category", {"name": "category-1"}, {"name": "category-2"}),
        "write-country": _upsert("country", {"name": "country-1"}, {"name": "country-2"}),
    }
    show("request", client.curl("POST", "/api/v3/_action/sync", body))
    answer = client.send("POST", "/api/v3/_action/sync", body)
    if not answer.body["success"]:
        raise DemoFailed(why=f"the sync request did not succeed: {json.dumps(answer.body)}")
    show("answer", f"{answer.line()}\n{json.dumps(answer.body)}")
    [tax] = answer.body["data"]["write-tax"]["result"][0]["entities"]["tax"]
    stored = client.send("GET", f"/api/v3/tax/{tax}").body["data"]
    show("stored", json.dumps({name: stored[name] for name in ("name", "taxRate")}))


def _upsert(entity: str, *records: Json) -> Json:
    return {"entity": entity, "action": "upsert", "payload": list(records)}


SCENES = (
    Scene(title="Magento: change a price asynchronously", play=magento_price_update),
    Scene(title="Oro: a list of accounts, one of them bad", play=demo_oro.play),
    Scene(title="Shopware: many records of many entities in one request", play=shopware_sync),
    Scene(title="Shoptet: an image by URL, a job, a signed webhook, a result", play=demo_shoptet.play),
)
