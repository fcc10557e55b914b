"""What a record may look like (contract 4): ids, scalars, prices, associations, texts, and the order of things."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.models import Category, Manufacturer, Product, Tax
from tests.syncapi.conftest import Answer
from tests.syncapi.shopware.conftest import EUR, SYSTEM, Shopware, new_id, pointers, price, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}
VIOLATION = "FRAMEWORK__WRITE_CONSTRAINT_VIOLATION"
MISSING = "2fa2158c-2a7f-484b-98aa-975522539ff8"


def seen(shopware: Shopware, path: str, **headers: str) -> dict[str, Any]:
    data: dict[str, Any] = shopware.call("GET", path, **{**FLAT, **headers}).json["data"]
    return data


def told(answer: Answer) -> list[tuple[str, str]]:
    return [(error["source"]["pointer"], error["code"]) for error in answer.json["errors"]]


@pytest.mark.parametrize("id", [None, ""])
def test_an_id_that_is_nothing_counts_as_missing(shopware: Shopware, id: Any):
    [made] = shopware.upsert("tax", {"id": id, "name": "n", "taxRate": 1}).json["data"]["tax"]
    assert len(made) == 32


def test_options_are_sorted_as_shopwares_own_test_suite_says(shopware: Shopware):
    id = new_id()
    assert shopware.upsert("property_group", {"id": id, "name": "Size", "sortingType": "name"}).status == 200
    assert seen(shopware, f"/property-group/{id}")["sortingType"] == "name"
    assert shopware.upsert("property_group", {"id": id, "sortingType": "size"}).status == 400


@pytest.mark.parametrize("id", ["x", "A" * 32, 5, "2fbb5fe2-e29a-4d70-aa58-54ce7ce3e20b", "0" * 33])
def test_an_id_that_is_none_is_a_violation(shopware: Shopware, id: Any):
    answer = shopware.upsert("product", {**product(""), "id": id}, product(new_id(), tax=None, taxId=id))
    assert told(answer) == [("/write/0/id", VIOLATION), ("/write/1/taxId", VIOLATION)]
    assert answer.json["errors"][0]["detail"] == f'The string "{id}" is not a valid uuid.'
    gone = shopware.delete("tax", {"id": id})
    assert [error["code"] for error in gone.json["errors"]] == ["FRAMEWORK__INVALID_UUID"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": "x" * 256}, "/name", "d94b19cc-114f-4f44-9cc4-4138e80a87b9"),
        ({"productNumber": "x" * 65}, "/productNumber", "d94b19cc-114f-4f44-9cc4-4138e80a87b9"),
        ({"minPurchase": 0}, "/minPurchase", "76454e69-502c-46c5-9643-f447d837c4d5"),
        ({"stock": "1"}, "/stock", "ba785a8c-82cb-4283-967c-3cf342181b40"),
        ({"active": 1}, "/active", "ba785a8c-82cb-4283-967c-3cf342181b40"),
        ({"name": ""}, "/name", "c1051bb4-d103-4f74-8988-acbcafc7fdc3"),
        ({"stock": None}, "/stock", "c1051bb4-d103-4f74-8988-acbcafc7fdc3"),
        ({"availableStock": 5}, "/availableStock", VIOLATION),
        ({"manufacturer": "m"}, "/manufacturer", "FRAMEWORK__WRITE_MALFORMED_INPUT"),
        ({"categories": "c"}, "/categories", "FRAMEWORK__WRITE_MALFORMED_INPUT"),
        ({"categories": ["c"]}, "/categories/0", "FRAMEWORK__WRITE_MALFORMED_INPUT"),
        ({"translations": [{"name": "n"}]}, "/translations/0", "MISSING-TRANSLATION-LANGUAGE"),
        ({"price": [{"currencyId": EUR, "gross": 1, "linked": False}]}, "/price/0/net", MISSING),
        ({"price": [{**price()[0], "colour": 1}]}, "/price/0/colour", "FRAMEWORK__WRITE_UNEXPECTED_FIELD_ERROR"),
        ({"price": price(currency="f" * 32)}, "/price", VIOLATION),
        ({"price": []}, "/price", "c1051bb4-d103-4f74-8988-acbcafc7fdc3"),
        ({"price": {}}, "/price", "c1051bb4-d103-4f74-8988-acbcafc7fdc3"),
        ({"price": 5}, "/price", "ba785a8c-82cb-4283-967c-3cf342181b40"),
        ({"releaseDate": "soon"}, "/releaseDate", "1a9da513-2640-4f84-9b6a-4d99dcddc628"),
        ({"releaseDate": "9999-12-31T23:59:59-05:00"}, "/releaseDate", "1a9da513-2640-4f84-9b6a-4d99dcddc628"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_value(shopware: Shopware, change: dict[str, Any], pointer: str, code: str):
    answer = shopware.upsert("product", product(new_id(), **change))
    places = [(place.replace(f"/translations/{SYSTEM}", ""), each) for place, each in told(answer)]
    assert (answer.status, places) == (400, [(f"/write/0{pointer}", code)])
    assert not Product.objects.exists()


def test_numbers_may_be_texts_where_they_are_floats(shopware: Shopware):
    id = new_id()
    written = [{"currencyId": EUR, "gross": "119", "net": "1E+2", "linked": False}]
    assert shopware.call("POST", "/product", product(id, price=written, weight="1.5")).status == 204
    shown = seen(shopware, f"/product/{id}")
    assert (shown["price"][0]["gross"], shown["price"][0]["net"], shown["weight"]) == (119, 100, 1.5)


def test_markup_is_kept_in_descriptions_alone(shopware: Shopware):
    id = new_id()
    shopware.upsert("product", product(id, name="<b>bold</b> & 1 < 2", description="<p>long</p>"))
    shown = seen(shopware, f"/product/{id}")
    assert (shown["name"], shown["description"]) == ("bold & 1 < 2", "<p>long</p>")


def test_custom_fields_are_merged_and_times_are_utc(shopware: Shopware):
    id = new_id()
    shopware.upsert("product", product(id, customFields={"a": 1, "b": 2}, releaseDate="2026-01-01T01:00:00+01:00"))
    shopware.upsert("product", {"id": id, "customFields": {"b": 3, "c": [4]}})
    shown = seen(shopware, f"/product/{id}")
    assert shown["customFields"] == {"a": 1, "b": 3, "c": [4]}
    assert shown["releaseDate"] == "2026-01-01T00:00:00.000+00:00"


def test_prices_are_replaced_as_a_whole_and_may_be_an_object(shopware: Shopware):
    id, other = new_id(), new_id()
    currency = {"id": other, "factor": 2, "symbol": "x", "isoCode": "XXX", "name": "n", "shortName": "s"}
    shopware.upsert("currency", currency)
    shopware.upsert("product", product(id, price=[*price(), *price(9, 8, other)]))
    assert {each["currencyId"] for each in seen(shopware, f"/product/{id}")["price"]} == {EUR, other}
    shopware.upsert("product", {"id": id, "price": {"any": price(7, 6)[0]}})
    assert seen(shopware, f"/product/{id}")["price"] == [{"currencyId": EUR, "gross": 7, "net": 6, "linked": False}]


def test_a_many_to_one_in_three_ways(shopware: Shopware):
    one, two, three, maker = (new_id() for _ in range(4))
    shopware.upsert("product", product(one, manufacturer={"name": "made"}))
    shopware.upsert("product", product(two, manufacturer={"id": maker, "name": "known"}))
    shopware.upsert("product", product(three, manufacturer={"id": maker}))
    shopware.upsert("product", {"id": one, "manufacturerId": maker})
    assert set(Product.objects.values_list("manufacturer__name", flat=True)) == {"known"}
    shopware.upsert("product", {"id": three, "manufacturer": {"id": maker, "name": "renamed"}})
    assert sorted(maker.name for maker in Manufacturer.objects.all()) == ["made", "renamed"]


def test_a_many_to_many_in_three_ways(shopware: Shopware):
    id, known = new_id(), new_id()
    shopware.upsert("category", {"id": known, "name": "known"})
    links = [{"name": "made"}, {"id": known}, {"id": new_id(), "name": "named"}]
    shopware.upsert("product", product(id, categories=links))
    names = sorted(category.name for category in Product.objects.get().categories.all())
    assert names == ["known", "made", "named"]
    shopware.upsert("product", {"id": id, "categories": [{"id": known, "name": "renamed"}]})
    assert Product.objects.get().categories.count() == 3
    assert Category.objects.get(pk=known).name == "renamed"


def test_children_without_an_id_are_new_each_time(shopware: Shopware):
    group = new_id()
    for _ in range(2):
        shopware.upsert("property_group", {"id": group, "name": "g", "options": [{"name": "red"}]})
    assert len(seen(shopware, f"/property-group/{group}?associations[options][]=")["options"]) == 2


def test_nested_records_are_judged_like_others(shopware: Shopware):
    nested = {"manufacturer": {"name": 5}, "categories": [{"name": "good"}, {}], "tags": [{"name": "x" * 300}]}
    answer = shopware.upsert("product", product(new_id(), **nested))
    places = {place.replace(f"/translations/{SYSTEM}", "") for place in pointers(answer)}
    assert places == {"/write/0/manufacturer/name", "/write/0/categories/1/name", "/write/0/tags/0/name"}
    assert not Category.objects.filter(name="good").exists()


def test_no_record_is_its_own_ancestor(shopware: Shopware):
    one, two = new_id(), new_id()
    shopware.upsert("category", {"id": one, "name": "1", "children": [{"id": two, "name": "2"}]})
    own = shopware.upsert("category", {"id": one, "parentId": one})
    assert told(own) == [("/write/0/parentId", "FRAMEWORK__PARENT_RELATION_DOES_NOT_ALLOW_SELF_REFERENCES")]
    assert told(shopware.upsert("category", {"id": one, "parentId": two})) == [("/write/0/parentId", VIOLATION)]
    assert Category.objects.get(pk=one).parent is None


def test_a_translation_code_belongs_to_one_language(shopware: Shopware):
    locales = [{"id": new_id(), "code": code, "name": "l", "territory": "t"} for code in ("nl-NL", "fr-FR")]
    shopware.upsert("locale", *locales)
    dutch, french = locales[0]["id"], locales[1]["id"]
    one, two = ({"id": new_id(), "name": "n", "localeId": dutch, "translationCodeId": dutch} for _ in range(2))
    assert told(shopware.upsert("language", one, two)) == [("/write/1/translationCodeId", VIOLATION)]
    assert shopware.upsert("language", one, one).status == 200
    assert told(shopware.upsert("language", two)) == [("/write/0/translationCodeId", VIOLATION)]
    single = shopware.call("POST", "/language", two)
    assert (single.status, told(single)) == (400, [("/0/translationCodeId", VIOLATION)])
    given_up = {"id": one["id"], "translationCodeId": french}
    assert shopware.sync([{"entity": "language", "action": "upsert", "payload": [given_up]}]).status == 200
    assert shopware.upsert("language", two).status == 200


@pytest.mark.parametrize("parent", [{"parentId": new_id()}, {"parent": {"id": new_id()}}])
def test_the_default_language_has_no_parent(shopware: Shopware, parent: dict[str, Any]):
    answer = shopware.upsert("language", {"id": SYSTEM, **parent})
    assert (answer.status, told(answer)) == (400, [("/write/0/parentId", "default_language_parent_violation")])
    assert shopware.upsert("language", {"id": SYSTEM, "parentId": None}).status == 200


def test_what_is_taken_has_its_names_here_also_when_it_is_nested(shopware: Shopware):
    id, channel = new_id(), new_id()
    record = {"id": channel, "name": "s", "typeId": new_id(), "languageId": SYSTEM, "currencyId": EUR, "accessKey": "a"}
    shopware.upsert("sales_channel", record)
    seen = {"salesChannelId": channel, "visibility": 30}
    answer = shopware.upsert("product", product(id, visibilities=[seen]), {"id": id, "visibilities": [seen]})
    [error] = answer.json["errors"]
    assert (error["code"], error["source"]["pointer"]) == (VIOLATION, "/write/1/visibilities/0/productId")
    assert error["meta"]["parameters"] == {"{{ fields }}": "productId, salesChannelId"}


def test_one_id_is_deleted_made_and_changed_in_one_request(shopware: Shopware):
    id = new_id()
    shopware.upsert("tax", {"id": id, "name": "old", "taxRate": 1})
    body = [
        {"entity": "tax", "action": "delete", "payload": [{"id": id}]},
        {"entity": "tax", "action": "upsert", "payload": [{"id": id, "name": "new", "taxRate": 2}]},
        {"entity": "tax", "action": "upsert", "payload": [{"id": id, "taxRate": 3}]},
    ]
    assert shopware.sync(body).status == 200
    assert [(tax.name, float(tax.rate)) for tax in Tax.objects.all()] == [("new", 3.0)]


def test_v3_pointers_carry_the_index_and_not_the_key(shopware: Shopware):
    taxes = [{"name": "a", "taxRate": 1}, {"name": "b", "taxRate": 1}, {"name": "c"}]
    answer = shopware.old.sync({"write-x": {"entity": "tax", "action": "upsert", "payload": taxes}})
    [error] = answer.json["data"]["write-x"]["result"][2]["errors"]
    assert error["source"]["pointer"] == "/2/taxRate"


@pytest.mark.parametrize("other", ["text/csv", "multipart/form-data; boundary=x"])
def test_single_records_come_as_json(shopware: Shopware, other: str):
    answer = shopware.program.call("POST", "/api/tax", {"name": "n", "taxRate": 1}, CONTENT_TYPE=other)
    assert (answer.status, answer.json["errors"][0]["detail"]) == (
        415,
        f'The Content-Type "{other.partition(";")[0]}" is unsupported.',
    )
    listed = shopware.call("POST", "/tax", [{"name": "n", "taxRate": 1}])
    assert listed.json["errors"][0]["detail"].startswith("Only single write operations are supported.")
    assert not Tax.objects.exists()


@pytest.mark.parametrize(("value", "detail"), [("a\0", "The text holds"), (10**400, "The number is not finite")])
def test_what_no_database_can_hold_has_its_place_too(shopware: Shopware, value: Any, detail: str):
    body = json.dumps({"name": value, "taxRate": 1}).encode()
    answer = shopware.call("POST", "/tax", body)
    assert (answer.status, pointers(answer)) == (400, ["/0/name"])
    assert answer.json["errors"][0]["detail"].startswith(detail)


def test_a_language_that_there_is_not_is_refused_whole(shopware: Shopware):
    answer = shopware.upsert("tax", {"name": "n", "taxRate": 1}, sw_language_id=new_id())
    assert (answer.status, answer.json["errors"][0]["code"]) == (412, "FRAMEWORK__LANGUAGE_NOT_FOUND")
    assert not Tax.objects.exists()


def test_ten_thousand_records_are_told_one_by_one(shopware: Shopware):
    records = [{"name": f"t{n}", "taxRate": 1} for n in range(9_999)]
    answer = shopware.old.upsert("tax", *records, {"name": "bad"})
    results = answer.json["data"]["write"]["result"]
    assert (answer.status, len(results), Tax.objects.count()) == (200, 10_000, 9_999)
    assert [index for index, result in enumerate(results) if result["errors"]] == [9_999]


def test_more_than_the_server_takes_is_told(shopware: Shopware, settings: Any):
    settings.MAX_ITEMS = 2
    answer = shopware.upsert("tax", *({"name": "n", "taxRate": 1} for _ in range(3)))
    assert answer.status == 413
    assert not Tax.objects.exists()
