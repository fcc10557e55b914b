"""Runs inside the client's own environment: signs in both ways, syncs, searches, pages and deletes."""

from __future__ import annotations

import json
import sys
from typing import Any

from lib_shopware6_api_base import ConfShopware6ApiBase, Shopware6AdminAPIClientBase, ShopwareAPIError

given = json.load(sys.stdin)
api = {"shopware_admin_api_url": f"{given['url']}/api"}
told: dict[str, Any] = {}


def upsert(client: Shopware6AdminAPIClientBase, *records: dict[str, Any]) -> None:
    operation = {"entity": "tax", "action": "upsert", "payload": list(records)}
    headers = {"single-operation": "true", "indexing-behavior": "null", "fail-on-error": "true"}
    client.request_post("_action/sync", {"write": operation}, update_header_fields=headers)


keys = ConfShopware6ApiBase(**api, **given["shopware"], grant_type="resource_owner")
with Shopware6AdminAPIClientBase(config=keys) as client:
    upsert(client, *({"id": id, "name": "of a client", "taxRate": "7"} for id in given["ids"]))
    criteria = {"filter": [{"type": "equals", "field": "name", "value": "of a client"}]}
    told["found"] = len(client.request_post("search/tax", criteria).data)
    told["paged"] = len(client.request_get_paginated("tax", {}, junk_size=2).data)
    client.request_delete(f"tax/{given['ids'][0]}")
    told["left"] = len(client.request_post("search/tax", criteria).data)
    try:
        upsert(client, {"name": "without a rate"})
    except ShopwareAPIError as error:
        told["refused"] = type(error).__name__

user = ConfShopware6ApiBase(**api, username=given["username"], password=given["password"])
with Shopware6AdminAPIClientBase(config=user) as client:
    told["rate"] = client.request_get(f"tax/{given['ids'][1]}").data["taxRate"]

sys.stdout.write(json.dumps(told) + "\n")
