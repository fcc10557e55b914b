"""Links between products, websites, stock and lists of prices: each with its own call, each in its own form."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product, ProductLink, ProductWebsite
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento
from tests.syncapi.magento.scenes import query

RELATED = {"sku": BAG, "link_type": "related", "linked_product_sku": OTHER_BAG, "linked_product_type": "simple"}


def links(magento: Magento, kind: str = "related") -> Any:
    return magento.call("GET", f"products/{BAG}/links/{kind}").json


def test_links_of_a_type_are_replaced(magento: Magento):
    upsell = RELATED | {"link_type": "upsell"}
    for items in ([RELATED | {"position": 2}], [upsell]):
        answer = magento.call("POST", f"products/{BAG}/links", {"items": items})
        assert (answer.status, answer.json) == (200, True)
    assert links(magento) == [RELATED | {"position": 2}]
    assert links(magento, "upsell") == [upsell | {"position": 0}]
    assert len(magento.product()["product_links"]) == 2


def test_one_link_is_added_changed_and_removed(magento: Magento):
    for position in (1, 5):
        assert magento.call("PUT", f"products/{BAG}/links", {"entity": RELATED | {"position": position}}).json is True
    assert [link["position"] for link in links(magento)] == [5]
    path = f"products/{BAG}/links/related/{OTHER_BAG}"
    assert magento.call("DELETE", path).json is True
    again = magento.call("DELETE", path)
    assert (again.status, again.json) == (
        404,
        {"message": "Product %1 doesn't have linked %2 as %3", "parameters": [BAG, OTHER_BAG, "related"]},
    )


@pytest.mark.parametrize(
    ("change", "message", "parameter"),
    [
        ({"link_type": "nosuch"}, 'The "%1" link type wasn\'t found. Verify the type and try again.', "nosuch"),
        ({"linked_product_sku": "nosuch"}, 'The Product with the "%1" SKU doesn\'t exist.', "nosuch"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(magento: Magento, change: dict[str, str], message: str, parameter: str):
    answer = magento.call("POST", f"products/{BAG}/links", {"items": [RELATED | change]})
    assert (answer.status, answer.json) == (404, {"message": message, "parameters": [parameter]})
    assert not ProductLink.objects.exists()


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_unknown_type_is_the_only_error_even_beside_a_link_of_another_type(magento: Magento, method: str):
    magento.call("POST", f"products/{BAG}/links", {"items": [RELATED]})
    wrong = RELATED | {"link_type": "nosuch"}
    body = {"items": [wrong]} if method == "POST" else {"entity": wrong}
    answer = magento.call(method, f"products/{BAG}/links", body)
    message = 'The "%1" link type wasn\'t found. Verify the type and try again.'
    assert (answer.status, answer.json) == (404, {"message": message, "parameters": ["nosuch"]})
    assert links(magento) == [RELATED | {"position": 0}]


def test_an_unknown_type_of_links_is_not_found(magento: Magento):
    answer = magento.call("GET", f"products/{BAG}/links/nosuch")
    assert (answer.status, answer.json["parameters"]) == (404, ["nosuch"])
    assert {kind["name"] for kind in magento.call("GET", "products/links/types").json} >= {"related", "upsell"}


def test_links_are_refused_later_in_bulk(magento: Magento):
    items = [{"sku": BAG, "type": "related", "linkedProductSku": OTHER_BAG}]
    uuid = magento.accept("DELETE", "products/bySku/links/byType/byLinkedProductSku", items, form="async/bulk")
    work_off()
    [failed] = magento.status(uuid)["operations_list"]
    assert (failed["status"], failed["result_message"]) == (
        3,
        f"Product {BAG} doesn't have linked {OTHER_BAG} as related",
    )


def test_the_links_of_a_product_are_replaced_with_it(magento: Magento):
    product = {"product_links": [RELATED, RELATED | {"link_type": "crosssell"}]}
    assert len(magento.call("PUT", f"products/{BAG}", {"product": product}).json["product_links"]) == 2
    for keep in ({}, {"product_links": None}):
        magento.call("PUT", f"products/{BAG}", {"product": keep})
    assert ProductLink.objects.count() == 2
    assert magento.call("PUT", f"products/{BAG}", {"product": {"product_links": []}}).json["product_links"] == []


def test_tier_prices_are_replaced_when_given(magento: Magento):
    prices = [
        {"customer_group_id": 0, "qty": 10, "value": 25.5},
        {
            "customer_group_id": 1,
            "qty": "20",
            "value": 0,
            "extension_attributes": {"percentage_value": 10, "website_id": 2},
        },
    ]
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"tier_prices": prices}})
    assert answer.json["tier_prices"] == [
        {"customer_group_id": 0, "qty": 10, "value": 25.5, "extension_attributes": {"website_id": 0}},
        {
            "customer_group_id": 1,
            "qty": 20,
            "value": 10,
            "extension_attributes": {"website_id": 2, "percentage_value": 10},
        },
    ]
    assert len(magento.call("PUT", f"products/{BAG}", {"product": {"price": 1}}).json["tier_prices"]) == 2
    assert magento.call("PUT", f"products/{BAG}", {"product": {"tier_prices": []}}).json["tier_prices"] == []


def test_websites_are_added_and_removed(magento: Magento):
    assert magento.call("DELETE", f"products/{BAG}/websites/2").json is True
    assert magento.product()["extension_attributes"]["website_ids"] == [1]
    link = {"productWebsiteLink": {"sku": BAG, "website_id": 2}}
    assert magento.call("POST", f"products/{BAG}/websites", link).json is True
    assert magento.product()["extension_attributes"]["website_ids"] == [1, 2]
    wrong = magento.call("POST", f"products/{BAG}/websites", {"productWebsiteLink": {"sku": BAG, "website_id": 9}})
    assert (wrong.status, wrong.json["parameters"]) == (404, ["9"])
    assert ProductWebsite.objects.count() == 4


def test_stock_is_written_and_read(magento: Magento):
    number = Product.objects.get(sku=BAG).number
    answer = magento.call("PUT", f"products/{BAG}/stockItems/{number}", {"stockItem": {"qty": 5, "is_in_stock": True}})
    assert (answer.status, answer.json) == (200, number)
    assert magento.call("GET", f"stockItems/{BAG}").json == {
        "item_id": number,
        "product_id": number,
        "stock_id": 1,
        "qty": 5,
        "is_in_stock": True,
        "manage_stock": True,
    }


SOURCE_ITEM = {"sku": BAG, "source_code": "default", "quantity": 7, "status": 1}


def source_items(magento: Magento, *groups: Any) -> Any:
    return magento.call("GET", f"inventory/source-items{query(*groups)}").json


def test_source_items_are_the_stock(magento: Magento):
    items = [SOURCE_ITEM, {"sku": OTHER_BAG, "source_code": "default", "quantity": "0.0", "status": 0}]
    answer = magento.call("POST", "inventory/source-items", {"sourceItems": items})
    assert (answer.status, answer.json) == (200, [])
    assert magento.call("GET", f"stockItems/{BAG}").json["qty"] == 7
    found = source_items(magento, [("status", "0", "eq")])
    assert found["items"] == [{"sku": OTHER_BAG, "source_code": "default", "quantity": 0, "status": 0}]
    assert source_items(magento, [("sku", BAG, "eq")], [("source_code", "default", "eq")])["total_count"] == 1
    assert source_items(magento, [("source_code", "paris", "eq")])["items"] == []


def test_source_items_of_a_bulk_are_applied(magento: Magento):
    bulk = [{"sourceItems": [SOURCE_ITEM]}, {"source_items": [SOURCE_ITEM | {"sku": "nosuch"}]}]
    uuid = magento.accept("POST", "inventory/source-items", bulk, form="async/bulk", store="all")
    work_off()
    assert [operation["status"] for operation in magento.status(uuid)["operations_list"]] == [1, 3]
    assert Product.objects.get(sku=BAG).stock == 7


@pytest.mark.parametrize(
    ("change", "status", "message", "parameters"),
    [
        ({"source_code": "paris"}, 400, 'Source with code "%sourceCode" does not exist', {"sourceCode": "paris"}),
        ({"quantity": None}, 400, '"%fieldName" is required. Enter and try again.', {"fieldName": "quantity"}),
        ({"sku": "nosuch"}, 404, 'The product with SKU "%1" does not exist.', ["nosuch"]),
    ],
)
def test_one_bad_source_item_keeps_all_from_being_written(
    magento: Magento, change: dict[str, Any], status: int, message: str, parameters: Any
):
    items = [SOURCE_ITEM, SOURCE_ITEM | change]
    answer = magento.call("POST", "inventory/source-items", {"sourceItems": items})
    assert (answer.status, answer.json) == (status, {"message": message, "parameters": parameters})
    assert Product.objects.get(sku=BAG).stock == 100


def test_there_is_one_source(magento: Magento):
    answer = magento.call("GET", "inventory/sources?searchCriteria").json
    assert answer["items"] == [{"source_code": "default", "name": "Default Source", "enabled": True}]
    assert magento.call("GET", f"inventory/sources{query([('source_code', 'paris', 'eq')])}").json["items"] == []

    assert magento.call("GET", "inventory/sources/default").json == answer["items"][0]
    missing = magento.call("GET", "inventory/sources/paris")
    assert (missing.status, missing.json["parameters"]) == (404, {"sourceCode": "paris"})


def test_a_source_item_that_is_deleted_leaves_no_stock(magento: Magento):
    items = [{"sku": BAG, "source_code": "default"}]
    assert magento.call("POST", "inventory/source-items-delete", {"sourceItems": items}).json == []
    status = magento.call("GET", f"stockStatuses/{BAG}").json
    assert (status["qty"], status["stock_status"], status["stock_item"]["is_in_stock"]) == (0, 0, False)
    assert magento.call("GET", f"stockStatuses/{OTHER_BAG}").json["stock_status"] == 1
    assert magento.call("GET", "stockStatuses/nosuch").status == 404


def test_groups_of_customers_are_found_by_code(magento: Magento):
    found = magento.call("GET", f"customerGroups/search{query([('code', 'general', 'eq')])}").json
    assert (found["total_count"], [group["id"] for group in found["items"]]) == (1, [1])
    assert magento.call("GET", "customerGroups/1").json == found["items"][0]
    groups = magento.call("GET", f"customerGroups/search{query()}").json["items"]
    assert [group["code"] for group in groups] == ["NOT LOGGED IN", "General", "Wholesale", "Retailer"]
    assert magento.call("GET", "customerGroups/7").status == 404


def test_prices_are_written_in_a_list_of_which_bad_ones_are_told(magento: Magento):
    prices = [
        {"sku": BAG, "store_id": 0, "price": 5},
        {"sku": BAG, "store_id": 2, "price": 6},
        {"sku": "nosuch", "store_id": 0, "price": 5},
        {"sku": OTHER_BAG, "store_id": 9, "price": 5},
        {"sku": OTHER_BAG, "store_id": 0, "price": -1},
    ]
    answer = magento.call("POST", "products/base-prices", {"prices": prices})
    assert answer.status == 200
    unnamed = "Invalid attribute %fieldName = %fieldValue."
    assert answer.json == [
        {"message": unnamed, "parameters": ["SKU", "nosuch"]},
        {
            "message": f"Requested store is not found. Row ID: SKU = {OTHER_BAG}, Store ID: 9.",
            "parameters": [OTHER_BAG, "9"],
        },
        {"message": unnamed, "parameters": ["Price", "-1"]},
    ]
    assert magento.call("POST", "products/base-prices-information", {"skus": [BAG]}).json == [
        {"price": 5, "store_id": 0, "sku": BAG},
        {"price": 6, "store_id": 2, "sku": BAG},
    ]
    assert magento.product(OTHER_BAG, store="all")["price"] == 34
    assert magento.call("POST", "products/base-prices", {"prices": []}).json == []


def test_all_that_is_wrong_with_a_price_is_told(magento: Magento):
    wrong = {"sku": "nosuch", "storeId": 9999, "price": -9999}
    told = magento.call("POST", "products/base-prices", {"prices": [wrong]}).json
    assert [error["parameters"] for error in told] == [["SKU", "nosuch"], ["Price", "-9999"], ["nosuch", "9999"]]


@pytest.mark.parametrize(
    ("wrong", "reason", "first"),
    [
        ({"sku": "nosuch"}, "The product that was requested doesn't exist. Verify the product and try again.", []),
        ({"store_id": 9}, "Requested store is not found.", []),
        ({"price": -5}, "Invalid attribute Price = -5.", ["-5"]),
        ({"price_from": "today"}, "Invalid attribute Price From = today.", ["Price From"]),
        ({"price_to": "tomorrow"}, "Invalid attribute Price To = tomorrow.", ["Price To"]),
    ],
    ids=str,
)
def test_a_refused_special_price_is_told_with_its_row(
    magento: Magento, wrong: dict[str, Any], reason: str, first: list[str]
):
    price = {"sku": BAG, "store_id": 0, "price": 9, "price_from": "", "price_to": "", **wrong}
    row = [str(price[name]) for name in ("sku", "store_id", "price_from", "price_to")]
    place = "Row ID: SKU = {}, Store ID: {}, Price From: {}, Price To: {}.".format(*row)
    told = magento.call("POST", "products/special-price", {"prices": [price]}).json
    assert told == [{"message": f"{reason} {place}", "parameters": [*first, *row]}]
    assert magento.call("POST", "products/special-price-information", {"skus": [BAG]}).json == []


def test_in_a_list_of_errors_every_placeholder_has_its_parameter(magento: Magento):
    """Its parameters are a list, so a message that names its own is told with them filled in."""
    wrong = {"sku": BAG, "store_id": 0, "price": 1e30}
    [error] = magento.call("POST", "products/special-price", {"prices": [wrong]}).json
    assert error["parameters"] == []
    assert error["message"] == 'Invalid value of "1e+30" provided for the special_price field.'


def test_special_prices_come_and_go(magento: Magento):
    price = {
        "sku": BAG,
        "store_id": 0,
        "price": 9,
        "price_from": "2026-01-01 00:00:00",
        "price_to": "2026-02-01 00:00:00",
    }
    assert magento.call("POST", "products/special-price", {"prices": [price]}).json == []
    assert magento.call("POST", "products/special-price-information", {"skus": [BAG]}).json == [price]
    assert magento.call("POST", "products/special-price-delete", {"prices": [price]}).json == []
    assert magento.call("POST", "products/special-price-information", {"skus": [BAG]}).json == []


def test_a_list_of_prices_is_one_item_of_a_bulk(magento: Magento):
    items = [{"prices": [{"sku": sku, "store_id": 0, "price": 7} for sku in (BAG, OTHER_BAG)]}]
    uuid = magento.accept("POST", "products/base-prices", items, form="async/bulk")
    work_off()
    [done] = magento.status(uuid, detail="detailed-status")["operations_list"]
    assert (done["status"], done["result_serialized_data"]) == (1, "[]")
    assert [magento.product(sku, store="all")["price"] for sku in (BAG, OTHER_BAG)] == [7, 7]


@pytest.mark.parametrize("path", ["links", "media", "websites", "stockItems/1"])
def test_a_missing_product_is_named_everywhere(magento: Magento, path: str):
    bodies: dict[str, tuple[str, Any]] = {
        "links": ("POST", {"items": []}),
        "media": ("GET", None),
        "websites": ("POST", {"productWebsiteLink": {"website_id": 1}}),
        "stockItems/1": ("PUT", {"stockItem": {"qty": 1}}),
    }
    method, body = bodies[path]
    answer = magento.call(method, f"products/no%2Fsuch/{path}", body)
    assert (answer.status, answer.json["parameters"]) == (404, ["no/such"])
