"""searchCriteria over products: every condition, both spellings, order, pages, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Category, Product, ProductCategory, ProductWebsite, Website
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento
from tests.syncapi.magento.scenes import query


def found(magento: Magento, *groups: list[tuple[str, Any, str]], store: str = "all", **more: Any) -> list[str]:
    answer = magento.call("GET", f"products{query(*groups, **more)}", store=store)
    assert answer.status == 200, answer
    assert set(answer.json) == {"items", "search_criteria", "total_count"}
    return [item["sku"] for item in answer.json["items"]]


@pytest.fixture
def more(magento: Magento) -> None:
    for sku, name, price in (("A", "a", 10), ("B", "b", 20), ("C", "c", 35)):
        product = {"sku": sku, "name": name, "price": price, "attribute_set_id": 4}
        magento.call("POST", "products", {"product": product | {"custom_attributes": {"color": f"{sku},x"}}})


@pytest.mark.usefixtures("more")
@pytest.mark.parametrize(
    ("filter", "skus"),
    [
        (("sku", "a", "eq"), ["A"]),
        (("sku", "A,B", "in"), ["A", "B"]),
        (("sku", "A,B,C", "nin"), [BAG, OTHER_BAG]),
        (("name", "JOUST", "eq"), [BAG, OTHER_BAG]),
        (("name", "Joust", "neq"), ["A", "B", "C"]),
        (("price", "20", "gt"), [BAG, OTHER_BAG, "C"]),
        (("price", "20", "gteq"), [BAG, OTHER_BAG, "B", "C"]),
        (("price", "2e1", "eq"), ["B"]),
        (("price", "20 euros", "eq"), ["B"]),
        (("price", "20", "moreq"), [BAG, OTHER_BAG, "B", "C"]),
        (("price", "20", "lt"), ["A"]),
        (("price", "20", "lteq"), ["A", "B"]),
        (("price", "20", "from"), [BAG, OTHER_BAG, "B", "C"]),
        (("price", "20", "to"), ["A", "B"]),
        (("price", "nonsense", "gt"), [BAG, OTHER_BAG, "A", "B", "C"]),
        (("sku", "24-%", "like"), [BAG, OTHER_BAG]),
        (("sku", "24-%", "nlike"), ["A", "B", "C"]),
        (("sku", "\\", "like"), []),
        (("color", "b", "finset"), ["B"]),
        (("color", "x", "nfinset"), [BAG, OTHER_BAG]),
        (("color", "", "null"), [BAG, OTHER_BAG]),
        (("color", "", "notnull"), ["A", "B", "C"]),
        (("status", "1", "eq"), [BAG, OTHER_BAG, "A", "B", "C"]),
        (("visibility", "4,2", "in"), [BAG, OTHER_BAG, "A", "B", "C"]),
        (("type_id", "simple", "neq"), []),
        (("created_at", "None", "gteq"), [BAG, OTHER_BAG, "A", "B", "C"]),
        (("created_at", "None", "lteq"), []),
        (("created_at", "2010-10-10 00:00:00", "lteq"), []),
        (("created_at", "2010-10-10", "gt"), [BAG, OTHER_BAG, "A", "B", "C"]),
        (("attribute_set_id", "4", "eq"), [BAG, OTHER_BAG, "A", "B", "C"]),
    ],
)
def test_conditions(magento: Magento, filter: tuple[str, Any, str], skus: list[str]):
    assert found(magento, [filter]) == skus


@pytest.mark.usefixtures("more")
def test_groups_are_all_met_by_one_of_their_filters_and_pages_are_cut(magento: Magento):
    groups = [("name", "a", "eq"), ("name", "b", "eq"), ("name", "c", "eq")], [("price", 35, "lt")]
    order = {"[sortOrders][0][field]": "name", "[sortOrders][0][direction]": "DESC"}
    assert found(magento, *groups, raw=order) == ["B", "A"]
    assert found(magento, *groups, raw=order, pageSize=1, currentPage=2) == ["A"]
    assert found(magento, *groups, raw=order, pageSize=1, currentPage=9) == ["A"]
    assert found(magento, *groups, raw=order, pageSize=1, currentPage=0) == ["B"]


def test_what_was_sent_comes_back(magento: Magento):
    answer = magento.call(
        "GET",
        "products/?searchCriteria[filterGroups][7][filters][3][field]=sku"
        f"&searchCriteria%5BfilterGroups%5D%5B7%5D%5Bfilters%5D%5B3%5D%5Bvalue%5D={BAG}"
        "&searchCriteria[pageSize]=2&searchCriteria[current_page]=1&searchCriteria[sort_orders][0][field]=sku",
    )
    assert answer.json["search_criteria"] == {
        "filter_groups": [{"filters": [{"field": "sku", "value": BAG, "condition_type": "eq"}]}],
        "sort_orders": [{"field": "sku", "direction": "DESC"}],
        "page_size": 2,
        "current_page": 1,
    }
    assert (answer.json["total_count"], answer.json["items"]) == (1, [magento.product()])


def test_everything_is_found_without_conditions(magento: Magento):
    assert found(magento) == [BAG, OTHER_BAG]


@pytest.mark.parametrize("criteria", ["searchCriteria", "searchCriteria=", "searchCriteria[]=", "search_criteria=all"])
def test_criteria_may_be_empty(magento: Magento, criteria: str):
    answer = magento.call("GET", f"products?{criteria}")
    assert (answer.status, answer.json["total_count"], answer.json["search_criteria"]) == (
        200,
        2,
        {"filter_groups": []},
    )


def test_values_of_the_store_are_compared(magento: Magento):
    magento.change({"name": "Sac"}, store="fr")
    assert found(magento, [("name", "Sac", "eq")], store="fr") == [BAG]
    assert found(magento, [("name", "Sac", "eq")]) == []


def test_websites_stores_and_categories_restrict(magento: Magento):
    bag = Product.objects.get(sku=BAG)
    ProductWebsite.objects.filter(product=bag, website=Website.objects.get(number=2)).delete()
    ProductCategory.objects.create(product=bag, category=Category.objects.get(number=2))
    assert found(magento, [("website_id", 2, "eq")]) == [OTHER_BAG]
    assert found(magento, [("store", "de", "eq")]) == [OTHER_BAG]
    assert found(magento, [("store_id", "1", "eq")]) == [BAG, OTHER_BAG]
    assert found(magento, [("category_id", 2, "eq")]) == [BAG]
    assert found(magento, [("category_id", 2, "neq")]) == [OTHER_BAG]


@pytest.mark.parametrize(
    ("more", "message", "parameters"),
    [
        ("", '"%fieldName" is required. Enter and try again.', {"fieldName": "searchCriteria"}),
        (
            query([("nosuch", 1, "eq")]),
            'The "%1" attribute name is invalid. Reset the name and try again.',
            ["nosuch"],
        ),
        (
            query([("id", 1, "eq")]),
            'The "%1" attribute name is invalid. Reset the name and try again.',
            ["id"],
        ),
        (
            query(raw={"[sortOrders][0][field]": "name", "[sortOrders][0][direction]": "up"}),
            "The sort order has to be specified as %1 for ascending order or %2 for descending order.",
            ["ASC", "DESC"],
        ),
        (
            query(raw={"[sortOrders][0][field]": "na'me"}),
            "Sort order field %1 contains restricted symbols",
            ["na'me"],
        ),
    ],
)
def test_bad_criteria_are_refused(magento: Magento, more: str, message: str, parameters: Any):
    answer = magento.call("GET", f"products{more}")
    assert (answer.status, answer.json) == (400, {"message": message, "parameters": parameters})


@pytest.mark.parametrize("condition", ["eq", "in", "like", "finset", "gt"])
def test_a_value_that_no_text_can_hold_is_refused(magento: Magento, condition: str):
    answer = magento.call("GET", f"products{query([('name', 'a' + chr(0), condition)])}")
    told = "The text holds a character that cannot be stored. Remove it and try again."
    place = "searchCriteria[filter_groups][0][filters][0][value]"
    assert (answer.status, answer.json) == (400, {"message": f'Error occurred during "{place}" processing. {told}'})


def test_parts_of_the_found_products(magento: Magento):
    magento.change({"custom_attributes": {"description": "d", "url_key": "u"}}, store="all")
    answer = magento.call("GET", f"products{query()}&fields=items[id,custom_attributes[description]]", store="all")
    first, second = answer.json["items"]
    assert first["custom_attributes"] == [{"attribute_code": "description", "value": "d"}]
    assert (set(first), second["custom_attributes"]) == ({"id", "custom_attributes"}, [])


def test_a_page_that_is_too_large_is_refused(magento: Magento, settings: Any):
    settings.MAX_PAGE_ITEMS = 1
    answer = magento.call("GET", f"products{query()}")
    assert (answer.status, answer.json["parameters"]) == (400, {"max": 1})
    assert found(magento, pageSize=1) == [BAG]


def test_the_number_of_queries_does_not_grow(magento: Magento, django_assert_max_num_queries: Any):
    for number in range(8):
        product = {"sku": f"N{number}", "name": "N", "price": 1, "attribute_set_id": 4}
        magento.call("POST", "products", {"product": product})
    with django_assert_max_num_queries(30):
        assert len(found(magento, store="fr")) == 10
