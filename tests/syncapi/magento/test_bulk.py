"""Bulk requests: lists of what single requests send. Accepted all or none, then done each for itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asyncops.models import Operation
from catalog.models import Product
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento, nothing_happened

BULK = "async/bulk"


def new(sku: str, **values: Any) -> dict[str, Any]:
    return {"product": {"sku": sku, "name": sku, "attribute_set_id": 4, "price": 1, **values}}


def test_products_are_changed_by_the_sku_in_each_item(magento: Magento):
    items = [{"product": {"sku": BAG, "price": 1}}, {"product": {"sku": OTHER_BAG, "price": 2}}]
    answer = magento.call("PUT", "products/bySku", items, store="all", form=BULK)
    assert answer.status == 202
    assert [item["id"] for item in answer.json["request_items"]] == [0, 1]
    work_off()
    assert (magento.product()["price"], magento.product(OTHER_BAG)["price"]) == (1, 2)
    assert Product.objects.count() == 2


def test_products_are_deleted_by_sku(magento: Magento):
    uuid = magento.accept("DELETE", "products/bySku", [{"sku": BAG}, {"sku": OTHER_BAG}], form=BULK)
    assert Product.objects.count() == 2
    work_off()
    assert Product.objects.count() == 0
    assert [item["status"] for item in magento.status(uuid)["operations_list"]] == [1, 1]


def test_the_second_of_two_equal_skus_is_an_update(magento: Magento):
    uuid = magento.accept("POST", "products", [new("twice"), new("TWICE", price=2)], form=BULK)
    work_off()
    assert [item["status"] for item in magento.status(uuid)["operations_list"]] == [1, 1]
    assert (magento.product("twice", store="fr")["price"], magento.product("twice")["price"]) == (1, 2)
    assert Product.objects.count() == 3


def test_one_item_that_is_not_understood_refuses_all(magento: Magento):
    wrong = {"product": {"sku": "psku-test-3-wrong", "wrong_attribute": "simple"}}
    answer = magento.call("POST", "products", [new("psku-1"), new("psku-2"), wrong], form=BULK)
    assert answer.status == 400
    assert answer.json == {
        "message": '"%fieldName" is not supported. Correct the field name and try again.',
        "parameters": {"fieldName": "wrong_attribute"},
    }
    assert answer.headers["Bulkhead-Error-Path"] == "/2/product/wrong_attribute"
    nothing_happened()


def test_one_item_that_fails_later_does_not_stop_the_others(magento: Magento):
    items = [{"product": {"sku": BAG, "price": 1}}, new("bad", price=-1), {"product": {"sku": OTHER_BAG, "price": 2}}]
    uuid = magento.accept("PUT", "products/bySku", items, form=BULK)
    work_off()
    results = magento.status(uuid)["operations_list"]
    assert [item["status"] for item in results] == [1, 3, 1]
    assert results[1]["result_message"] == "Please enter a number 0 or greater in this field."
    assert magento.product("bad") is None


def test_a_policy_for_all_leaves_everything_as_it_was(magento: Magento):
    items = [{"product": {"sku": BAG, "price": 1}}, new("bad", price=-1)]
    answer = magento.call("PUT", "products/bySku", items, form=BULK, HTTP_BULKHEAD_POLICY="all")
    work_off()
    results = magento.status(answer.json["bulk_uuid"])["operations_list"]
    assert [item["status"] for item in results] == [2, 3]
    assert results[0]["result_message"] == "Another item was refused, and this bulk is written whole or not at all."
    assert magento.product()["price"] == 34


def test_a_wrong_policy_is_refused(magento: Magento):
    answer = magento.call("PUT", "products/bySku", [], form=BULK, HTTP_BULKHEAD_POLICY="some")
    assert (answer.status, answer.json["parameters"]) == (400, ["Bulkhead-Policy", "some"])
    nothing_happened()


def test_a_sku_beside_the_product_is_not_the_products(magento: Magento):
    items = [{"sku": OTHER_BAG, "product": {"sku": BAG, "price": 5}}, {"sku": OTHER_BAG, "product": {"price": 6}}]
    uuid = magento.accept("PUT", "products/bySku", items, store="all", form=BULK)
    work_off()
    results = magento.status(uuid)["operations_list"]
    assert [item["status"] for item in results] == [1, 3]
    assert results[1]["result_message"] == 'The "sku" attribute value is empty. Set the attribute and try again.'
    assert (magento.product()["price"], magento.product(OTHER_BAG)["price"]) == (5, 34)


@pytest.mark.parametrize("body", [{"product": {"sku": "A"}}, "text", 5, None])
def test_the_body_must_be_a_list(magento: Magento, body: Any):
    answer = magento.call("POST", "products", body, form=BULK)
    assert (answer.status, answer.json) == (400, {"message": "Request body must be an array"})
    nothing_happened()


def test_every_item_must_be_an_object(magento: Magento):
    answer = magento.call("POST", "products", [new("a"), 5], form=BULK)
    assert answer.status == 400
    assert answer.json == {"message": "Item %1 of the request body must be an object", "parameters": ["1"]}
    nothing_happened()


def test_an_empty_list_is_a_bulk_without_operations(magento: Magento):
    answer = magento.call("POST", "products", [], form=BULK)
    assert (answer.status, answer.json["request_items"]) == (202, [])
    assert magento.status(answer.json["bulk_uuid"])["operations_list"] == []


def test_too_many_items_are_refused_with_the_limit(magento: Magento, settings: Any):
    settings.MAX_ITEMS = 2
    answer = magento.call("POST", "products", [new("a"), new("b"), new("c")], form=BULK)
    assert answer.status == 400
    assert answer.json["parameters"] == {"type": "product", "max": 2}
    assert Operation.objects.count() == 0


def test_accepting_asks_the_database_as_often_for_many_as_for_few(magento: Magento):
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            magento.accept("POST", "products", [new(f"many-{count}-{n}") for n in range(count)], form=BULK)
        return len(captured)

    queries(1)
    assert queries(1) == queries(200)
