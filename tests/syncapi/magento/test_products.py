"""The synchronous product calls: done before the answer, with the product as the answer."""

from __future__ import annotations

from typing import Any

import pytest

from asyncops.models import Operation
from catalog.models import Category, Product
from tests.syncapi.conftest import Program
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento, nothing_happened

NEW = {"sku": "new", "name": "New", "price": 9.5, "attribute_set_id": 4}


@pytest.fixture
def categories(db: None) -> list[int]:
    parent = Category.objects.get(number=2)
    return [Category.objects.create(name=name, parent=parent).number for name in ("Bags", "Gear")]


def test_a_product_is_shown_whole(magento: Magento):
    product = magento.product()
    stored = Product.objects.get(sku=BAG)
    assert product == {
        "id": stored.number,
        "sku": BAG,
        "name": "Joust",
        "attribute_set_id": 4,
        "price": 34,
        "status": 1,
        "visibility": 4,
        "type_id": "simple",
        "created_at": stored.created_at.strftime("%Y-%m-%d %H:%M:%S"),
        "updated_at": stored.updated_at.strftime("%Y-%m-%d %H:%M:%S"),
        "extension_attributes": {
            "website_ids": [1, 2],
            "stock_item": {
                "item_id": stored.number,
                "product_id": stored.number,
                "stock_id": 1,
                "qty": 100,
                "is_in_stock": True,
                "manage_stock": True,
            },
        },
        "product_links": [],
        "options": [],
        "media_gallery_entries": [],
        "tier_prices": [],
        "custom_attributes": [],
    }


@pytest.mark.parametrize(
    ("store", "query", "name"),
    [
        ("", "", "Joust"),
        ("", "?storeId=2", "Sac"),
        ("all", "?store_id=2&editMode=true&forceReload=1", "Sac"),
        ("fr", "?storeId=0", "Joust"),
        ("fr", "?storeId=", "Sac"),
    ],
)
def test_a_product_is_read_in_the_store_that_the_query_names(magento: Magento, store: str, query: str, name: str):
    magento.change({"name": "Sac"}, store="fr")
    assert magento.call("GET", f"products/{BAG}{query}", store=store).json["name"] == name


@pytest.mark.parametrize(
    ("value", "status", "parameters"), [("99", 404, {"fieldName": "storeId", "fieldValue": 99}), ("x", 400, None)]
)
def test_a_store_that_there_is_not_shows_no_product(magento: Magento, value: str, status: int, parameters: Any):
    answer = magento.call("GET", f"products/{BAG}?storeId={value}")
    assert (answer.status, answer.json.get("parameters")) == (status, parameters)


def test_a_product_is_created_and_answered(magento: Magento):
    answer = magento.call("POST", "products", {"product": NEW | {"weight": "1.50", "status": 2}})
    assert answer.status == 200
    assert (answer.json["price"], answer.json["weight"], answer.json["status"]) == (9.5, 1.5, 2)
    assert answer.json["sku"] == "new"
    assert Operation.objects.get().state == "success"


def test_posting_a_sku_that_is_there_changes_it(magento: Magento):
    answer = magento.call("POST", "products", {"product": {"sku": BAG.lower() + " ", "price": 5}})
    assert (answer.status, answer.json["sku"], answer.json["price"]) == (200, BAG, 5)
    assert Product.objects.count() == 2


def test_the_path_names_the_product_not_the_body(magento: Magento):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"sku": "other", "price": 5}})
    assert (answer.status, answer.json["sku"], answer.json["price"]) == (200, BAG, 5)
    assert not Product.objects.filter(sku="other").exists()


def test_with_its_id_and_a_second_parameter_a_product_is_renamed(magento: Magento):
    number = magento.product()["id"]
    body = {"product": {"id": number, "sku": "renamed"}, "saveOptions": True}
    answer = magento.call("PUT", f"products/{BAG}", body, store="all")
    assert (answer.status, answer.json["sku"], answer.json["id"]) == (200, "renamed", number)
    assert magento.product() is None
    assert Product.objects.count() == 2


def test_a_taken_sku_is_refused(magento: Magento):
    body = {"product": {"id": magento.product()["id"], "sku": OTHER_BAG}, "saveOptions": True}
    answer = magento.call("PUT", f"products/{BAG}", body)
    assert answer.status == 400
    assert answer.json["parameters"] == ["SKU"]
    assert magento.product() is not None


