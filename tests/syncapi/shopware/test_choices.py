"""What a request may choose beyond Shopware: the policy, natural keys, replaced relations, strictness, dry runs."""

from __future__ import annotations

from typing import Any

import pytest

from asyncops.models import ItemError, Operation
from catalog.models import Category, Currency, Manufacturer, Product, ProductPrice, ProductVisibility, Tax
from tests.syncapi.conftest import work_off
from tests.syncapi.shopware.conftest import EUR, SYSTEM, Shopware, new_id, pointers, price, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}
NATURAL = {"bulkhead_keys": "natural"}
REPLACING = {"bulkhead_relations": "replace"}
CHANNEL = {"name": "s", "typeId": new_id(), "languageId": SYSTEM, "currencyId": EUR, "accessKey": "a"}


@pytest.fixture(params=["", "/v3"])
def either(shopware: Shopware, request: pytest.FixtureRequest) -> Shopware:
    """At both ages of the API."""
    return shopware.old if request.param else shopware


def ids_of(product_id: str, relation: str) -> list[str]:
    return sorted(each.pk.hex for each in getattr(Product.objects.get(pk=product_id), relation).all())


# policy


def test_under_policy_each_good_records_of_all_operations_stay(shopware: Shopware):
    gone, used = new_id(), new_id()
    shopware.upsert("tax", {"id": gone, "name": "gone", "taxRate": 1}, {"id": used, "name": "used", "taxRate": 1})
    shopware.upsert("product", product(new_id(), tax=None, taxId=used))
    body = {
        "makers": {"entity": "product_manufacturer", "action": "upsert", "payload": [{"name": "good"}, {}]},
        "taxes": {"entity": "tax", "action": "delete", "payload": [{"id": used}, {"id": gone}, {"id": "x"}]},
        "product": {"entity": "product", "action": "upsert", "payload": [{"name": "too little"}]},
    }
    answer = shopware.sync(body, bulkhead_policy="each")
    assert answer.status == 200
    told = [error.get("source", {}).get("pointer", error["code"]) for error in answer.json["errors"]]
    assert told[:3] == [f"/makers/1/translations/{SYSTEM}/name", "FRAMEWORK__DELETE_RESTRICTED", "/taxes/2/id"]
    assert {pointer.split("/")[1] for pointer in told[3:]} == {"product"}
    assert answer.json["deleted"] == {"tax": [gone]}
    assert [maker.pk.hex for maker in Manufacturer.objects.all()] == answer.json["data"]["product_manufacturer"]
    assert [tax.name for tax in Tax.objects.all()] == ["used"]
    assert (Operation.objects.latest("pk").refused, Product.objects.count()) == (4, 1)


def test_policy_all_at_the_older_address_is_as_fail_on_error(old: Shopware):
    answer = old.upsert("tax", {"name": "a", "taxRate": 1}, {"name": "b"}, bulkhead_policy="all")
    assert (answer.status, answer.json["success"]) == (400, False)
    assert not Tax.objects.exists()


def test_a_part_that_is_bad_takes_its_whole_record_with_it(shopware: Shopware):
    bad = product(new_id(), manufacturer={"name": "m"}, categories=[{"name": "c"}, {"name": 5}])
    answer = shopware.upsert("product", product(new_id()), bad, bulkhead_policy="each")
    assert pointers(answer) == ["/write/1/categories/1/name"]
    assert (Product.objects.count(), Manufacturer.objects.count()) == (1, 0)
    assert not Category.objects.filter(name="c").exists()


@pytest.mark.parametrize(
    ("header", "value"),
    [("bulkhead_policy", "some"), ("bulkhead_keys", "sku"), ("bulkhead_relations", "drop"), ("bulkhead_dry_run", "x")],
)
def test_a_choice_that_there_is_not_is_refused(either: Shopware, header: str, value: str):
    answer = either.upsert("tax", {"name": "a", "taxRate": 1}, **{header: value})
    name = header.replace("_", "-").title()
    assert (answer.status, answer.json["errors"][0]["detail"]) == (400, f"The {name} header cannot be {value}")
    assert not Tax.objects.exists()


# natural keys


def twice(shopware: Shopware, entity: str, record: dict[str, Any], change: dict[str, Any]) -> None:
    """The same natural key without an id, twice: one record, changed."""
    for sent in (record, {**record, **change}):
        answer = shopware.upsert(entity, sent, **NATURAL)
        assert answer.status == 200, answer.body
        assert answer.json.get("success", True), answer.body


