"""A program with my-magento: signs in, searches, changes values in scopes, stock and categories."""

import json
import sys

import magento

given = json.load(sys.stdin)
client = magento.Client(
    "127.0.0.1", given["username"], given["password"], login=False, user_agent="my-magento", log_level="ERROR"
)
client.BASE_URL = given["url"] + "/rest/V1/"
told = {"signed_in": client.authenticate(), "single_store": client.store.is_single_store}
told["stores"] = [view.code for view in client.store.views]
told["scopes"] = [code for code in client.store.website_attribute_codes if code in ("price", "name")]
told["all"] = len(client.products.get_all()) >= 50
product = client.products.by_sku("24-MB03")
told["sku"] = product.sku
told["updated"] = product.update_attributes({"price": 12})
told["custom"] = product.update_custom_attributes({"meta_title": "Title"})
told["stock"] = product.update_stock(17)
told["added"] = product.add_categories([2])
found = client.products.by_sku("24-MB03").custom_attributes["category_ids"]
told["categories"] = sorted(int(number) for number in found)[:1]
told["category"] = client.categories.by_id(2).name
told["none"] = client.products.by_sku("nosuch")
sys.stdout.write(json.dumps(told) + "\n")
