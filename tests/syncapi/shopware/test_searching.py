"""Searches: filters, order, totals, sums, what is associated, and in which language texts are compared."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from catalog.models import Language
from tests.syncapi.shopware.conftest import SYSTEM, Shopware, new_id, price, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}
RED, BLUE = new_id(), new_id()


@pytest.fixture
def german() -> str:
    return Language.objects.get(translation_code__code="de-DE").pk.hex


@pytest.fixture
def shelf(shopware: Shopware) -> Shopware:
    """Four products, A to D, of two taxes; A is in two categories, B is not active and has a text in German."""
    seven, nineteen = new_id(), new_id()
    shopware.upsert("tax", {"id": seven, "name": "low", "taxRate": 7}, {"id": nineteen, "name": "high", "taxRate": 19})
    both = [{"id": RED, "name": "red"}, {"id": BLUE, "name": "blue"}]
    more: list[dict[str, Any]] = [
        {"categories": both, "customFields": {"colour": "red", "size": 5, "inner": {"deep": True}}},
        {"active": False, "customFields": {"colour": "blue", "size": 12}, "name": {"en-GB": "B", "de-DE": "Zett"}},
        {"categories": both[:1], "releaseDate": "2024-01-05T10:00:00Z"},
        {"releaseDate": "2024-02-01"},
    ]
    records = [
        product(new_id(), productNumber=name, name=name, stock=10 * index, price=price(10 * (index + 1)), tax=None)
        | {"taxId": seven if index < 2 else nineteen}
        | more[index]
        for index, name in enumerate("ABCD")
    ]
    assert shopware.upsert("product", *records).status == 200
    return shopware


def found(shopware: Shopware, body: dict[str, Any], entity: str = "product", **headers: str) -> Any:
    answer = shopware.call("POST", f"/search/{entity}", body, **FLAT, **headers)
    assert answer.status == 200, answer.body
    return answer.json


def numbers(shopware: Shopware, body: dict[str, Any], **headers: str) -> str:
    return "".join(row["productNumber"] for row in found(shopware, body, **headers)["data"])


def equals(field: str, value: Any) -> dict[str, Any]:
    return {"type": "equals", "field": field, "value": value}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ([equals("product.stock", 10)], "B"),
        ([equals("active", "false")], "B"),
        ([equals("available", "true"), equals("active", False)], "B"),
        ([equals("releaseDate", None)], "AB"),
        ([equals("releaseDate", "2024-02-01")], "D"),
        ([{"type": "equalsAny", "field": "stock", "value": 10}], "B"),
        ([{"type": "equalsAny", "field": "stock", "value": "0|20"}], "AC"),
        ([{"type": "xor", "queries": [equals("stock", 0), equals("active", True)]}], "CD"),
        ([{"type": "multi", "operator": "xor", "queries": [equals("stock", 0), equals("stock", 10)]}], "AB"),
        ([{"type": "nor", "queries": [equals("stock", 0), equals("stock", 10)]}], "CD"),
        ([{"type": "nand", "queries": [equals("active", True), equals("stock", 0)]}], "BCD"),
        ([equals("categories.id", None)], "BD"),
        ([equals("tax.name", "low"), equals("categories.name", "blue")], "A"),
        ({"stock": 10, "active": False}, "B"),
        ({"0": equals("stock", 10)}, "B"),
        (equals("stock", 10), "B"),
        ([equals("customFields.colour", "red")], "A"),
        ([equals("customFields.size", 12)], "B"),
        ([equals("customFields.inner.deep", True)], "A"),
        ([equals("customFields.colour", None)], "CD"),
        ([{"type": "equalsAny", "field": "customFields.colour", "value": ["red", "blue"]}], "AB"),
        ([{"type": "contains", "field": "customFields.colour", "value": "LU"}], "B"),
        ([{"type": "range", "field": "customFields.size", "parameters": {"gt": 5, "lt": 100}}], "B"),
        ([equals("categories.products.customFields.size", 5)], "AC"),
        ([equals("categoriesRo.id", BLUE)], "A"),
        ([equals("product.categoriesRo.id", RED)], "AC"),
        ([equals("categories.products.categoriesRo.id", BLUE)], "AC"),
        ([{"type": "equalsAny", "field": "categoriesRo.id", "value": [RED, BLUE]}], "AC"),
        ([{"type": "not", "queries": [equals("categoriesRo.id", RED)]}], "BD"),
        ([{"type": "range", "field": "price.gross", "parameters": {"gte": 30}}], "CD"),
        ([equals("productNumber", "b")], "B"),
        ([{"type": "equalsAny", "field": "product.productNumber", "value": "a|C|x"}], "AC"),
        ([{"type": "not", "queries": [equals("productNumber", "d")]}], "ABC"),
        ([equals("categories.products.productNumber", "c")], "AC"),
    ],
)
def test_what_fits(shelf: Shopware, filter: Any, expected: str):
    assert numbers(shelf, {"filter": filter, "sort": "productNumber"}) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-stock", "DCBA"),
        ("-tax.taxRate,stock", "CDAB"),
        (["-stock"], "DCBA"),
        ([{"field": "stock", "order": "desc"}], "DCBA"),
        ([{"field": "categories.name", "order": "DESC"}, {"field": "stock"}], "ACBD"),
        ([{"field": "categories.id", "type": "count", "order": "DESC"}, {"field": "stock"}], "ACBD"),
        ([{"field": "customFields.colour"}, {"field": "stock"}], "CDBA"),
        ([{"field": "_score"}, {"field": "stock", "order": "DESC"}], "DCBA"),
    ],
)
def test_in_which_order(shelf: Shopware, sort: Any, expected: str):
    assert numbers(shelf, {"sort": sort}) == expected


def test_records_that_are_asked_for_by_id_come_as_they_were_asked_for(shelf: Shopware):
    ids = [row["id"] for row in found(shelf, {"sort": "-stock"})["data"]]
    assert numbers(shelf, {"ids": ids[1:]}) == "CBA"
    assert numbers(shelf, {"ids": "|".join(ids), "sort": "stock"}) == "ABCD"


def test_filters_that_come_after_do_not_count_in_sums(shelf: Shopware):
    body = {
        "filter": [equals("active", True)],
        "post-filter": [equals("stock", 0)],
        "aggregations": [{"name": "n", "type": "count", "field": "id"}],
        "total-count-mode": 1,
    }
    answer = found(shelf, body)
    assert ([row["productNumber"] for row in answer["data"]], answer["total"]) == (["A"], 1)
    assert answer["aggregations"]["n"]["count"] == 3


def test_queries_give_points_and_the_best_come_first(shelf: Shopware):
    queries = [{"score": 100, "query": equals("active", False)}, {"score": 5, "query": equals("tax.taxRate", 7)}]
    assert numbers(shelf, {"query": queries}) == "BA"
    assert numbers(shelf, {"query": queries, "sort": [{"field": "_score", "order": "ASC"}]}) == "AB"
    assert numbers(shelf, {"query": queries, "sort": "productNumber"}) == "AB"


def test_the_best_fits_of_a_term_come_first(shelf: Shopware):
    shelf.upsert("product", product(new_id(), productNumber="E", name="x", description="zebra"))
    shelf.upsert("product", product(new_id(), productNumber="zebra", name="zebra"))
    assert numbers(shelf, {"term": "zebra"}) == "zebraE"
    assert numbers(shelf, {"term": "zebra", "sort": "productNumber"}) == "Ezebra"


def test_texts_in_any_language_are_searched_by(shelf: Shopware, german: str):
    def found_by(name: str, value: Any) -> str:
        return numbers(shelf, {"filter": [equals(name, value)], "sort": "productNumber"})

    assert (found_by("translations.name", "Zett"), found_by("product.translations.name", "A")) == ("B", "A")
    assert (found_by("translations.languageId", german), found_by("translations.languageId", SYSTEM)) == ("B", "ABCD")
    shelf.upsert("category", {"id": BLUE, "name": {"de-DE": "blau"}})
    assert (found_by("categories.translations.name", "blau"), found_by("categories.translations.name", "red")) == (
        "A",
        "AC",
    )
    without = {"type": "not", "queries": [equals("translations.languageId", german)]}
    assert numbers(shelf, {"filter": [without], "sort": "productNumber"}) == "ACD"
    for none in ("translations.stock", "tax.translations.name", "translations"):
        assert shelf.call("POST", "/search/product", {"filter": [equals(none, "x")]}).status == 400, none
    assert shelf.call("POST", "/search/product", {"sort": "translations.name"}).status == 400


def test_a_total_of_the_next_pages_looks_ahead_no_farther(shelf: Shopware):
    shelf.upsert("tax", *({"name": f"t{n}", "taxRate": 1} for n in range(8)))
    ahead = {"total-count-mode": "next-pages"}
    assert [found(shelf, {**ahead, "limit": limit}, "tax")["total"] for limit in (1, 2)] == [7, 10]
    last = found(shelf, {**ahead, "limit": 4, "page": 3}, "tax")
    assert (last["total"], len(last["data"])) == (2, 2)
    assert found(shelf, {"limit": None, "page": None}, "tax")["total"] == 10


def test_one_record_of_each_group(shelf: Shopware):
    body = {"grouping": ["taxId"], "sort": "-stock", "total-count-mode": 1}
    assert (numbers(shelf, body), found(shelf, body)["total"]) == ("DB", 2)
    assert numbers(shelf, {"grouping": ["taxId"], "query": [equals("active", True)], "sort": "stock"}) == "AC"


def test_texts_are_compared_in_the_language_of_the_request(shelf: Shopware, german: str):
    zett, name = {"filter": [equals("name", "Zett")]}, {"filter": [equals("name", "B")]}
    assert (numbers(shelf, zett), numbers(shelf, name)) == ("", "B")
    assert (numbers(shelf, zett, sw_language_id=german), numbers(shelf, name, sw_language_id=german)) == ("B", "")
    assert numbers(shelf, {"sort": "-name"}, sw_language_id=german) == "BDCA"
    shelf.upsert("category", {"id": BLUE, "name": {"de-DE": "blau"}})
    blue = {"filter": [equals("categories.name", "blau")]}
    assert (numbers(shelf, blue), numbers(shelf, blue, sw_language_id=german)) == ("", "A")
    ids = shelf.call("POST", "/search-ids/category", {"filter": [equals("name", "blau")]}, sw_language_id=german)
    assert ids.json["data"] == [BLUE]
    terms = {"aggregations": [{"name": "t", "type": "terms", "field": "name"}], "filter": [equals("stock", 10)]}
    buckets = found(shelf, terms, sw_language_id=german)["aggregations"]["t"]["buckets"]
    assert [bucket["key"] for bucket in buckets] == ["Zett"]


def added(shopware: Shopware, **asked: Any) -> Any:
    body = {"limit": 1, "aggregations": [{"name": "x", **asked}]}
    return found(shopware, body)["aggregations"]


@pytest.mark.parametrize(
    ("kind", "field", "expected"),
    [
        ("count", "taxId", {"count": 2}),
        ("sum", "stock", {"sum": 60}),
        ("avg", "price", {"avg": 25}),
        ("min", "releaseDate", {"min": "2024-01-05T10:00:00.000+00:00"}),
        ("max", "tax.name", {"max": "low"}),
        ("stats", "stock", {"min": 0, "max": 30, "avg": 15, "sum": 60}),
        ("sum", "maxPurchase", {"sum": 0}),
        ("min", "maxPurchase", {"min": None}),
    ],
)
def test_sums(shelf: Shopware, kind: str, field: str, expected: dict[str, Any]):
    frame = {"extensions": [], "name": "x", "apiAlias": "x_aggregation"}
    assert added(shelf, type=kind, field=field) == {"x": {**frame, **expected}}


def buckets(shopware: Shopware, **asked: Any) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["count"]) for bucket in added(shopware, **asked)["x"]["buckets"]]


def test_buckets(shelf: Shopware):
    assert buckets(shelf, type="terms", field="tax.name") == [("high", 2), ("low", 2)]
    assert buckets(shelf, type="terms", field="active") == [("1", 3), ("0", 1)]
    assert buckets(shelf, type="terms", field="categories.name") == [("red", 2), ("", 2), ("blue", 1)]
    by_name = {"sort": {"field": "tax.name", "order": "DESC"}, "limit": 1}
    assert buckets(shelf, type="terms", field="tax.name", **by_name) == [("low", 2)]
    assert buckets(shelf, type="terms", field="tax.name", **{**by_name, "limit": 1000}) == [("low", 2), ("high", 2)]
    assert buckets(shelf, type="terms", field="active", sort={"field": "_count"}) == [("0", 1), ("1", 3)]
    months = buckets(shelf, type="histogram", field="releaseDate", interval="month")
    assert months == [("2024-01-01 00:00:00", 1), ("2024-02-01 00:00:00", 1)]


def test_buckets_are_sorted_by_what_their_records_have(shelf: Shopware):
    by_rate = {"field": "tax.taxRate", "order": "DESC"}
    assert buckets(shelf, type="terms", field="tax.name", sort=by_rate) == [("high", 2), ("low", 2)]
    assert buckets(shelf, type="terms", field="tax.name", sort={"field": "tax.taxRate"}, limit=1) == [("low", 2)]
    assert buckets(shelf, type="terms", field="active", sort={"field": "productNumber"})[0] == ("1", 3)
    refused = {"name": "x", "type": "terms", "field": "active", "sort": {"field": "taxId"}}
    assert shelf.call("POST", "/search/product", {"aggregations": [refused]}).status == 400


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"interval": "quarter"}, ["2024 1"]),
        ({"interval": "year"}, ["2024-01-01 00:00:00"]),
        ({"interval": "week"}, ["2024 01", "2024 05"]),
        ({"interval": "month", "format": "Y F \\o\\f"}, ["2024 January of", "2024 February of"]),
        ({"interval": "day", "timeZone": "America/New_York"}, ["2024-01-05 00:00:00", "2024-01-31 00:00:00"]),
        ({"interval": "hour", "timeZone": "Asia/Kolkata"}, ["2024-01-05 15:00:00", "2024-02-01 05:00:00"]),
    ],
)
def test_buckets_of_times_are_called_as_they_are_asked_for(shelf: Shopware, asked: Any, expected: list[str]):
    assert [key for key, _ in buckets(shelf, type="histogram", field="releaseDate", **asked)] == expected


def test_a_time_that_a_zone_has_no_date_for_is_in_no_bucket(shelf: Shopware):
    ends = [{"releaseDate": f"{day}T00:00:00Z"} for day in ("0001-01-01", "9999-12-31")]
    shelf.upsert("product", *(product(new_id(), productNumber=str(n), **end) for n, end in enumerate(ends)))
    for zone in ("America/New_York", "Pacific/Auckland"):
        asked = {"type": "histogram", "field": "releaseDate", "interval": "day", "timeZone": zone}
        assert len(buckets(shelf, **asked)) == 2
    unknown = {"name": "x", "type": "histogram", "field": "releaseDate", "interval": "day", "timeZone": "Nowhere"}
    answer = shelf.call("POST", "/search/product", {"aggregations": [unknown]})
    assert answer.json["errors"][0]["source"]["pointer"] == "/aggregations/0/timeZone"


def test_more_buckets_than_an_answer_may_have_are_refused(shelf: Shopware, settings: Any):
    settings.MAX_PAGE_ITEMS = 2
    asked = {"name": "x", "type": "terms", "field": "id"}
    assert shelf.call("POST", "/search/product", {"limit": 1, "aggregations": [asked]}).status == 400
    assert len(buckets(shelf, **asked, limit=2)) == 2


def test_sums_within_buckets_ranges_and_conditions(shelf: Shopware):
    inner = {"name": "stocks", "type": "sum", "field": "stock"}
    made = added(shelf, type="terms", field="tax.name", aggregation=inner)["x"]["buckets"]
    assert [bucket["stocks"]["sum"] for bucket in made] == [50, 10]
    bounds = [{"to": 10}, {"from": 10, "to": 30}, {"from": 30, "key": "many"}]
    assert added(shelf, type="range", field="stock", ranges=bounds)["x"]["ranges"] == {"*-10": 1, "10-30": 2, "many": 1}
    counted = {"name": "counted", "type": "count", "field": "id"}
    on = {"name": "on", "type": "filter", "filter": [equals("active", True)], "aggregation": counted}
    made = added(shelf, type="terms", field="active", aggregation=on)["x"]["buckets"]
    assert [(bucket["key"], bucket["counted"]["count"]) for bucket in made] == [("1", 3), ("0", 0)]
    deep = {"name": "taxes", "type": "terms", "field": "tax.name", "limit": 1, "aggregation": inner}
    made = added(shelf, type="terms", field="active", limit=1, aggregation=deep)["x"]["buckets"]
    [[only]] = [bucket["taxes"]["buckets"] for bucket in made]
    assert (made[0]["key"], only["key"], only["stocks"]["sum"]) == ("1", "high", 50)
    split = {"name": "split", "type": "range", "field": "stock", "ranges": [{"from": 10, "key": "many"}]}
    made = added(shelf, type="terms", field="active", aggregation=split)["x"]["buckets"]
    assert [bucket["split"]["ranges"]["many"] for bucket in made] == [2, 1]
    made = added(shelf, type="filter", filter=[equals("active", False)], aggregation=inner)
    assert made["stocks"]["sum"] == 10
    shown = added(shelf, type="entity", field="taxId", definition="tax")["x"]["entities"]
    assert sorted(tax["name"] for tax in shown) == ["high", "low"]


def test_what_is_associated_is_filtered_sorted_and_paged_by_record(shelf: Shopware):
    shelf.upsert("category", *({"name": f"a{index}"} for index in range(5)))

    def categories(**criteria: Any) -> list[list[str]]:
        body = {"sort": "productNumber", "associations": {"categories": criteria}}
        return [[category["name"] for category in row["categories"]] for row in found(shelf, body)["data"]]

    assert categories(sort="name") == [["blue", "red"], [], ["red"], []]
    assert categories(sort="name", limit=1) == [["blue"], [], ["red"], []]
    assert categories(sort="name", limit=1, page=2) == [["red"], [], [], []]
    assert categories(filter=[equals("name", "blue")]) == [["blue"], [], [], []]
    assert categories(**{"post-filter": [equals("name", "red")]}) == [["red"], [], ["red"], []]


def test_texts_are_shown_in_every_language(shelf: Shopware, german: str):
    body = {"filter": [equals("stock", 10)], "associations": {"translations": {}}}
    [row] = found(shelf, body)["data"]
    told = [(text["languageId"], text["name"], text["productId"], text["apiAlias"]) for text in row["translations"]]
    expected = [
        (language, name, row["id"], "product_translation") for language, name in ((SYSTEM, "B"), (german, "Zett"))
    ]
    assert told == expected
    document = shelf.call("POST", "/search/product", body).json
    assert len(document["data"][0]["relationships"]["translations"]["data"]) == 2
    assert [each["attributes"]["name"] for each in document["included"]] == ["B", "Zett"]
    assert "translations" not in document["data"][0]["attributes"]
    paged = {**body, "associations": {"translations": {"limit": 1, "page": 2}}}
    assert [text["name"] for text in found(shelf, paged)["data"][0]["translations"]] == ["Zett"]
    [plain] = found(shelf, {"filter": [equals("stock", 10)]})["data"]
    assert plain["translations"] is None
    assert shelf.call("POST", "/search/tax", {"associations": {"translations": {}}}).status == 400


def test_texts_of_records_are_chosen_and_lead_to_their_language(shelf: Shopware, german: str):
    def names_of(**criteria: Any) -> list[list[str]]:
        body = {"sort": "productNumber", "associations": {"translations": criteria}}
        return [[text["name"] for text in row["translations"]] for row in found(shelf, body)["data"]]

    assert names_of(filter=[equals("languageId", german)]) == [[], ["Zett"], [], []]
    assert names_of(sort="-name", limit=1) == [["A"], ["Zett"], ["C"], ["D"]]
    assert names_of(sort="-name", limit=1, page=2) == [[], ["B"], [], []]
    language: dict[str, Any] = {"associations": {"language": {"associations": {"locale": {}}}}}
    body = {"filter": [equals("stock", 10)], "associations": {"translations": language}}
    [row] = found(shelf, body)["data"]
    assert [text["language"]["locale"]["code"] for text in row["translations"]] == ["en-GB", "de-DE"]
    document = shelf.call("POST", "/search/product", body).json["included"]
    assert {each["type"] for each in document} == {"product_translation", "language", "locale"}
    refused: list[dict[str, Any]] = [{"associations": {"stock": {}}}, {"term": "B"}, {"filter": [equals("stock", 1)]}]
    for wrong in refused:
        criteria = {"associations": {"translations": wrong}}
        assert shelf.call("POST", "/search/product", criteria).status == 400, wrong


def test_texts_are_searched_as_rows_of_their_own(shelf: Shopware, german: str):
    body = {"filter": [equals("languageId", german)], "total-count-mode": 1}
    answer = found(shelf, body, "product-translation")
    [row] = answer["data"]
    assert (answer["total"], row["name"], row["languageId"], row["apiAlias"]) == (
        1,
        "Zett",
        german,
        "product_translation",
    )
    both = {"filter": [equals("productId", row["productId"])], "sort": "-name"}
    assert [text["name"] for text in found(shelf, both, "product_translation")["data"]] == ["Zett", "B"]
    page = {"sort": "name", "limit": 2, "page": 2, "total-count-mode": 1}
    answer = found(shelf, page, "product-translation")
    assert (answer["total"], [text["name"] for text in answer["data"]]) == (5, ["C", "D"])
    ids = shelf.call("POST", "/search-ids/product-translation", {"filter": [equals("name", "Zett")]}).json["data"]
    assert ids == [{"productId": row["productId"], "languageId": german}]
    listed = shelf.call("GET", "/product-translation?filter[name]=Zett").json["data"]
    assert [(each["id"], each["type"]) for each in listed] == [(f"{row['productId']}-{german}", "product_translation")]
    entity = {"aggregations": [{"name": "x", "type": "entity", "field": "productId"}]}
    both_ends: dict[str, Any] = {"filter": [equals("name", "Zett")], "associations": {"product": {}, "language": {}}}
    [ended] = found(shelf, both_ends, "product-translation")["data"]
    assert (ended["product"]["stock"], ended["language"]["id"]) == (10, german)
    refused: list[dict[str, Any]] = [entity, {"term": "x"}, {"associations": {"tax": {}}}, {"sort": "x"}]
    for wrong in (*refused, {"filter": [equals("stock", 1)]}):
        assert shelf.call("POST", "/search/product-translation", wrong).status == 400


def test_texts_are_deleted_by_criteria(shelf: Shopware, german: str):
    operation = {"entity": "product_translation", "action": "delete", "criteria": [equals("languageId", german)]}
    answer = shelf.sync({"d": operation})
    assert (answer.status, len(answer.json["deleted"]["product_translation"])) == (200, 1)
    assert found(shelf, {"filter": [equals("languageId", german)]}, "product-translation")["data"] == []
    own = shelf.sync({"d": {**operation, "criteria": [equals("name", "A")]}})
    assert (own.status, own.json["errors"][0]["code"]) == (400, "delete-system-translation-violation")


def test_what_is_shown_of_a_record(shelf: Shopware):
    body = {"limit": 1, "includes": {"product": ["name", "tax"], "tax": ["taxRate"], "product-media": ["x"]}}
    [row] = found(shelf, {**body, "associations": {"tax": {}}, "sort": "stock"})["data"]
    assert row == {"name": "A", "tax": {"taxRate": 7, "apiAlias": "tax"}, "apiAlias": "product"}
    [row] = found(shelf, {"limit": 1, "excludes": {"product": ["name"]}, "sort": "stock"})["data"]
    assert ("name" in row, row["productNumber"]) == (False, "A")
    document = shelf.call("POST", "/search/product", body).json["data"][0]
    assert (set(document["attributes"]), set(document["relationships"])) == ({"name", "apiAlias"}, {"tax"})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[stock]=10", "B"),
        ("filter[tax.taxRate]=7&sort=-stock", "BA"),
        ("filter[0][type]=range&filter[0][field]=stock&filter[0][parameters][gte]=20&sort=stock", "CD"),
        ("filter[][type]=equals&filter[0][field]=stock&filter[0][value]=10", "B"),
        ("sort[0][field]=stock&sort[0][order]=DESC", "DCBA"),
        ("limit=1&page=2&sort=stock", "B"),
        ("limit=7&limit=1&sort=stock", "A"),
        ("post-filter[stock]=10", "B"),
        ("associations[nothing&sort=stock", "ABCD"),
    ],
)
def test_criteria_in_a_query_string(shelf: Shopware, query: str, expected: str):
    listed = shelf.call("GET", f"/product?{quote(query, safe='=&')}", **FLAT).json["data"]
    assert "".join(row["productNumber"] for row in listed) == expected


def test_associations_and_properties_in_a_query_string(shelf: Shopware):
    query = (
        "sort=stock&limit=1&associations[categories][associations][tags][]=&associations[tax][]="
        "&includes[product][]=categories&includes[product][]=tax&includes[category][]=tags"
        "&aggregations[0][name]=n&aggregations[0][type]=count&aggregations[0][field]=id"
        "&aggregations[1][name]=t&aggregations[1][type]=terms&aggregations[1][field]=id&aggregations[1][limit]=2"
    )
    answer = shelf.call("GET", f"/product?{query}", **FLAT).json
    [row] = answer["data"]
    assert set(row) == {"categories", "tax", "apiAlias"}
    assert row["categories"] == [{"tags": [], "apiAlias": "category"}] * 2
    assert (row["tax"]["taxRate"], answer["aggregations"]["n"]["count"]) == (7, 4)
    assert len(answer["aggregations"]["t"]["buckets"]) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filter": [equals("stock", 1), equals("stock", "x")]}, "/filter/1/value"),
        ({"filter": [{"type": "or", "queries": [equals("stock", "x")]}]}, "/filter/0/queries/0/value"),
        ({"post-filter": [equals("stock", "x")]}, "/post-filter/0/value"),
        ({"filter": {"stock": ""}}, "/filter/stock"),
        ({"filter": "stock"}, "/filter"),
        ({"query": [{"score": "x", "query": equals("stock", 1)}]}, "/query/0/score"),
        ({"aggregations": [{"type": "sum", "field": "stock"}]}, "/aggregations/0/name"),
        ({"aggregations": [{"name": "x", "type": "sum"}]}, "/aggregations/0/field"),
        ({"aggregations": [{"name": "x", "type": "histogram", "field": "releaseDate"}]}, "/aggregations/0/interval"),
        ({"aggregations": [{"name": "x", "type": "range", "field": "stock"}]}, "/aggregations/0/ranges"),
        ({"aggregations": [{"name": "x", "type": "filter"}]}, "/aggregations/0/aggregation"),
        ({"aggregations": [{"name": "x", "type": "terms", "field": "id", "limit": 0}]}, "/aggregations/0/limit"),
    ],
)
def test_what_is_wrong_has_its_place(shelf: Shopware, body: dict[str, Any], pointer: str):
    answer = shelf.call("POST", "/search/product", body)
    assert (answer.status, [error["source"]["pointer"] for error in answer.json["errors"]]) == (400, [pointer])


@pytest.mark.parametrize(
    "body",
    [
        {"filter": [equals("customFields.1", 1)]},
        {"filter": [equals(f"customFields.{'9' * 30}", 1)]},
        {"filter": [equals(f"{'tax.products.' * 6}id", 1)]},
        {"sort": "customFields"},
        {"grouping": ["taxId"], "sort": "categories.name"},
        {"grouping": ["nothing"]},
        {"sort": "children.active"},
        {"sort": "properties.id"},
        {"filter": [equals("available", "x")]},
        {"filter": [{"type": "range", "field": "propertyIds", "parameters": {"gte": RED}}]},
        {"grouping": ["customFields.size"]},
        {"grouping": ["taxId"], "sort": [{"field": "stock", "type": "count"}]},
        {"grouping": ["taxId"], "ids": [RED]},
        {"query": [{"query": {"type": "or", "queries": []}}]},
        {"aggregations": [{"name": "x", "type": "sum", "field": "customFields.size"}]},
        {"aggregations": [{"name": "x", "type": "max", "field": "categoryIds"}]},
        {"aggregations": [{"name": "x", "type": "min", "field": "taxId"}]},
        {"aggregations": [{"name": "x", "type": "max", "field": "active"}]},
        {"aggregations": [{"name": "x", "type": "max", "field": "variantListingConfig"}]},
        {"aggregations": [{"name": "x", "type": "terms", "field": "variantListingConfig"}]},
        {"aggregations": [{"name": "x", "type": "terms", "field": "categoryIds"}]},
        {"aggregations": [{"name": "x", "type": "histogram", "field": "name", "interval": "day"}]},
        {"aggregations": [{"name": "x", "type": "entity", "field": "name"}]},
        {"aggregations": [{"name": "x", "type": "nonsense", "field": "name"}]},
    ],
)
def test_what_cannot_be_searched_by_is_no_fault_of_the_server(shelf: Shopware, body: dict[str, Any]):
    assert shelf.call("POST", "/search/product", body).status in (200, 400)


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"type": "equals", "field": "name", "value": "t1"}, ["t1"]),
        ({"type": "equals", "field": "tax.taxRate", "value": 2}, ["t2"]),
        ({"type": "equalsAny", "field": "name", "value": "t0|t2"}, ["t0", "t2"]),
        ({"type": "contains", "field": "name", "value": "T1"}, ["t1"]),
        ({"type": "prefix", "field": "name", "value": "t"}, ["t0", "t1", "t2"]),
        ({"type": "suffix", "field": "name", "value": "2"}, ["t2"]),
        ({"type": "range", "field": "taxRate", "parameters": {"gte": 1, "lt": 2}}, ["t1"]),
        ({"type": "not", "queries": [{"type": "equals", "field": "name", "value": "t1"}]}, ["t0", "t2"]),
        (
            {
                "type": "multi",
                "operator": "or",
                "queries": [
                    {"type": "equals", "field": "name", "value": "t0"},
                    {"type": "equals", "field": "taxRate", "value": "2"},
                ],
            },
            ["t0", "t2"],
        ),
    ],
)
def test_filters(shopware: Shopware, filter, names):
    shopware.upsert("tax", *({"name": f"t{n}", "taxRate": n} for n in range(3)))
    found = shopware.call("POST", "/search/tax", {"filter": [filter], "sort": [{"field": "name"}]}, **FLAT).json
    assert [row["name"] for row in found["data"]] == names


def test_search_ids_includes_and_aggregations(shopware: Shopware):
    shopware.upsert("tax", *({"name": f"t{n % 2}", "taxRate": n} for n in range(3)))
    kinds = ("count", "sum", "min", "max", "avg")
    asked = [{"name": kind, "type": kind, "field": "taxRate"} for kind in kinds]
    asked.append({"name": "names", "type": "terms", "field": "name"})
    body = {"includes": {"tax": ["name"]}, "aggregations": asked, "limit": 1}
    found = shopware.call("POST", "/search/tax", body, **FLAT).json
    assert set(found["data"][0]) == {"name", "apiAlias"}
    assert {kind: found["aggregations"][kind][kind] for kind in kinds} == {
        "count": 3, "sum": 3, "min": 0, "max": 2, "avg": 1,
    }  # fmt: skip
    buckets = found["aggregations"]["names"]["buckets"]
    assert [(bucket["key"], bucket["count"]) for bucket in buckets] == [("t0", 2), ("t1", 1)]
    assert shopware.call("POST", "/search-ids/tax", {"limit": 1, "total-count-mode": 1}).json["total"] == 3


def test_associations_nest(shopware: Shopware):
    id = new_id()
    group = {"id": new_id(), "name": "colour"}
    shopware.upsert("product", product(id, properties=[{"name": "red", "group": group}], manufacturer={"name": "m"}))
    body = {"ids": [id], "associations": {"properties": {"associations": {"group": {}}}, "manufacturer": {}}}
    [found] = shopware.call("POST", "/search/product", body, **FLAT).json["data"]
    assert found["properties"][0]["group"]["name"] == "colour"
    assert found["manufacturer"]["name"] == "m"
    assert (found["tags"], found["propertyIds"]) == (None, [found["properties"][0]["id"]])


def test_searching_along_an_association(shopware: Shopware):
    one, two, category = new_id(), new_id(), new_id()
    shopware.upsert("product", product(one, categories=[{"id": category, "name": "c"}]), product(two))
    body = {"filter": [{"type": "equals", "field": "categories.id", "value": category}]}
    assert shopware.call("POST", "/search-ids/product", body).json["data"] == [one]
    outside = {"filter": [{"type": "not", "queries": body["filter"]}]}
    assert shopware.call("POST", "/search-ids/product", outside).json["data"] == [two]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"limit": 501}, "FRAMEWORK__QUERY_LIMIT_EXCEEDED"),
        ({"limit": 0}, "FRAMEWORK__INVALID_LIMIT_QUERY"),
        ({"page": "x"}, "FRAMEWORK__INVALID_PAGE_QUERY"),
        ({"filter": [{"type": "equals"}]}, "FRAMEWORK__INVALID_FILTER_QUERY"),
        ({"filter": [{"type": {}, "field": "name", "value": "t"}]}, "FRAMEWORK__INVALID_FILTER_QUERY"),
        ({"filter": [{"type": "equals", "field": "taxRate", "value": "x"}]}, "FRAMEWORK__INVALID_FILTER_QUERY"),
        ({"filter": [{"type": "equals", "field": "nothing", "value": 1}]}, "FRAMEWORK__UNMAPPED_FIELD"),
        ({"associations": {"nothing": {}}}, "FRAMEWORK__ASSOCIATION_NOT_FOUND"),
        ({"aggregations": [{"type": "sum"}]}, "FRAMEWORK__INVALID_AGGREGATION_QUERY"),
    ],
)
def test_criteria_that_make_no_sense(shopware: Shopware, body, code):
    shopware.upsert("tax", {"name": "t", "taxRate": 1})
    answer = shopware.call("POST", "/search/tax", body)
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, code)


def test_the_rows_of_a_mapping_are_found_by_both_of_their_sides(shopware: Shopware):
    one, two, category = sorted(new_id() for _ in range(3))
    linked = [{"id": category, "name": "c"}]
    shopware.upsert("product", product(one, productNumber="A", categories=linked), product(two, categories=linked))
    by_number = {"type": "equals", "field": "product.productNumber", "value": "A"}
    body = {"filter": [by_number], "associations": {"category": {}}, "total-count-mode": 1}
    found = shopware.call("POST", "/search/product-category", body, **FLAT).json
    [row] = found["data"]
    assert (found["total"], row["productId"], row["categoryId"], row["product"]) == (1, one, category, None)
    assert (row["category"]["name"], row["apiAlias"]) == ("c", "product_category")
    keys = shopware.call("POST", "/search-ids/product-category", {}).json["data"]
    assert keys == [{"productId": id, "categoryId": category} for id in (one, two)]
    [first, _] = shopware.call("GET", "/product-category").json["data"]
    assert (first["id"], first["type"]) == (f"{one}-{category}", "product_category")
    assert shopware.call("POST", "/search/product-category", {"associations": {"tag": {}}}).status == 400
    of_each = {"aggregations": [{"name": "x", "type": "terms", "field": "categoryId"}]}
    sums = shopware.call("POST", "/search/product-category", of_each, **FLAT).json["aggregations"]
    assert [(bucket["key"], bucket["count"]) for bucket in sums["x"]["buckets"]] == [(category, 2)]


_OF_EACH = {"id", "apiAlias", "translated", "extensions", "versionId", "createdAt", "updatedAt", "_uniqueIdentifier"}


def test_only_the_fields_that_are_wanted_are_shown_and_what_they_lead_through_is_loaded(shelf: Shopware):
    wanted = ["productNumber", "price.gross", "tax.name", "categories.name", "nosuch"]
    [row] = found(shelf, {"filter": [equals("name", "A")], "fields": wanted})["data"]
    assert set(row) == {"productNumber", "price", "tax", "categories"} | _OF_EACH
    assert (row["tax"].keys(), row["tax"]["name"]) == ({"name"} | _OF_EACH, "low")
    assert sorted(category["name"] for category in row["categories"]) == ["blue", "red"]
    assert set(row["categories"][0]) == {"name"} | _OF_EACH


def test_an_association_that_is_wanted_as_a_whole_is_shown_as_one(shelf: Shopware):
    [row] = found(shelf, {"filter": [equals("name", "A")], "fields": ["name", "tax"]})["data"]
    assert set(row) == {"name", "tax"} | _OF_EACH
    assert {"taxRate", "position"} < set(row["tax"])


def test_fields_and_includes_go_together_and_fields_may_stand_in_a_query_string(shelf: Shopware):
    body = {"filter": [equals("name", "A")], "fields": ["name", "stock"], "includes": {"product": ["name", "tax"]}}
    assert set(found(shelf, body)["data"][0]) == {"name", "apiAlias"}
    path = f"/product?filter[name]=A&{quote('fields[]')}=name&{quote('fields[]')}=tax.taxRate"
    [shown] = shelf.call("GET", path, accept="application/vnd.api+json").json["data"]
    assert {"name", "translated"} <= set(shown["attributes"])
    assert "stock" not in shown["attributes"]
    assert list(shown["relationships"]) == ["tax"]


def test_a_field_behind_nothing_is_an_unknown_association_or_nothing(shelf: Shopware):
    answer = shelf.call("POST", "/search/product", {"fields": ["tax.nosuch.deeper"]}, **FLAT)
    assert (answer.status, answer.json["data"][0]["tax"].keys()) == (200, _OF_EACH)


def test_a_field_is_not_followed_for_ever(shelf: Shopware):
    answer = shelf.call("POST", "/search/product", {"fields": [".".join(["parent"] * 3000)]}, **FLAT)
    assert (answer.status, answer.json["errors"][0]["source"]) == (400, {"pointer": "/fields"})
