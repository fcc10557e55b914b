"""What an integrator's program does with pymagento: reads, searches, writes one by one and in batches, polls."""

import json
import sys
import time

from magento import Magento
from magento.batches import ProductBatchGetter, ProductBatchSaver
from magento.exceptions import MagentoException

given = json.load(sys.stdin)
client = Magento(token=given["token"], base_url=given["url"], batch_page_size=7)
told = {}


def finished(bulk):
    until = time.monotonic() + 60
    while any(operation["status"] == 4 for operation in client.get_bulk_status(bulk)["operations_list"]):
        assert time.monotonic() < until, bulk
        time.sleep(0.1)
    return [operation["status"] for operation in client.get_bulk_status(bulk)["operations_list"]]


french = Magento(token=given["token"], base_url=given["url"], scope="fr")
told["root"] = french.get_root_category_id()
told["stores"] = [view["code"] for view in client.get_store_views()]
told["websites"] = [website["code"] for website in client.get_websites()]
told["configs"] = len(client.get_store_configs())
told["products"] = sum(1 for _ in client.get_products())
told["by_id"] = client.get_product_by_id(client.get_product("24-MB02")["id"])["sku"]
told["missing"] = client.get_product("no such/product")

sku = "PY 1/ü+x"
saved = client.save_product({"sku": sku, "name": "Py", "price": 5, "attribute_set_id": 4})
told["saved"] = client.get_product(sku)["sku"] == sku
told["updated"] = client.update_product(sku, {"price": 6})["price"]
renamed = client.update_product(sku, {"id": saved["id"], "sku": "PY2"}, save_options=True)
told["renamed"] = [renamed["sku"], client.get_product(sku)]
told["stock"] = client.update_product_stock_item_quantity("PY2", saved["id"], 3) == saved["id"]
told["qty"] = client.get_product_stock_item("PY2")["qty"]
told["prices"] = client.save_base_prices([{"price": 7, "sku": each, "store_id": 0} for each in ("PY2", "-")])
told["base"] = client.get_base_prices(["PY2"], store_id=0)
dates = {"price_from": "2026-01-01 00:00:00", "price_to": "2027-01-01 00:00:00"}
told["special"] = client.save_special_prices([{"price": 2, "sku": "PY2", "store_id": 0, **dates}])
told["no_special"] = client.delete_special_prices_by_sku(["PY2"])
told["unlinked"] = client.remove_product_website_link("PY2", 2)
told["linked"] = client.add_product_website_link("PY2", 2)

entry = {"media_type": "image", "label": "l", "position": 1, "disabled": False, "types": ["image"]}
entry["content"] = given["content"]
number = client.save_product_media("PY2", entry)
told["media"] = client.get_product_media("PY2", number)["label"]
told["medias"] = len(client.get_product_medias("PY2"))
told["no_media"] = client.delete_product_media("PY2", number)

bags = client.create_category({"name": "Py bags", "parent_id": 2, "is_active": True})
small = client.create_category({"name": "Py small", "parent_id": bags["id"], "is_active": True})
told["category"] = client.update_category(bags["id"], {"name": "Py sacks"})["name"]
told["below"] = [found["name"] for found in client.get_categories(path_prefix=bags["path"])]
told["moved"] = client.move_category(small["id"], 2)
bulk = client.async_add_products_to_categories([{"sku": "PY2", "category_id": bags["id"], "position": 1}])
told["added"] = finished(bulk["bulk_uuid"])
told["in_category"] = client.get_category_products(bags["id"])[0]["sku"]
told["removed"] = finished(client.async_remove_products_from_categories([(bags["id"], "PY2")])["bulk_uuid"])
told["gone"] = [client.remove_category(category["id"]) for category in (small, bags)]

with ProductBatchSaver(client, batch_size=2) as batch:
    for n in range(5):
        batch.save_product({"sku": f"PYB-{n}", "name": "B", "price": n, "attribute_set_id": 4})
told["batches"] = batch._sent_batches
bulk = client.async_update_products([{"sku": "PYB-0", "price": 9}, {"sku": "PYB-new"}])["bulk_uuid"]
told["statuses"] = finished(bulk)
told["count"] = client.get_bulk_operation_status_count(bulk, 3)
told["detailed"] = client.get_bulk_detailed_status(bulk)["operations_list"][0]["bulk_uuid"] == bulk
told["operations"] = sum(1 for _ in client.get_bulk_operations(limit=8))
told["batch_get"] = sorted(product["sku"] for product in ProductBatchGetter(client, ["PYB-0", "24-MB01", "nosuch"]))
told["attribute_sets"] = [found["attribute_set_id"] for found in client.get_attribute_sets()]
colour = client.save_attribute({"attribute_code": "py_colour", "default_frontend_label": "Colour"})
red = client.add_products_attribute_option("py_colour", {"label": "Red", "value": ""})
told["colour"] = [option["label"] for option in client.get_products_attribute_options("py_colour")]
told["in_set"] = client.assign_attribute_set_attribute(4, 1, "py_colour") == colour["attribute_id"]
told["no_red"] = client.delete_products_attribute_option("py_colour", red)
told["no_colour"] = client.delete_attribute("py_colour")
told["options"] = len(client.get_products_attribute_options("status"))
try:
    client.save_product({"sku": "PY3", "price": 1})
except MagentoException as error:
    told["error"] = str(error)
told["deleted"] = client.delete_product("PY2")
told["skipped"] = client.delete_product("PY2", skip_missing=True)
sys.stdout.write(json.dumps(told) + "\n")