def test_a_product_is_named_by_its_number(either: Shopware):
    record = product(new_id(), productNumber="N 1")
    del record["id"], record["tax"]
    either.upsert("tax", {"id": (tax := new_id()), "name": "t", "taxRate": 1})
    twice(either, "product", {**record, "taxId": tax}, {"stock": 9, "productNumber": "n 1"})
    assert list(Product.objects.values_list("sku", "stock")) == [("n 1", 9)]


def test_currency_and_locale_are_named_by_their_codes(either: Shopware):
    currency = {"factor": 1.5, "symbol": "x", "isoCode": "XXX", "name": "n", "shortName": "s"}
    twice(either, "currency", currency, {"factor": 2})
    assert list(Currency.objects.filter(iso_code="XXX").values_list("factor", flat=True)) == [2]
    before = either.call("POST", "/search-ids/locale", {}).json["data"]
    twice(either, "locale", {"code": "xx-XX", "name": "n", "territory": "t"}, {"territory": "u"})
    assert len(either.call("POST", "/search-ids/locale", {}).json["data"]) == len(before) + 1


def test_what_belongs_to_a_product_is_named_by_it_and_one_thing_more(either: Shopware):
    id, channel, rule = new_id(), new_id(), new_id()
    either.upsert("product", product(id))
    either.upsert("sales_channel", {**CHANNEL, "id": channel})
    either.upsert("rule", {"id": rule, "name": "r", "priority": 1})
    twice(
        either, "product_visibility", {"productId": id, "salesChannelId": channel, "visibility": 30}, {"visibility": 10}
    )
    assert list(ProductVisibility.objects.values_list("visibility", flat=True)) == [10]
    record = {"productId": id, "ruleId": rule, "quantityStart": 1, "price": price()}
    twice(either, "product_price", record, {"quantityEnd": 5})
    other = {**record, "quantityStart": 6}
    either.upsert("product_price", other, **NATURAL)
    kept = ProductPrice.objects.order_by("quantity_start").values_list("quantity_start", "quantity_end")
    assert list(kept) == [(1, 5), (6, None)]


def test_an_option_is_named_by_its_group_and_its_name(either: Shopware):
    group = new_id()
    either.upsert("property_group", {"id": group, "name": "colour"})
    twice(either, "property_group_option", {"groupId": group, "name": "red"}, {"colorHexCode": "#f00"})
    nested = {"id": group, "options": [{"name": "red", "position": 4}, {"name": "blue"}]}
    either.upsert("property_group", nested, **NATURAL)
    found = either.call("POST", "/search/property-group-option", {"sort": [{"field": "name"}]}, **FLAT).json["data"]
    assert [(o["name"], o["colorHexCode"], o["position"]) for o in found][1] == ("red", "#f00", 4)
    assert len(found) == 2


def test_children_of_a_new_product_are_named_like_those_of_an_old_one(either: Shopware):
    channel = new_id()
    either.upsert("sales_channel", {**CHANNEL, "id": channel})
    seen = [{"salesChannelId": channel, "visibility": 30}]
    record = {k: v for k, v in product(new_id(), productNumber="V", visibilities=seen).items() if k != "id"}
    for _ in range(2):
        answer = either.upsert("product", record, **NATURAL)
        assert (answer.status, answer.json.get("success", True)) == (200, True)
    assert (Product.objects.count(), ProductVisibility.objects.count()) == (1, 1)


def test_an_id_says_more_than_a_natural_key(shopware: Shopware):
    id = new_id()
    shopware.upsert("product", product(id, productNumber="A"))
    shopware.upsert("product", {"id": id, "productNumber": "B"}, **NATURAL)
    assert list(Product.objects.values_list("sku", flat=True)) == ["B"]


@pytest.mark.parametrize("record", [{}, {"productId": "0" * 32}, {"productId": "0" * 32, "mediaId": 5}, {"number": 1}])
def test_a_key_that_is_not_whole_makes_a_new_record(shopware: Shopware, record: dict[str, Any]):
    answer = shopware.upsert("product_media", record, **NATURAL)
    assert answer.status == 400
    assert {pointer.rsplit("/", 1)[-1] for pointer in pointers(answer)} <= {"productId", "mediaId"}


# relations


