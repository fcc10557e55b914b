"""The Admin API: single records, lists, searches, and what records are associated with."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from asyncops.models import Operation
from catalog.models import Category, Language, Manufacturer, Product, SalesChannel, Tax
from syncapi.shopware.schema import ALL
from tests.syncapi.shopware.conftest import EUR, SYSTEM, Shopware, new_id, pointers, price, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}


@pytest.fixture
def german() -> str:
    return Language.objects.get(translation_code__code="de-DE").pk.hex


def test_a_record_is_created_and_the_answer_says_where(shopware: Shopware):
    answer = shopware.call("POST", "/tax", {"name": "t", "taxRate": 7})
    [tax] = Tax.objects.all()
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Location"] == f"http://testserver/api/tax/{tax.pk.hex}"
    assert Operation.objects.get().kind == "POST /api/tax"


def test_the_answer_can_be_the_record(old: Shopware):
    answer = old.call("POST", "/tax?_response=basic", {"name": "t", "taxRate": 7}, **FLAT)
    assert (answer.status, answer.json["data"]["taxRate"], answer.json["data"]["apiAlias"]) == (200, 7, "tax")
    assert "Location" not in answer.headers


@pytest.mark.parametrize("asked", ["limit=", "associations[nothing][]="])
def test_nothing_is_written_that_could_not_be_shown_as_it_was_asked_for(shopware: Shopware, asked: str):
    answer = shopware.call("POST", f"/tax?_response=1&{asked}", {"name": "t", "taxRate": 7})
    assert answer.status == 400, answer
    assert not Tax.objects.exists()


def test_what_is_wrong_with_one_record(shopware: Shopware):
    answer = shopware.call("POST", "/product", {"name": "test"})
    assert (answer.status, sorted(pointers(answer))) == (400, ["/0/price", "/0/productNumber", "/0/stock", "/0/taxId"])
    assert not Product.objects.exists()


def test_creating_what_is_there_and_changing_what_is_not(shopware: Shopware):
    id = new_id()
    assert shopware.call("PATCH", f"/tax/{id}", {"name": "x"}).json["errors"][0]["code"].endswith("TYPE_INTEND_ERROR")
    shopware.call("POST", "/tax", {"id": id, "name": "t", "taxRate": 7})
    again = shopware.call("POST", "/tax", {"id": id, "name": "u", "taxRate": 8})
    assert (again.status, again.json["errors"][0]["detail"][:20]) == (400, "Expected command for")
    assert Tax.objects.get().name == "t"


def test_update_detail_and_delete(shopware: Shopware):
    id = new_id()
    shopware.call("POST", "/tax", {"id": id, "name": "t", "taxRate": 7})
    assert shopware.call("PATCH", f"/tax/{id}/", {"name": "u"}).status == 204
    assert shopware.call("GET", f"/tax/{id}", **FLAT).json["data"]["name"] == "u"
    assert shopware.call("DELETE", f"/tax/{id}").status == 204
    gone = shopware.call("DELETE", f"/tax/{id}")
    assert (gone.status, gone.json["errors"][0]["code"]) == (404, "FRAMEWORK__RESOURCE_NOT_FOUND")
    assert shopware.call("GET", f"/tax/{id}").status == 404


def test_defaults_of_a_minimal_product(shopware: Shopware):
    id = new_id()
    shopware.call("POST", "/product", product(id))
    data = shopware.call("GET", f"/product/{id}", **FLAT).json["data"]
    expected = {
        "active": True, "isCloseout": False, "minPurchase": 1, "purchaseSteps": 1, "shippingFree": False,
        "restockTime": None, "available": True, "availableStock": 1, "childCount": 0, "categories": None,
        "versionId": "0fa91ce3e96a4bc2be4bd9ce752c3425",
        "price": [{"currencyId": EUR, "net": 25, "gross": 50, "linked": False}],
    }  # fmt: skip
    assert {name: data[name] for name in expected} == expected


def test_by_default_it_is_json_api(old: Shopware):
    id = new_id()
    old.call("POST", "/product", product(id, active=False))
    answer = old.call("GET", f"/product/{id}?associations[tax][]=")
    assert answer.headers["Content-Type"] == "application/vnd.api+json"
    assert answer.json["data"]["attributes"]["active"] is False
    tax = answer.json["data"]["relationships"]["tax"]["data"]
    assert [(one["type"], one["id"]) for one in answer.json["included"]] == [(tax["type"], tax["id"])]


def test_a_list_can_be_paged_beyond_its_end(shopware: Shopware):
    shopware.upsert("tax", *({"name": f"t{n}", "taxRate": n} for n in range(3)))
    page = shopware.call("GET", "/tax?limit=2&page=1&sort=-taxRate&total-count-mode=1", **FLAT).json
    assert (page["total"], [row["name"] for row in page["data"]]) == (3, ["t2", "t1"])
    assert shopware.call("GET", "/tax?limit=100&page=2", **FLAT).json["data"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=2", {"first": 1, "next": 2}),
        ("limit=2&page=3", {"first": 1, "prev": 2}),
        ("limit=5", {"first": 1, "next": 2}),
        ("limit=2&page=2&total-count-mode=1", {"first": 1, "prev": 1, "next": 3, "last": 3}),
        ("limit=2&page=3&total-count-mode=exact", {"first": 1, "prev": 2, "last": 3}),
        ("limit=2&page=2&total-count-mode=2", {"first": 1, "prev": 1, "next": 3, "last": 3}),
        ("limit=2&page=4&total-count-mode=2", {"first": 1, "prev": 3}),
    ],
)
def test_a_list_in_json_api_leads_to_its_other_pages(shopware: Shopware, query: str, expected: dict[str, int]):
    shopware.upsert("tax", *({"name": f"t{n}", "taxRate": n} for n in range(5)))
    links = shopware.call("GET", f"/tax?sort=name&{query}").json["links"]
    assert links.pop("self") == f"http://testserver/api/tax?sort=name&{query}"
    told = {name: dict(parse_qsl(urlsplit(link).query)) for name, link in links.items()}
    assert {name: int(page["page"]) for name, page in told.items()} == expected
    assert {page["sort"] for page in told.values()} == {"name"}
    if "next" in links:
        after = shopware.call("GET", links["next"].removeprefix("http://testserver/api")).json
        assert after["links"]["prev"].endswith(f"page={expected['next'] - 1}")


def test_the_nested_paths_of_a_record(shopware: Shopware):
    id, category = new_id(), new_id()
    shopware.upsert("product", product(id))
    made = shopware.call("POST", f"/product/{id}/categories", {"id": category, "name": "c"})
    assert (made.status, made.headers["Location"]) == (204, f"http://testserver/api/category/{category}")
    listed = shopware.call("GET", f"/product/{id}/categories", **FLAT).json["data"]
    assert [row["id"] for row in listed] == [category]
    found = shopware.call("POST", f"/search/product/{id}/categories", {}, **FLAT).json["data"]
    assert [row["name"] for row in found] == ["c"]
    assert shopware.call("DELETE", f"/product/{id}/categories/{category}").status == 204
    assert shopware.call("GET", f"/product/{id}/categories", **FLAT).json["data"] == []
    assert shopware.call("GET", f"/category/{category}").status == 200


def test_a_nested_path_changes_only_what_is_there(shopware: Shopware):
    id, mine, other = new_id(), new_id(), new_id()
    shopware.upsert("product", product(id, categories=[{"id": mine, "name": "c"}]))
    shopware.upsert("category", {"id": other, "name": "o"})
    assert shopware.call("PATCH", f"/product/{id}/categories/{mine}", {"name": "changed"}).status == 204
    assert shopware.call("PATCH", f"/product/{id}/categories/{other}", {"name": "changed"}).status == 404
    assert sorted(Category.objects.filter(name="changed").values_list("pk", flat=True)) == [UUID(mine)]


def test_a_link_ends_only_between_records_that_are_there(shopware: Shopware):
    id, category, absent = new_id(), new_id(), new_id()
    shopware.upsert("product", product(id, categories=[{"id": category, "name": "c"}]))
    for path in (f"/product/{absent}/categories/{category}", f"/product/{id}/categories/{absent}"):
        assert shopware.call("DELETE", path).status == 404
    [told] = shopware.call("DELETE", f"/product/{id}/categories/{absent}").json["errors"]
    assert told["detail"].endswith(f"was not found: productId({id}) categoryId({absent})")
    assert shopware.call("GET", f"/product/{id}/categories", **FLAT).json["total"] == 1


def test_texts_in_another_language(shopware: Shopware, german: str):
    id = new_id()
    shopware.upsert("product", product(id, name="en"))
    shopware.call("PATCH", f"/product/{id}", {"name": "de"}, sw_language_id=german)
    assert shopware.call("GET", f"/product/{id}", **FLAT).json["data"]["name"] == "en"
    seen = shopware.call("GET", f"/product/{id}", sw_language_id=german, **FLAT).json["data"]
    assert (seen["name"], seen["metaTitle"], seen["translated"]["name"]) == ("de", None, "de")
    assert shopware.call("GET", f"/product/{id}", sw_language_id=new_id()).status == 412


@pytest.mark.parametrize(
    "texts",
    [
        {"name": {"en-GB": "a", "de-DE": "b", "xx-YY": "c"}},
        {"translations": {"en-GB": {"name": "a"}, "de-DE": {"name": "b"}, "xx-YY": {"name": "c"}}},
    ],
)
def test_texts_by_language_in_one_record(shopware: Shopware, german: str, texts):
    id = new_id()
    answer = shopware.upsert("product_manufacturer", {"id": id, **texts})
    assert len(answer.json["data"]["product_manufacturer_translation"]) == 2
    seen = shopware.call("GET", f"/product-manufacturer/{id}", sw_language_id=german, **FLAT).json["data"]
    assert (seen["name"], Manufacturer.objects.get().name) == ("b", "a")


def test_a_text_of_the_system_language_is_mandatory(shopware: Shopware, german: str):
    answers = [shopware.upsert("unit", {"name": "de", "shortCode": "d"}, sw_language_id=german)]
    answers += [shopware.upsert("unit", {"translations": {"de-DE": {"name": "de", "shortCode": "d"}}})]
    for answer in answers:
        [error] = answer.json["errors"]
        assert (error["code"], error["source"]["pointer"]) == (
            "MISSING-SYSTEM-TRANSLATION",
            f"/write/0/translations/{SYSTEM}",
        )
        assert error["detail"] == f"Translation required for system language {SYSTEM}"
    nested = shopware.upsert("product", product(new_id(), manufacturer={"name": "de"}), sw_language_id=german)
    assert pointers(nested) == [f"/write/0{inner}/translations/{SYSTEM}" for inner in ("", "/manufacturer")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_text_of_another_language_can_be_given_up(shopware: Shopware, german: str, nothing: str | None):
    id = new_id()
    shopware.upsert("product_manufacturer", {"id": id, "name": {"en-GB": "en", "de-DE": "de"}})
    given_up = shopware.upsert("product_manufacturer", {"id": id, "name": nothing}, sw_language_id=german)
    assert given_up.status == 200
    seen = shopware.call("GET", f"/product-manufacturer/{id}", sw_language_id=german, **FLAT).json["data"]
    assert (seen["name"], seen["translated"]["name"]) == (None, "en")
    assert shopware.upsert("product_manufacturer", {"id": id, "name": nothing}).status == 400


def test_deletes_by_criteria(shopware: Shopware):
    one, two, c1, c2 = (new_id() for _ in range(4))
    records = (product(one, categories=[{"id": c1, "name": "1"}]), product(two, categories=[{"id": c2, "name": "2"}]))
    shopware.upsert("product", *records)
    criteria = [{"type": "equals", "field": "categories.id", "value": c1}]
    shopware.sync({"d": {"entity": "product", "action": "delete", "criteria": criteria}})
    assert [row.pk.hex for row in Product.objects.all()] == [two]
    mapping = [{"type": "equals", "field": "productId", "value": two}]
    shopware.sync({"d": {"entity": "product_category", "action": "delete", "criteria": mapping}})
    assert Product.objects.get().category_ids == []
    empty = shopware.sync({"d": {"entity": "product", "action": "delete", "criteria": [{"type": "or", "queries": []}]}})
    assert (empty.status, empty.json["errors"][0]["code"]) == (400, "API_INVALID_SYNC_CRITERIA_EXCEPTION")
    assert empty.json["errors"][0]["detail"] == (
        'Sync operation d, with action "delete", requires a criteria with at least one filter and can only be applied '
        "for mapping entities"
    )
    for wrong in ({"type": "contains", "field": "id", "value": "x"}, {"type": "equals", "field": "no", "value": 1}):
        answer = shopware.sync({"a/b": {"entity": "product", "action": "delete", "criteria": [wrong]}})
        assert (answer.status, pointers(answer)) == (400, ["/a~1b/criteria"])
    assert Product.objects.count() == 1


def test_where_clients_refuse_null_something_stands_for_it_both_ways(shopware: Shopware):
    id, names = new_id(), ("countryId", "navigationCategoryId", "paymentMethodId")
    channel = {"id": id, "name": "c", "typeId": new_id(), "languageId": SYSTEM, "currencyId": EUR, "accessKey": "k"}
    shopware.upsert("sales_channel", channel)
    seen = shopware.call("GET", f"/sales-channel/{id}", **FLAT).json["data"]
    assert {seen[name] for name in names} == {"0" * 32}
    assert shopware.call("PATCH", f"/sales-channel/{id}", {name: seen[name] for name in names}).status == 204
    kept = SalesChannel.objects.get(pk=id)
    assert (kept.country, kept.navigation_category, kept.payment_method_id) == (None, None, None)


@pytest.mark.parametrize(
    ("entity", "name", "value"),
    [("currency", "isSystemDefault", False), ("media", "hasFile", False), ("media", "mimeType", None)],
)
def test_what_a_client_sends_back_as_it_was_shown_is_no_error(shopware: Shopware, entity, name, value):
    new = {"currency": {"name": "n", "factor": 1, "symbol": "x", "isoCode": "XXX", "shortName": "x"}, "media": {}}
    assert shopware.call("POST", f"/{entity}", {**new[entity], name: value}).status == 204


def test_a_price_beside_the_price_is_in_its_currency(shopware: Shopware):
    id, beside = new_id(), {"gross": 9, "net": 8, "linked": False, "listPrice": None, "percentage": None}
    shopware.upsert("product", product(id, price=[{**price()[0], "listPrice": beside}]))
    [shown] = shopware.call("GET", f"/product/{id}", **FLAT).json["data"]["price"]
    assert shown["listPrice"] == {"currencyId": EUR, "gross": 9, "net": 8, "linked": False}
    wrong = {**beside, "colour": "red"}
    answer = shopware.upsert("product", {"id": id, "price": [{**price()[0], "listPrice": wrong}]})
    assert pointers(answer) == ["/write/0/price/0/listPrice/colour"]


@pytest.mark.parametrize("path", ["version", "config", "entity-schema.json", "health-check", "queue.json"])
def test_the_server_tells_about_itself(shopware: Shopware, path: str):
    assert shopware.call("GET", f"/_info/{path}").status == 200


def test_every_entity_is_described(shopware: Shopware):
    schema = shopware.call("GET", "/_info/entity-schema.json").json
    assert set(schema) == set(ALL)
    found = {name: schema["product"]["properties"][name] for name in ("productNumber", "name", "tax", "translations")}
    assert [each.get("flags") or each.get("entity") for each in found.values()] == [
        {"required": True},
        {"required": True, "translatable": True},
        "tax",
        {"cascade_delete": True},
    ]
    key = {"type": "uuid", "flags": {"primary_key": True, "required": True}}
    link = schema["product_category"]["properties"]
    assert (link["productId"], link["category"]["entity"]) == (key, "category")
    assert schema["unit_translation"]["properties"]["shortCode"] == {"type": "string", "flags": []}


@pytest.mark.parametrize(
    ("entity", "name", "expected"),
    [
        ("product", "tax", {"relation": "many_to_one", "entity": "tax", "localField": "taxId", "referenceField": "id"}),
        ("product", "visibilities", {"relation": "one_to_many", "entity": "product_visibility", "localField": "id",
            "referenceField": "productId", "primary": "id", "flags": {"cascade_delete": True}}),
        ("product", "translations", {"relation": "one_to_many", "entity": "product_translation", "localField": "id",
            "referenceField": "productId", "primary": "id", "flags": {"cascade_delete": True}}),
        ("tax", "products", {"relation": "one_to_many", "entity": "product", "localField": "id",
            "referenceField": "taxId", "primary": "id"}),
        ("product", "properties", {"relation": "many_to_many", "entity": "property_group_option",
            "mapping": "product_property", "local": "productId", "reference": "optionId"}),
        ("category", "products", {"relation": "many_to_many", "entity": "product",
            "mapping": "product_category", "local": "categoryId", "reference": "productId"}),
        ("product_tag", "tag", {"relation": "many_to_one", "entity": "tag", "localField": "tagId",
            "referenceField": "id"}),
    ],
)  # fmt: skip
def test_an_association_is_described_so_that_a_client_knows_what_to_delete(
    shopware: Shopware, entity: str, name: str, expected: dict[str, Any]
):
    schema = shopware.call("GET", "/_info/entity-schema.json").json
    assert schema[entity]["properties"][name] == {"type": "association", "flags": [], **expected}


def test_its_routes_and_its_document(shopware: Shopware):
    found = {each["path"]: each["methods"] for each in shopware.call("GET", "/_info/routes").json["endpoints"]}
    assert found["/api/_action/sync"] == ["POST"]
    assert found["/api/product-manufacturer/{id}"] == ["GET", "PATCH", "DELETE"]
    assert len(found) > 100
    described = shopware.call("GET", "/_info/openapi3.json")
    assert described.status == 200
    assert "/api/_action/sync" in described.json["paths"]


def test_what_is_no_path_and_what_is_no_method(shopware: Shopware):
    assert shopware.call("GET", "/nothing").status == 404
    for method, path in (("POST", "/product-category"), ("GET", f"/tax/{new_id()}/nothing")):
        [error] = shopware.call(method, path).json["errors"]
        assert (error["status"], error["detail"]) == ("404", f'No route found for "{method} /api{path}"')
    wrong = shopware.call("PUT", "/tax", {})
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, POST")
    assert shopware.program.get("/api/v1/tax").status == 404
    assert shopware.program.get("/api/v1/_info/version").status == 200