def test_a_deleted_product_is_answered_with_true(magento: Magento):
    answer = magento.call("DELETE", f"products/{BAG}")
    assert (answer.status, answer.body) == (200, b"true")
    assert magento.product() is None
    assert magento.product(OTHER_BAG) is not None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_missing_product_is_named(magento: Magento, method: str):
    answer = magento.call(method, "products/(nonExistingSku)")
    assert answer.status == 404
    assert answer.json == {
        "message": 'The product with SKU "%1" does not exist.',
        "parameters": ["(nonExistingSku)"],
    }
    assert Product.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "message", "parameters"),
    [
        ({"name": None}, 'The "%1" attribute value is empty. Set the attribute and try again.', ["Product Name"]),
        ({"price": None}, 'The "%1" attribute value is empty. Set the attribute and try again.', ["Price"]),
        ({"sku": None}, 'The "%1" attribute value is empty. Set the attribute and try again.', ["sku"]),
        ({"sku": "  "}, 'The "%1" attribute value is empty. Set the attribute and try again.', ["sku"]),
        ({"sku": "x" * 65}, "SKU length should be %1 characters maximum.", ["64"]),
        ({"price": -1}, "Please enter a number 0 or greater in this field.", None),
        ({"attribute_set_id": None}, "Invalid product data: %1", ["Invalid attribute set entity type"]),
        ({"attribute_set_id": 99}, "Invalid product data: %1", ["Invalid attribute set entity type"]),
    ],
)
def test_a_new_product_that_lacks_something_is_refused(
    magento: Magento, change: dict[str, Any], message: str, parameters: Any
):
    answer = magento.call("POST", "products", {"product": NEW | change})
    assert answer.status == 400
    assert answer.json == {"message": message} | ({"parameters": parameters} if parameters else {})
    assert Product.objects.count() == 2


@pytest.mark.parametrize("name", [None, ""])
def test_the_name_that_all_stores_inherit_cannot_be_cleared(magento: Magento, name: str | None):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"name": name}}, store="all")
    message = 'The "%1" attribute value is empty. Set the attribute and try again.'
    assert (answer.status, answer.json) == (400, {"message": message, "parameters": ["Product Name"]})
    assert set(magento.names().values()) == {"Joust"}


def test_several_faults_are_told_at_once(magento: Magento):
    answer = magento.call("POST", "products", {"product": {"sku": "new", "attribute_set_id": 4}})
    assert answer.json["message"] == "One or more input exceptions have occurred."
    assert [error["parameters"] for error in answer.json["errors"]] == [["Product Name"], ["Price"]]


def test_categories_and_their_positions_are_replaced(magento: Magento, categories: list[int]):
    bags, gear = categories
    links = [{"category_id": str(bags), "position": 10}, {"category_id": gear, "position": 2}]
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"extension_attributes": {"category_links": links}}})
    assert answer.json["extension_attributes"]["category_links"] == [
        {"position": 2, "category_id": str(gear)},
        {"position": 10, "category_id": str(bags)},
    ]
    for keep in ({}, {"category_links": None}):
        magento.call("PUT", f"products/{BAG}", {"product": {"extension_attributes": keep}})
    assert len(magento.product()["extension_attributes"]["category_links"]) == 2
    magento.call("PUT", f"products/{BAG}", {"product": {"extension_attributes": {"category_links": []}}})
    assert "category_links" not in magento.product()["extension_attributes"]


def test_category_ids_are_the_other_form_of_category_links(magento: Magento, categories: list[int]):
    ids = [str(number) for number in categories]
    attributes = [{"attribute_code": "category_ids", "value": ids}]
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"custom_attributes": attributes}})
    assert {"attribute_code": "category_ids", "value": ids} in answer.json["custom_attributes"]
    assert [link["category_id"] for link in answer.json["extension_attributes"]["category_links"]] == ids


def test_an_unknown_category_is_refused(magento: Magento):
    links = [{"category_id": "999", "position": 0}]
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"extension_attributes": {"category_links": links}}})
    assert (answer.status, answer.json["parameters"]) == (404, {"fieldName": "id", "fieldValue": 999})
    nothing_changed = magento.product()["extension_attributes"]
    assert "category_links" not in nothing_changed


@pytest.mark.parametrize(("ids", "shown"), [([2], [2]), ([], []), (None, [1, 2])])
def test_websites_are_replaced_when_given(magento: Magento, ids: Any, shown: list[int]):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"extension_attributes": {"website_ids": ids}}})
    assert answer.json["extension_attributes"]["website_ids"] == shown