@pytest.mark.parametrize(
    ("name", "relation", "more"),
    [
        ("categories", "categories", {}),
        ("tags", "tags", {}),
        ("properties", "properties", {"group": {"name": "g"}}),
        ("options", "options", {"group": {"name": "g"}}),
        ("media", "media", {"media": {"title": "p"}}),
    ],
)
def test_a_relation_that_is_sent_loses_what_is_not_in_it(either: Shopware, name: str, relation: str, more: Any):
    id, keys = new_id(), sorted(new_id() for _ in range(3))
    members = [{"id": key, "name": key, **more} for key in keys]
    either.upsert("product", product(id, **{name: members}))
    either.upsert("product", {"id": id, name: [{"id": keys[0]}], "stock": 5})
    assert ids_of(id, relation) == keys  # without the header nothing is taken away
    answer = either.upsert("product", {"id": id, name: [{"id": keys[0]}, {**members[1]}]}, **REPLACING)
    assert answer.json.get("success", True), answer.body
    assert ids_of(id, relation) == keys[:2]
    either.upsert("product", {"id": id, "stock": 6}, **REPLACING)
    assert ids_of(id, relation) == keys[:2]
    either.upsert("product", {"id": id, name: []}, **REPLACING)
    assert ids_of(id, relation) == []


def test_replacing_takes_links_away_and_never_the_other_record(shopware: Shopware):
    id, category = new_id(), new_id()
    shopware.upsert("product", product(id, categories=[{"id": category, "name": "c"}]))
    shopware.upsert("product", {"id": id, "categories": []}, **REPLACING)
    assert Category.objects.filter(pk=category).exists()
    assert Product.objects.get().category_ids == []


def test_replacing_works_on_one_record_too(shopware: Shopware):
    id, keys = new_id(), [new_id(), new_id()]
    shopware.upsert("product", product(id, tags=[{"id": key, "name": key} for key in keys]))
    assert shopware.call("PATCH", f"/product/{id}", {"tags": [{"id": keys[1]}]}, **REPLACING).status == 204
    assert ids_of(id, "tags") == [keys[1]]


# strictness


def test_unknown_properties_are_errors_for_whom_asks(either: Shopware):
    record = product(new_id(), colour="red", manufacturer={"name": "m", "colour": "blue"}, tags=[{"name": "t", "x": 1}])
    record["translations"] = {"de-DE": {"name": "d", "farbe": "rot"}}
    answer = either.upsert("product", record, bulkhead_strict="1", single_operation="1")
    assert answer.status == 400
    expected = ["colour", "manufacturer/colour", "tags/0/x", "translations/de-DE/farbe"]
    assert sorted(pointers(answer)) == [f"/write/0/{place}" for place in expected]
    assert {error["detail"] for error in answer.json["errors"]} == {"This field was not expected."}
    assert not Product.objects.exists()


def test_strictness_and_policy_each_go_together(shopware: Shopware):
    records = ({"name": "a", "taxRate": 1, "x": 1}, {"name": "b", "taxRate": 2})
    answer = shopware.upsert("tax", *records, bulkhead_strict="1", bulkhead_policy="each")
    assert (answer.status, pointers(answer)) == (200, ["/write/0/x"])
    assert [tax.name for tax in Tax.objects.all()] == ["b"]


def test_what_is_ignored_by_name_is_no_error_of_strictness(shopware: Shopware):
    seen: dict[str, Any] = {
        "translated": {},
        "extensions": [],
        "versionId": None,
        "apiAlias": "tax",
        "createdAt": "x",
        "updatedAt": None,
    }
    assert shopware.upsert("tax", {"name": "a", "taxRate": 1, **seen}, bulkhead_strict="1").status == 200


def test_strict_mappings_and_translations(shopware: Shopware):
    id, category = new_id(), new_id()
    shopware.upsert("product", product(id, categories=[{"id": category, "name": "c"}]))
    key = {"productId": id, "categoryId": category, "position": 1}
    answer = shopware.upsert("product_category", key, bulkhead_strict="1")
    assert (answer.status, pointers(answer)) == (400, ["/write/0/position"])
    text = {"productId": id, "languageId": SYSTEM, "name": "n", "stock": 3}
    answer = shopware.upsert("product_translation", text, bulkhead_strict="1")
    assert (answer.status, pointers(answer)) == (400, ["/write/0/stock"])


# dry runs


