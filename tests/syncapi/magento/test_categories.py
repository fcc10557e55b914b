"""Categories: created, changed per store, moved, deleted, shown as a tree, and the products in them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from catalog.models import Category, ProductCategory, User
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.magento.conftest import BAG, Magento


@pytest.fixture
def bags(magento: Magento) -> int:
    return create(magento, name="Bags")


def create(magento: Magento, **fields: Any) -> int:
    answer = magento.call("POST", "categories", {"category": fields}, store="all")
    assert answer.status == 200, answer
    return int(answer.json["id"])


def shown(magento: Magento, number: int, store: str = "all") -> Any:
    return magento.call("GET", f"categories/{number}", store=store).json


def test_a_category_is_created_below_the_root_of_the_store(magento: Magento, bags: int):
    found = shown(magento, bags)
    assert (found["parent_id"], found["level"], found["path"], found["position"]) == (2, 2, f"1/2/{bags}", 1)
    assert (found["name"], found["is_active"], found["include_in_menu"], found["children"]) == ("Bags", True, True, "")
    assert shown(magento, 2)["children"] == str(bags)


def test_attributes_come_in_both_shapes(magento: Magento):
    as_list = create(magento, name="A", custom_attributes=[{"attribute_code": "description", "value": "text"}])
    as_object = create(magento, name="B", custom_attributes={"description": "text", "is_anchor": "1"})
    for number in (as_list, as_object):
        assert {"attribute_code": "description", "value": "text"} in shown(magento, number)["custom_attributes"]
    assert {"attribute_code": "is_anchor", "value": "1"} in shown(magento, as_object)["custom_attributes"]


def test_values_of_one_store_are_shown_there_only(magento: Magento, bags: int):
    magento.call("PUT", f"categories/{bags}", {"category": {"name": "Sacs", "is_active": False}}, store="fr")
    assert [shown(magento, bags, store)["name"] for store in ("fr", "de", "all")] == ["Sacs", "Bags", "Bags"]
    assert shown(magento, bags, "fr")["is_active"] is False
    magento.call("PUT", f"categories/{bags}", {"category": {"name": None, "is_active": None}}, store="fr")
    assert (shown(magento, bags, "fr")["name"], shown(magento, bags, "fr")["is_active"]) == ("Bags", True)


def test_a_change_does_not_move(magento: Magento, bags: int):
    change = {"name": "New", "parent_id": 1, "path": "1/9", "level": 7}
    answer = magento.call("PUT", f"categories/{bags}", {"category": change}, store="all")
    assert (answer.status, answer.json["name"], answer.json["path"]) == (200, "New", f"1/2/{bags}")


def test_the_path_names_the_category_not_the_body(magento: Magento, bags: int):
    answer = magento.call("PUT", f"categories/{bags}", {"category": {"id": 2, "name": "New"}}, store="all")
    assert (answer.json["id"], shown(magento, 2)["name"]) == (bags, "Default Category")


@pytest.mark.parametrize("number", [-1, 999])
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("DELETE", None), ("PUT", {"category": {"name": "x"}})])
def test_a_missing_category_is_named(magento: Magento, number: int, method: str, body: Any):
    answer = magento.call(method, f"categories/{number}", body)
    assert (answer.status, answer.json) == (
        404,
        {
            "message": "No such entity with %fieldName = %fieldValue",
            "parameters": {"fieldName": "id", "fieldValue": number},
        },
    )


def test_a_category_needs_a_name(magento: Magento):
    answer = magento.call("POST", "categories", {"category": {"is_active": True}})
    reason = 'The "Name" attribute value is empty. Set the attribute and try again.'
    assert (answer.status, answer.json) == (400, {"message": "Could not save category: %1", "parameters": [reason]})
    assert Category.objects.count() == 1


def test_a_missing_parent_is_named(magento: Magento):
    answer = magento.call("POST", "categories", {"category": {"name": "x", "parent_id": 99}})
    assert (answer.status, answer.json["parameters"]) == (404, {"fieldName": "id", "fieldValue": 99})


@pytest.mark.parametrize("number", [1, 2])
def test_roots_are_not_deleted(magento: Magento, number: int):
    answer = magento.call("DELETE", f"categories/{number}")
    assert (answer.status, answer.json) == (
        400,
        {"message": "Cannot delete category with id %1", "parameters": [str(number)]},
    )
    assert Category.objects.count() == 1


def test_a_category_is_deleted_with_all_below_it(magento: Magento, bags: int):
    create(magento, name="Small", parent_id=bags)
    assert magento.call("DELETE", f"categories/{bags}").json is True
    assert list(Category.objects.values_list("number", flat=True)) == [2]


def test_categories_are_moved_behind_each_other(magento: Magento, bags: int):
    first, last = create(magento, name="First"), create(magento, name="Last")
    assert magento.call("PUT", f"categories/{last}/move", {"parentId": 2, "afterId": bags}).json is True
    assert magento.call("PUT", f"categories/{first}/move", {"parentId": 2, "afterId": 0}).json is True
    assert shown(magento, 2)["children"] == f"{first},{bags},{last}"
    assert magento.call("PUT", f"categories/{first}/move", {"parentId": bags}).json is True
    assert (shown(magento, first)["path"], shown(magento, first)["level"]) == (f"1/2/{bags}/{first}", 3)


def test_nothing_moves_below_its_own_child(magento: Magento, bags: int):
    small = create(magento, name="Small", parent_id=bags)
    answer = magento.call("PUT", f"categories/{bags}/move", {"parentId": small})
    assert (answer.status, answer.json) == (
        400,
        {"message": "Operation do not allow to move a parent category to any of children category"},
    )
    assert shown(magento, bags)["parent_id"] == 2


def test_the_tree_is_as_deep_as_asked(magento: Magento, bags: int):
    create(magento, name="Small", parent_id=bags)
    tree = magento.call("GET", "categories?rootCategoryId=2&depth=1").json
    assert (tree["id"], [child["name"] for child in tree["children_data"]]) == (2, ["Bags"])
    assert tree["children_data"][0]["children_data"] == []
    assert magento.call("GET", "categories?rootCategoryId=2&depth=0").json["children_data"] == []
    whole, bottomless = (magento.call("GET", f"categories{query}").json for query in ("", f"?depth={2**63 - 1}"))
    assert whole == bottomless
    deep = magento.call("GET", "categories").json
    assert deep["children_data"][0]["children_data"][0]["name"] == "Small"
    everything = magento.call("GET", "categories", store="all").json
    assert (everything["id"], everything["level"], everything["children_data"][0]["id"]) == (1, 0, 2)


def test_categories_are_searched(magento: Magento, bags: int):
    small = create(magento, name="Small", parent_id=bags)
    path = "searchCriteria[filter_groups][0][filters][0]"
    for field, value, condition, found in (
        ("parent_id", "2", "eq", [bags]),
        ("path", f"1/2/{bags}/%", "like", [small]),
        ("name", "BAGS", "eq", [bags]),
        ("level", "2", "gteq", [bags, small]),
        ("entity_id", f"{bags},{small}", "in", [bags, small]),
    ):
        query = f"{path}[field]={field}&{path}[value]={value.replace('%', '%25')}&{path}[conditionType]={condition}"
        answer = magento.call("GET", f"categories/list?{query}", store="all")
        assert [item["id"] for item in answer.json["items"]] == found, (field, answer)
        assert set(answer.json) == {"items", "search_criteria", "total_count"}


def test_a_product_is_put_into_a_category_and_taken_out(magento: Magento, bags: int):
    link = {"sku": BAG, "position": 1, "category_id": str(bags)}
    uuid = magento.accept(
        "POST", "categories/byCategoryId/products", [{"productLink": link}], store="all", form="async/bulk"
    )
    work_off()
    assert magento.status(uuid)["operations_list"][0]["status"] == 1
    assert magento.call("GET", f"categories/{bags}/products").json == [link]
    item = [{"categoryId": bags, "sku": BAG}]
    first, again = (
        magento.accept("DELETE", "categories/byCategoryId/products/bySku", item, form="async/bulk") for _ in range(2)
    )
    work_off()
    assert magento.status(first)["operations_list"][0]["status"] == 1
    [failed] = magento.status(again)["operations_list"]
    assert (failed["status"], failed["result_message"]) == (3, "The category doesn't contain the specified product.")
    assert not ProductCategory.objects.exists()


def test_the_path_names_the_category_of_a_link(magento: Magento, bags: int):
    answer = magento.call("PUT", f"categories/{bags}/products", {"productLink": {"sku": BAG, "categoryId": 2}})
    assert (answer.status, answer.json) == (200, True)
    assert magento.call("GET", f"categories/{bags}/products").json[0]["sku"] == BAG
    assert magento.call("GET", "categories/2/products").json == []


def test_taking_out_what_is_not_in_it_is_refused(magento: Magento, bags: int):
    answer = magento.call("DELETE", f"categories/{bags}/products/{BAG}")
    assert (answer.status, answer.json) == (400, {"message": "The category doesn't contain the specified product."})


@pytest.mark.parametrize(
    ("form", "place"),
    [("async", "/productLink/category_id"), ("async/bulk", "/0/productLink/category_id")],
)
def test_what_a_link_lacks_is_named_with_its_place(magento: Magento, bags: int, form: str, place: str):
    link = {"productLink": {"sku": BAG, "category_id": "three"}}
    path = "byCategoryId" if form == "async/bulk" else str(bags)
    answer = magento.call("POST", f"categories/{path}/products", [link] if form == "async/bulk" else link, form=form)
    assert (answer.status, answer.headers["Bulkhead-Error-Path"]) == (400, place)
    assert not ProductCategory.objects.exists()


def test_deleting_the_root_of_all_in_a_bulk_fails_alone(magento: Magento, bags: int):
    items = [{"categoryId": number} for number in (1, 2, bags)]
    uuid = magento.accept("DELETE", "categories/byCategoryId", items, form="async/bulk")
    work_off()
    results = [(each["status"], each["result_message"]) for each in magento.status(uuid)["operations_list"]]
    assert results[:2] == [(3, "Cannot delete category with id 1"), (3, "Cannot delete category with id 2")]
    assert (results[2][0], list(Category.objects.values_list("number", flat=True))) == (1, [2])


def test_who_may_add_categories_and_not_change_them_is_told_so(
    magento: Magento, bags: int, limited: User, limited_program: Program
):
    limited.user_permissions.add(Permission.objects.get(codename="add_category"))
    body = {"category": {"id": bags, "name": "Changed"}}
    answer = Magento(limited_program).call("POST", "categories", body)
    assert (answer.status, answer.json) == (
        403,
        {
            "message": "The consumer isn't authorized to access %resources.",
            "parameters": {"resources": "Magento_Catalog::categories"},
        },
    )
    assert shown(magento, bags)["name"] == "Bags"


def test_zero_is_no_id_and_no_parent(magento: Magento):
    """As in PHP."""
    answer = magento.call("POST", "categories", {"category": {"id": 0, "name": "New", "parent_id": 0}})
    assert (answer.status, answer.json["parent_id"]) == (200, 2)
    assert Category.objects.count() == 2