def test_stock_is_the_quantity(magento: Magento):
    stock = {"qty": "0", "is_in_stock": True, "use_config_min_qty": 1}
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"extension_attributes": {"stock_item": stock}}})
    item = answer.json["extension_attributes"]["stock_item"]
    assert (item["qty"], item["is_in_stock"]) == (0, False)


def test_custom_attributes_are_kept_and_cleared(magento: Magento):
    given = {
        "description": "<p>x</p>",
        "special_price": "19.90",
        "special_from_date": "2026-01-10 08:00:00",
        "color": 5,
        "sizes": ["s", 1],
        "eco": True,
    }
    magento.call("PUT", f"products/{BAG}", {"product": {"custom_attributes": given}}, store="all")
    shown = {pair["attribute_code"]: pair["value"] for pair in magento.product()["custom_attributes"]}
    assert shown == {
        "description": "<p>x</p>",
        "special_price": "19.9",
        "special_from_date": "2026-01-10 08:00:00",
        "color": "5",
        "sizes": ["s", "1"],
        "eco": "1",
    }
    cleared = [{"attribute_code": code, "value": None} for code in ("description", "color")]
    magento.call("PUT", f"products/{BAG}", {"product": {"custom_attributes": cleared}}, store="all")
    left = {pair["attribute_code"] for pair in magento.product()["custom_attributes"]}
    assert left == {"special_price", "special_from_date", "sizes", "eco"}


def test_a_products_own_fields_are_never_shown_as_custom_attributes(magento: Magento):
    given = {"name": "New", "price": "5.50", "weight": 2, "visibility": "3", "sku": "other", "tier_price": []}
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"custom_attributes": given}}, store="all")
    assert (answer.status, answer.json["custom_attributes"]) == (200, [])
    shown = [answer.json[field] for field in ("sku", "name", "price", "weight", "visibility")]
    assert shown == [BAG, "New", 5.5, 2, 3]


def test_a_wrong_custom_attribute_is_refused_by_name(magento: Magento):
    for attribute, parameters in (({}, None), ({"value": 1}, None), ({"attribute_code": "x"}, ["x"])):
        answer = magento.call("PUT", f"products/{BAG}", {"product": {"custom_attributes": [attribute]}})
        assert (answer.status, answer.json.get("parameters")) == (400, parameters)
    nothing_happened()


@pytest.mark.parametrize("status", [0, 3, 7])
def test_a_status_is_one_or_two(magento: Magento, status: int):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"status": status}})
    assert answer.status == 400
    assert answer.json["parameters"] == {"fieldName": "status", "value": status}
    nothing_happened()


def test_what_is_not_kept_is_refused_rather_than_lost(magento: Magento):
    answer = magento.call("PUT", f"products/{BAG}", {"product": {"options": [{"title": "Size"}]}})
    assert (answer.status, answer.json["parameters"]) == (400, {"fieldName": "options"})
    nothing_happened()


def test_what_was_read_can_be_sent_back(magento: Magento, categories: list[int]):
    product = magento.product(store="all")
    answer = magento.call("PUT", f"products/{BAG}", {"product": product, "saveOptions": True}, store="all")
    assert (answer.status, answer.json) == (200, product)


def test_fields_keep_only_what_was_asked_for(magento: Magento):
    path = f"products/{BAG}?fields=sku,extension_attributes[stock_item[qty]]"
    assert magento.call("GET", path).json == {"sku": BAG, "extension_attributes": {"stock_item": {"qty": 100}}}
    assert magento.call("PUT", f"products/{BAG}?fields=sku", {"product": {"price": 3}}).json == {"sku": BAG}
    assert magento.call("DELETE", f"products/{BAG}?fields=sku").json is True


def test_reading_and_writing_need_rights_of_their_own(magento: Magento, limited_program: Program):
    limited = Magento(limited_program)
    body = {"product": {"price": 1}}
    calls = [
        ("GET", None, ""),
        ("PUT", body, ""),
        ("DELETE", None, ""),
        ("PUT", body, "async"),
        ("DELETE", None, "async"),
    ]
    for method, sent, form in calls:
        answer = limited.call(method, f"products/{BAG}", sent, form=form)
        assert answer.status == 403
        assert answer.json == {
            "message": "The consumer isn't authorized to access %resources.",
            "parameters": {"resources": "Magento_Catalog::products"},
        }
    nothing_happened()
