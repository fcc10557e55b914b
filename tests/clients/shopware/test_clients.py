"""Published clients of Shopware's Admin API, unmodified, on a live site."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tests.clients.live import LiveSite, client

HERE = Path(__file__).resolve().parent


def ids(count: int) -> list[str]:
    return [uuid4().hex for _ in range(count)]


def test_lib_shopware6_api_base(live: LiveSite):
    admin = live.users["admin"]
    told = client("lib-shopware6-api").run(
        HERE / "use_lib_shopware6_api_base.py",
        url=live.url,
        shopware=live.shopware,
        username=admin["username"],
        password=admin["password"],
        ids=ids(3),
    )
    assert told.pop("paged") >= 3
    assert told == {"found": 3, "left": 2, "refused": "ShopwareAPIError", "rate": 7}


def test_shopwares_own_client_for_node(live: LiveSite):
    script = HERE / "use_api_client.mjs"
    told = client("shopware-js-api-client").run(script, url=live.url, shopware=live.shopware, ids=ids(2))
    assert told == {"found": 2, "refused": True}
