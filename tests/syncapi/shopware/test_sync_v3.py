"""POST /api/v3/_action/sync: records by themselves, all together, and in a single operation."""

from __future__ import annotations

import pytest

from asyncops.models import Operation
from catalog.models import Category, Manufacturer, Product, Tax
from tests.syncapi.shopware.conftest import BLANK, SYSTEM, Shopware, new_id, pointers, product

pytestmark = pytest.mark.django_db
MAKER = "product_manufacturer"


def results(answer, key="write"):
    return answer.json["data"][key]["result"]


def test_a_record_is_created_with_its_id_then_updated_by_it(old: Shopware):
    id = new_id()
    old.upsert("tax", {"id": id, "name": "x", "taxRate": 1})
    answer = old.upsert("tax", {"id": id, "taxRate": 2})
    assert results(answer) == [{"entities": {"tax": [id]}, "errors": []}]
    assert Tax.objects.filter(name="x", rate=2).count() == Tax.objects.count() == 1


def test_without_an_id_every_request_makes_a_new_row(old: Shopware):
    ids = [results(old.upsert("tax", {"name": "x", "taxRate": 1}))[0]["entities"]["tax"] for _ in range(2)]
    assert ids[0] != ids[1]
    assert Tax.objects.count() == 2


def test_a_list_of_operations_is_answered_with_a_list(old: Shopware):
    body = [{"entity": "tax", "action": "UPSERT", "key": "ignored", "payload": [{"name": "t", "taxRate": 1}]}]
    answer = old.sync(body)
    assert answer.status == 200
    assert len(answer.json["data"][0]["result"][0]["entities"]["tax"]) == 1


def test_the_same_record_twice_is_an_insert_and_an_update(old: Shopware):
    id = new_id()
    answer = old.upsert("product", product(id, active=True), {"id": id, "active": False})
    assert (answer.status, answer.json["success"]) == (200, True)
    assert list(Product.objects.values_list("active", "name")) == [(False, "P")]


def test_unknown_properties_are_passed_over_and_told_in_a_header(old: Shopware):
    answer = old.upsert("category", {"name": "c", "manufacturer": {"name": "test"}})
    assert answer.json["success"] is True
    assert answer.headers["Bulkhead-Unknown-Properties"] == "category.manufacturer"
    assert not Manufacturer.objects.exists()


def test_the_content_type_does_not_matter(old: Shopware):
    body = {"w": {"entity": "tax", "action": "upsert", "payload": [{"name": "t", "taxRate": 1}]}}
    assert old.program.call("POST", "/api/v3/_action/sync", body, CONTENT_TYPE="text/plain").status == 200


def test_a_bad_record_leaves_its_siblings_alone(old: Shopware):
    good, bad = new_id(), new_id()
    answer = old.upsert(MAKER, {"id": good, "name": "first"}, {"id": bad})
    assert (answer.status, answer.json["success"]) == (200, False)
    first, second = results(answer)
    assert list(first["entities"]) == [MAKER, f"{MAKER}_translation"]
    assert (first["errors"], second["entities"]) == ([], [])
    assert [error["source"]["pointer"] for error in second["errors"]] == [f"/1/translations/{SYSTEM}/name"]
    assert [maker.pk.hex for maker in Manufacturer.objects.all()] == [good]


def test_with_fail_on_error_the_good_ones_roll_back_too(old: Shopware):
    answer = old.upsert(MAKER, {"id": new_id(), "name": "first"}, {"id": new_id()}, fail_on_error="true")
    assert (answer.status, answer.json["success"]) == (400, False)
    assert [(result["entities"], len(result["errors"])) for result in results(answer)] == [([], 0), ([], 1)]
    assert not Manufacturer.objects.exists()


def test_errors_of_all_operations_are_collected(old: Shopware):
    body = {
        "write": {"entity": MAKER, "action": "upsert", "payload": [{"name": "x"}, {}]},
        "write2": {"entity": "tax", "action": "upsert", "payload": [{"name": "first tax"}]},
    }
    answer = old.sync(body, fail_on_error="true")
    assert [len(result["errors"]) for key in body for result in results(answer, key)] == [0, 1, 1]
    assert results(answer, "write2")[0]["errors"][0] == {
        "code": BLANK,
        "status": "400",
        "detail": "This value should not be blank.",
        "template": "This value should not be blank.",
        "meta": {"parameters": {"{{ value }}": "null"}},
        "source": {"pointer": "/0/taxRate"},
    }
    assert (Manufacturer.objects.count(), Tax.objects.count()) == (0, 0)


def test_every_missing_field_is_told(old: Shopware):
    answer = old.upsert("product", {"name": "test"})
    errors = results(answer)[0]["errors"]
    assert {error["source"]["pointer"] for error in errors} == {"/0/taxId", "/0/stock", "/0/price", "/0/productNumber"}
    assert {error["code"] for error in errors} == {BLANK}