def test_a_dry_run_answers_alike_and_stores_nothing(either: Shopware):
    id, dry = new_id(), {"bulkhead_dry_run": "1"}
    told = either.upsert("tax", {"id": id, "name": "a", "taxRate": 1}, **dry)
    assert (told.headers["Bulkhead-Dry-Run"], told.headers["Bulkhead-Outcomes"]) == ("1", "created=1")
    assert not Tax.objects.exists()
    assert told.json == either.upsert("tax", {"id": id, "name": "a", "taxRate": 1}).json
    gone = either.delete("tax", {"id": id}, **dry)
    assert gone.headers["Bulkhead-Outcomes"] == "deleted=1"
    assert Tax.objects.count() == 1


def test_a_dry_run_of_single_records(shopware: Shopware):
    id, dry = new_id(), {"bulkhead_dry_run": "1"}
    assert shopware.call("POST", "/tax", {"id": id, "name": "a", "taxRate": 1}, **dry).status == 204
    assert shopware.call("GET", f"/tax/{id}").status == 404
    shopware.call("POST", "/tax", {"id": id, "name": "a", "taxRate": 1})
    assert shopware.call("PATCH", f"/tax/{id}", {"name": "b"}, **dry).status == 204
    assert shopware.call("PATCH", f"/tax/{id}", {"name": 5}, **dry).status == 400
    assert shopware.call("DELETE", f"/tax/{id}", **dry).status == 204
    assert Tax.objects.get().name == "a"


def test_a_dry_run_of_a_record_can_show_it(shopware: Shopware):
    answer = shopware.call("POST", "/tax?_response=1", {"name": "a", "taxRate": 1}, bulkhead_dry_run="1", **FLAT)
    assert (answer.status, answer.json["data"]["name"]) == (200, "a")
    assert not Tax.objects.exists()


# not waiting


def test_who_does_not_wait_finds_items_and_errors_in_the_operation(either: Shopware):
    records = ({"name": "a", "taxRate": 1}, {"name": "b"})
    answer = either.upsert("tax", *records, prefer="respond-async", bulkhead_policy="each")
    operation = Operation.objects.get()
    assert (answer.status, answer.headers["Location"]) == (202, f"/operations/{operation.uuid}")
    work_off()
    operation.refresh_from_db()
    assert (operation.state, operation.created, operation.refused) == ("success", 1, 1)
    assert list(ItemError.objects.values_list("index", "path")) == [(1, "/rate")]
    assert [tax.name for tax in Tax.objects.all()] == ["a"]


def test_who_does_not_wait_for_all_or_nothing_gets_nothing(either: Shopware):
    either.upsert("tax", {"name": "a", "taxRate": 1}, {"name": "b"}, prefer="respond-async", bulkhead_policy="all")
    work_off()
    assert (Operation.objects.get().state, Tax.objects.count()) == ("failed", 0)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_single_records_need_not_be_waited_for(shopware: Shopware, method: str):
    id = new_id()
    if method != "POST":
        shopware.upsert("tax", {"id": id, "name": "a", "taxRate": 1})
    path = "/tax" if method == "POST" else f"/tax/{id}"
    body = {"id": id, "name": "b", "taxRate": 2} if method == "POST" else {"name": "b"}
    answer = shopware.call(method, path, body, prefer="respond-async")
    assert answer.status == 202
    work_off()
    found = list(Tax.objects.values_list("name", flat=True))
    assert found == ([] if method == "DELETE" else ["b"])


def test_choices_are_kept_for_the_worker(shopware: Shopware):
    keys = sorted([new_id(), new_id()])
    shopware.upsert("product", product(new_id(), productNumber="K", tags=[{"id": k, "name": k} for k in keys]))
    record = {"productNumber": "K", "tags": [{"id": keys[0]}]}
    shopware.upsert("product", record, prefer="respond-async", **NATURAL, **REPLACING)
    work_off()
    assert ids_of(Product.objects.get().pk.hex, "tags") == keys[:1]


def test_a_delete_by_criteria_that_nobody_waits_for(shopware: Shopware):
    shopware.upsert("tax", {"name": "a", "taxRate": 1}, {"name": "b", "taxRate": 2})
    criteria = [{"type": "equals", "field": "name", "value": "a"}]
    operation = {"entity": "tax", "action": "delete", "criteria": criteria}
    assert shopware.sync({"d": operation}, prefer="respond-async").status == 202
    work_off()
    assert [tax.name for tax in Tax.objects.all()] == ["b"]
