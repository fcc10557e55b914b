"""Runs inside the client's own environment: taxes, currencies, times and units by name, and products with pictures."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any

from lib_shopware6_api import Shopware6API
from lib_shopware6_api_base import ConfShopware6ApiBase

given = json.load(sys.stdin)
told: dict[str, Any] = {}
config = ConfShopware6ApiBase(
    shopware_admin_api_url=f"{given['url']}/api", **given["shopware"], grant_type="resource_owner"
)
api = Shopware6API(config=config)
client = api._admin_client
number, tax, media = given["number"], given["tax"], given["media"]

client.request_post("tax", {"id": tax, "name": f"tax {number}", "taxRate": 25})
client.request_post("unit", {"name": "piece", "shortCode": "pc"})
client.request_post("delivery-time", {"name": "soon", "min": 1, "max": 3, "unit": "day"})
told["tax"] = api.tax.get_tax_id_by_name(f"tax {number}") == tax
told["rate"] = str(api.tax.get_tax_rate_by_name(f"tax {number}"))
told["taxes"] = tax in {each["id"] for each in api.tax.get_taxes()}
told["currency"] = api.currency.get_currency_id_by_iso_code("EUR")
told["units"] = "piece" in {each["name"] for each in api.unit.search_units()}
told["times"] = set(api.delivery_time.get_delivery_times_sorted_by_min_days()[0])  # it deletes `apiAlias` from each
told["times"] = sorted(told["times"])

prices = {"price_brutto": Decimal("1E+2"), "tax_name": f"tax {number}"}
id = api.product.insert_product("of a client", product_number=number, stock=3, **prices)
told["known"] = api.product.is_product_number_existing(number)
[product] = [each for each in api.product.get_products() if each["id"] == id]
told["price"] = {name: product["price"][0][name] for name in ("gross", "net", "linked")}
api.product.upsert_product_payload(number, {"name": "changed", "stock": 4})
told["changed"] = client.request_get(f"product/{id}").data["name"]
payload = {"name": "by payload", "stock": 1, "taxId": tax, "price": product["price"]}
other = api.product.upsert_product_payload(f"{number}-2", payload)

client.request_post("media", {"id": media, "title": "a picture"})
relation = api.product.insert_product_media_relation(id, media, 0)
told["used"] = api.product.is_media_used_in_product_media(media)
told["relations"] = relation in {each["id"] for each in api.product.get_product_medias()}
api.product.delete_product_media_relations_by_product_number(number)
told["used after"] = api.product.is_media_used_in_product_media(media)
folders = f"/Product Media/{number}/deep"
told["folder"] = api.media.upsert_media_folders_by_path(path_media_folder=folders) is not None
filed = {"product_number": number, "position": 1, "url": "https://example.com/bag.jpg", "upload_media": False}
picture = api.media.upsert_media(**filed)
told["filed"] = api.media.is_media_existing_by_media_id(picture)
api.media.delete_media_folder_by_path(path_media_folder=f"/Product Media/{number}", force=True)
told["folder after"] = api.media.is_media_folder_existing_by_path(path_media_folder=folders)
for gone in (id, other):
    api.product.delete_product_by_id(gone)
told["left"] = [api.product.is_product_number_existing(each) for each in (number, f"{number}-2")]

sys.stdout.write(json.dumps(told) + "\n")