def test_a_later_operation_sees_an_earlier_one(old: Shopware):
    category, id = new_id(), new_id()
    answer = old.sync(
        [
            {"entity": "category", "action": "upsert", "payload": [{"id": category, "name": "c"}]},
            {"entity": "product", "action": "upsert", "payload": [product(id, categories=[{"id": category}])]},
        ]
    )
    entities = answer.json["data"][1]["result"][0]["entities"]
    assert entities["product_category"] == [{"productId": id, "categoryId": category}]
    assert entities["product"] == [id]
    assert [c.pk.hex for c in Product.objects.get().categories.all()] == [category]


def test_single_operation_answers_by_entity(old: Shopware):
    body = {
        "write-tax": {"entity": "tax", "action": "upsert", "payload": [{"name": "a", "taxRate": 16}]},
        "write-category": {"entity": "category", "action": "upsert", "payload": [{"name": "c"}, {"name": "d"}]},
    }
    answer = old.sync(body, single_operation="1", indexing_behavior="use-queue-indexing")
    assert (answer.status, answer.json["success"], answer.json["extensions"]) == (200, True, [])
    assert {name: len(rows) for name, rows in answer.json["data"].items()} == {
        "category": 2,
        "category_translation": 2,
        "tax": 1,
    }


def test_single_operation_is_all_or_nothing(old: Shopware):
    bad = [{"id": new_id()} for _ in range(4)]
    answer = old.upsert(MAKER, *bad, {"name": "good"}, single_operation="true")
    assert answer.status == 400
    assert pointers(answer) == [f"/write/{index}/translations/{SYSTEM}/name" for index in range(4)]
    assert not Manufacturer.objects.exists()


def test_single_operation_that_need_not_fail_keeps_the_good_ones(old: Shopware):
    answer = old.upsert("tax", {"name": "a", "taxRate": 1}, {"name": "b"}, single_operation="1", fail_on_error="0")
    assert (answer.status, answer.json["success"], len(answer.json["data"]["tax"])) == (200, False, 1)
    assert pointers(answer) == ["/write/1/taxRate"]
    assert Tax.objects.count() == 1


def test_deleting_what_is_not_there_is_no_error(old: Shopware):
    assert results(old.delete("tax", {"id": new_id()}), "gone") == [{"entities": [], "errors": []}]
    answer = old.delete("product_media", {"id": new_id()}, single_operation="1")
    assert (answer.status, answer.json) == (200, {"success": True, "data": [], "extensions": []})


def test_a_delete_without_its_whole_key_is_an_error_of_the_record(old: Shopware):
    [result] = results(old.delete("product_category", {"productId": new_id()}), "gone")
    assert result["errors"][0]["code"] == "FRAMEWORK__INCOMPLETE_PRIMARY_KEY"
    assert "productId, categoryId" in result["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"x": "action:delete"}, "FRAMEWORK__INVALID_SYNC_OPERATION"),
        ({"x": {"action": "upsert", "payload": [{}]}}, "FRAMEWORK__INVALID_SYNC_OPERATION"),
        ({"x": {"entity": "tax", "action": "replace", "payload": [{}]}}, "FRAMEWORK__INVALID_SYNC_OPERATION"),
        ({"x": {"entity": "tax", "action": "upsert"}}, "FRAMEWORK__INVALID_SYNC_OPERATION"),
        ({"x": {"entity": "tax", "action": "upsert", "payload": [5]}}, "FRAMEWORK__INVALID_SYNC_OPERATION"),
        ({"x": {"entity": "nothing", "action": "upsert", "payload": [{}]}}, "FRAMEWORK__DEFINITION_NOT_FOUND"),
        ("text", "FRAMEWORK__INVALID_SYNC_OPERATION"),
        (b"{", "0"),
        (b"", "0"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_whole(old: Shopware, body, code):
    good = {"entity": "tax", "action": "upsert", "payload": [{"name": "x", "taxRate": 1}]}
    answer = old.sync({"good": good, **body} if isinstance(body, dict) else body)
    assert (answer.status, [error["code"] for error in answer.json["errors"]]) == (400, [code])
    assert (Tax.objects.count(), Operation.objects.count()) == (0, 0)


def test_a_payload_may_be_an_object_here(old: Shopware):
    body = {"w": {"entity": "tax", "action": "upsert", "payload": {"first": {"name": "x", "taxRate": 1}}}}
    assert len(old.sync(body).json["data"]["w"]["result"]) == 1
    assert old.sync(body, single_operation="1").status == 400
    assert Tax.objects.count() == 1


def test_deletes_list_what_went_with_the_record(old: Shopware):
    id = new_id()
    old.upsert("category", {"id": id, "name": "c", "tags": [{"name": "t"}]})
    [result] = results(old.delete("category", {"id": id}), "gone")
    assert list(result["entities"]) == ["category", "category_tag", "category_translation"]
    assert result["entities"]["category_translation"] == [{"categoryId": id, "languageId": SYSTEM}]
    assert not Category.objects.filter(pk=id).exists()


def test_the_operation_is_in_the_journal_with_every_item(old: Shopware):
    answer = old.upsert("tax", {"name": "a", "taxRate": 1}, {"name": "b"})
    operation = Operation.objects.get()
    assert (operation.dialect, operation.entity, operation.state) == ("shopware", "tax", "success")
    assert (operation.created, operation.refused, operation.total) == (1, 1, 2)
    assert answer.headers["Bulkhead-Operation"] == str(operation.uuid)
