"""Published clients of Shopware's Admin API, unmodified, on a live site."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tests.clients.live import LiveSite, client
from tests.syncapi.magento.scenes import content

HERE = Path(__file__).resolve().parent
EUR = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
CHANNEL = "98432def39fc4624b33213a56b8c944d"  # of the sample data


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


def test_lib_shopware6_api(live: LiveSite):
    tax, media = ids(2)
    told = client("lib-shopware6-api").run(
        HERE / "use_lib_shopware6_api.py",
        url=live.url,
        shopware=live.shopware,
        number=f"L-{uuid4().hex[:12]}",
        tax=tax,
        media=media,
    )
    assert told == {
        "tax": True,
        "rate": "25",
        "taxes": True,
        "currency": EUR,
        "units": True,
        "times": ["id", "name", "position"],
        "known": True,
        "price": {"gross": 100, "net": 80, "linked": True},
        "changed": "changed",
        "used": True,
        "relations": True,
        "used after": False,
        "folder": True,
        "filed": True,
        "folder after": False,
        "left": [False, False],
    }


ENTITIES = [  # that this client has models of
    "tax", "currency", "locale", "language", "country", "country_state", "unit", "delivery_time", "tag",
    "product_manufacturer", "property_group", "property_group_option", "media_folder_configuration", "media_folder",
    "media", "category", "sales_channel", "rule",
    "product", "product_media", "product_price", "product_visibility", "product_configurator_setting",
]  # fmt: skip


def test_shopware_api_client(live: LiveSite):
    admin, keys = live.users["admin"], ids(4)
    told = client("shopware-api-client").run(
        HERE / "use_shopware_api_client.py",
        url=live.url,
        shopware=live.shopware,
        username=admin["username"],
        password=admin["password"],
        ids=keys,
        number=f"S-{keys[0][:12]}",
        iso=keys[0][:3],
        currency=EUR,
        channel=CHANNEL,
        entities=ENTITIES,
    )
    only = told.pop("only")
    assert [(row["name"], row["apiAlias"]) for row in only] == [("of a client", "tax")]
    assert told == {
        "saved": ENTITIES,
        "tax": "of a client",
        "linked": ["c"],
        "found": 1,
        "excluded": 0,
        "related": ["m", 1],
        "mapped": True,
        "bulk": 5,
        "paged": True,
        "refused": [[0, "tax", "taxRate"], [2, "tax", "name"]],
        "deleted": 5,
        "unlinked": True,
        "changed": "changed",
        "single": ["name", "This value should not be blank."],
        "gone": True,
        "user": 7,
    }


def test_shopwares_own_sdk_for_apps(live: LiveSite):
    script = HERE / "use_app_server_sdk.mjs"
    image = content()["base64_encoded_data"]
    told = client("shopware-app-server-sdk").run(script, url=live.url, keys=live.shopware, channel=CHANNEL, image=image)
    refused = told.pop("refused")
    assert (refused[0], "This value should not be blank." in refused[1]) == (400, True)
    assert told == {
        "tax": [True, True],
        "ids": True,
        "folder": True,
        "part": ["App", True, False],
        "created": [30],
        "changed": ["App 2", [10], 1],
        "cover": True,
        "absent": 404,
        "stranger": 401,
        "gone": True,
    }
