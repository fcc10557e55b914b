"""POST /api/_action/sync: one transaction, rows by entity, pointers that name the operation."""

from __future__ import annotations

import pytest

from asyncops.models import Operation
from catalog.models import Category, Country, Language, Product, ProductMedia, ProductPrice, Tax
from tests.syncapi.conftest import work_off
from tests.syncapi.shopware.conftest import EUR, SYSTEM, Shopware, new_id, pointers, price, product

pytestmark = pytest.mark.django_db
OWNER = new_id()


def test_what_was_written_is_listed_by_entity(shopware: Shopware):
    id, tax = new_id(), new_id()
    answer = shopware.upsert("product", product(id, tax={"id": tax, "name": "t", "taxRate": 1}))
    assert answer.status == 200
    assert answer.json == {
        "extensions": [],
        "data": {"product": [id], "product_translation": [{"productId": id, "languageId": SYSTEM}], "tax": [tax]},
        "notFound": [],
        "deleted": [],
    }


def test_what_was_deleted_and_what_was_not_there(shopware: Shopware):
    id, absent = new_id(), new_id()
    shopware.upsert("country", {"id": id, "name": "c"})
    answer = shopware.delete("country", {"id": id}, {"id": absent})
    assert answer.json == {
        "extensions": [],
        "data": [],
        "notFound": {"country": [absent]},
        "deleted": {"country": [id], "country_translation": [{"countryId": id, "languageId": SYSTEM}]},
    }
    assert not Country.objects.exists()


def test_a_mapping_touches_both_sides(shopware: Shopware):
    id, category = new_id(), new_id()
    shopware.upsert("product", product(id))
    shopware.upsert("category", {"id": category, "name": "c"})
    key = {"productId": id, "categoryId": category}
    assert shopware.upsert("product_category", key).json["data"] == {
        "category": [category],
        "product": [id],
        "product_category": [key],
    }
    answer = shopware.delete("product_category", key, {"productId": id, "categoryId": new_id()})
    assert answer.json["deleted"] == {"product_category": [key]}
    assert answer.json["data"] == {"category": [category], "product": [id]}
    assert len(answer.json["notFound"]["product_category"]) == 1
    assert Category.objects.filter(pk=category).exists()


@pytest.mark.parametrize("family", ["", "/v3"])
def test_links_and_texts_may_come_before_their_records(shopware: Shopware, family: str):
    id, category = new_id(), new_id()
    german = Language.objects.get(translation_code__code="de-DE").pk.hex
    body = {
        "link": {
            "entity": "product_category",
            "action": "upsert",
            "payload": [{"productId": id, "categoryId": category}],
        },
        "text": {
            "entity": "product_translation",
            "action": "upsert",
            "payload": [{"productId": id, "languageId": german, "name": "de"}],
        },
        "product": {"entity": "product", "action": "upsert", "payload": [product(id)]},
        "category": {"entity": "category", "action": "upsert", "payload": [{"id": category, "name": "c"}]},
        "bad": {"entity": "tax", "action": "upsert", "payload": [{"name": "x"}]},
    }
    answer = (shopware.old if family else shopware).sync(body, single_operation="1")
    assert pointers(answer) == ["/bad/0/taxRate"]
    del body["bad"]
    answer = (shopware.old if family else shopware).sync(body, single_operation="1")
    assert answer.json["data"]["product_category"] == [{"productId": id, "categoryId": category}]
    assert [each.pk.hex for each in Product.objects.get().categories.all()] == [category]


def test_a_child_touches_its_parent(shopware: Shopware):
    id, rule, row = new_id(), new_id(), new_id()
    shopware.upsert("product", product(id))
    shopware.upsert("rule", {"id": rule, "name": "r", "priority": 1})
    record = {"id": row, "productId": id, "ruleId": rule, "quantityStart": 1, "price": price()}
    assert shopware.upsert("product_price", record).json["data"] == {"product": [id], "product_price": [row]}
    assert shopware.upsert("product_price", {"id": row, "quantityStart": 2}).json["data"]["product"] == [id]
    answer = shopware.delete("product_price", {"id": row})
    assert (answer.json["data"], answer.json["deleted"]) == ({"product": [id]}, {"product_price": [row]})


@pytest.mark.parametrize("by", [{"productId": OWNER}, {"product": {"id": OWNER}}])
def test_a_new_child_touches_its_parent_however_it_names_it(shopware: Shopware, by):
    rule = new_id()
    shopware.upsert("product", product(OWNER, productNumber="owner"))
    shopware.upsert("rule", {"id": rule, "name": "r", "priority": 1})
    record = {**by, "ruleId": rule, "quantityStart": 1, "price": price()}
    answer = shopware.upsert("product_price", record)
    assert answer.json["data"] == {"product": [OWNER], "product_price": [ProductPrice.objects.get().pk.hex]}
    [result] = shopware.old.upsert("product_price", record).json["data"]["write"]["result"]
    assert list(result["entities"]) == ["product", "product_price"]


def test_what_is_deleted_and_written_again_is_told_as_both(shopware: Shopware):
    id, kept, gone = new_id(), new_id(), new_id()
    shopware.upsert("product", product(id, categories=[{"id": kept, "name": "k"}, {"id": gone, "name": "g"}]))
    all_of_it = [{"type": "equals", "field": "productId", "value": id}]
    again = {"productId": id, "categoryId": kept}
    answer = shopware.sync(
        {
            "d": {"entity": "product_category", "action": "delete", "criteria": all_of_it},
            "u": {"entity": "product_category", "action": "upsert", "payload": [again]},
        }
    )
    assert answer.json["data"]["product_category"] == [again]
    assert len(answer.json["deleted"]["product_category"]) == 2
    assert [category.pk.hex for category in Product.objects.get().categories.all()] == [kept]


def test_what_is_written_and_then_deleted_is_told_as_deleted(shopware: Shopware):
    id = new_id()
    answer = shopware.sync(
        [
            {"entity": "tax", "action": "upsert", "payload": [{"id": id, "name": "t", "taxRate": 1}]},
            {"entity": "tax", "action": "delete", "payload": [{"id": id}]},
        ]
    )
    assert (answer.json["data"], answer.json["deleted"]) == ([], {"tax": [id]})
    assert not Tax.objects.exists()


def test_texts_in_a_language_that_is_not_there_are_not_there_to_be_deleted(shopware: Shopware):
    id, nowhere = new_id(), new_id()
    shopware.upsert("product_manufacturer", {"id": id, "name": "m"})
    key = {"productManufacturerId": id, "languageId": nowhere}
    answer = shopware.delete("product_manufacturer_translation", key)
    assert (answer.status, answer.json["notFound"]) == (200, {"product_manufacturer_translation": [key]})


def test_any_error_and_nothing_stays(shopware: Shopware):
    answer = shopware.sync(
        {
            "taxes": {"entity": "tax", "action": "upsert", "payload": [{"name": "a", "taxRate": 1}, {"name": "b"}]},
            "more": {"entity": "tax", "action": "upsert", "payload": [{"taxRate": "x", "name": 5}]},
        }
    )
    assert (answer.status, list(answer.json)) == (400, ["errors"])
    assert pointers(answer) == ["/taxes/1/taxRate", "/more/0/taxRate", "/more/0/name"]
    assert not Tax.objects.exists()
    assert Operation.objects.get().state == "failed"


def test_in_a_list_an_operation_may_name_itself(shopware: Shopware):
    body = [
        {"entity": "tax", "action": "upsert", "payload": [{"name": "x"}], "key": "mine"},
        {"entity": "tax", "action": "upsert", "payload": [{"name": "x"}]},
    ]
    assert pointers(shopware.sync(body)) == ["/mine/0/taxRate", "/1/0/taxRate"]


@pytest.mark.parametrize(
    ("operation", "detail"),
    [
        ("action:delete", "Invalid payload format. Expected an array of operations."),
        (
            {"action": "upsert", "payload": [{}]},
            'Missing "entity" argument for operation with key "w". It needs to be a non-empty string.',
        ),
        (
            {"entity": "tax", "action": "Upsert", "payload": [{}]},
            'Missing or invalid "action" argument for operation with key "w". Supported actions are [upsert, delete]',
        ),
        (
            {"entity": "tax", "action": "upsert", "payload": []},
            'Missing "payload"|"criteria" argument for operation with key "w". It needs to be a non-empty array.',
        ),
        (
            {"entity": "tax", "action": "upsert", "payload": {"a": {}}},
            "Invalid payload. Should contain a list of associative arrays",
        ),
        (
            {},
            'Missing "entity" argument for operation with key "w". It needs to be a non-empty string.; '
            'Missing or invalid "action" argument for operation with key "w". Supported actions are [upsert, delete]; '
            'Missing "payload"|"criteria" argument for operation with key "w". It needs to be a non-empty array.',
        ),
    ],
)
def test_an_operation_that_makes_no_sense(shopware: Shopware, operation, detail):
    answer = shopware.sync({"w": operation})
    assert (answer.status, [error["detail"] for error in answer.json["errors"]]) == (400, [detail])


def test_policy_each_keeps_the_good_ones_and_tells_the_rest(shopware: Shopware):
    answer = shopware.upsert("tax", {"name": "a", "taxRate": 1}, {"name": "b"}, bulkhead_policy="each")
    assert (answer.status, pointers(answer)) == (200, ["/write/1/taxRate"])
    assert [tax.pk.hex for tax in Tax.objects.all()] == answer.json["data"]["tax"]


def test_delete_and_update_in_one_request(shopware: Shopware):
    id, (m1, m2, m3) = new_id(), (new_id() for _ in range(3))
    media = [{"id": m, "position": i, "media": {"title": "t"}} for i, m in enumerate((m1, m2, m3))]
    shopware.upsert("product", product(id, media=media))
    answer = shopware.sync(
        {
            "del": {"entity": "product_media", "action": "delete", "payload": [{"id": m2}]},
            "up": {
                "entity": "product",
                "action": "upsert",
                "payload": [{"id": id, "media": [{"id": m3, "position": 10}]}],
            },
        }
    )
    assert answer.status == 200
    assert sorted(ProductMedia.objects.values_list("id", "position")) == sorted(
        [(ProductMedia.objects.get(pk=m1).pk, 0), (ProductMedia.objects.get(pk=m3).pk, 10)]
    )


def test_who_keeps_a_record_is_told_by_shopwares_names(shopware: Shopware):
    red, group = new_id(), {"name": "colour"}
    options = [{"id": red, "name": "red", "group": group}]
    shopware.upsert("product", product(new_id(), options=options, configuratorSettings=[{"optionId": red}]))
    answer = shopware.delete("property_group_option", {"id": red})
    told = answer.json["errors"][0]["detail"].partition("in use by: ")[2]
    assert (answer.status, told) == (409, "product_option (1), product_configurator_setting (1)")


def test_a_restricted_delete_is_a_conflict(shopware: Shopware):
    tax = new_id()
    shopware.upsert("tax", {"id": tax, "name": "t", "taxRate": 1})
    shopware.upsert("product", product(new_id(), tax=None, taxId=tax), product(new_id(), tax=None, taxId=tax))
    answer = shopware.delete("tax", {"id": tax})
    assert (answer.status, answer.json["errors"][0]["code"]) == (409, "FRAMEWORK__DELETE_RESTRICTED")
    assert answer.json["errors"][0]["detail"].endswith("The entity is currently in use by: product (2)")
    assert Tax.objects.count() == 1


def test_products_lose_a_manufacturer_that_goes_and_in_v3_keep_it(shopware: Shopware):
    maker, id = new_id(), new_id()
    shopware.upsert("product", product(id, manufacturer={"id": maker, "name": "m"}))
    [result] = shopware.old.delete("product_manufacturer", {"id": maker}).json["data"]["gone"]["result"]
    assert [error["code"] for error in result["errors"]] == ["FRAMEWORK__DELETE_RESTRICTED"]
    assert shopware.old.call("DELETE", f"/product-manufacturer/{maker}").status == 409
    assert Product.objects.get().manufacturer_id is not None
    answer = shopware.delete("product_manufacturer", {"id": maker})
    assert (answer.status, answer.json["deleted"]["product_manufacturer"]) == (200, [maker])
    assert (Product.objects.get().manufacturer_id, Product.objects.count()) == (None, 1)


def test_an_unknown_foreign_key_is_a_violation_of_its_property(shopware: Shopware):
    answer = shopware.upsert("product", product(new_id(), tax=None, taxId=new_id()))
    assert (answer.status, pointers(answer)) == (400, ["/write/0/taxId"])
    assert answer.json["errors"][0]["code"] == "FRAMEWORK__WRITE_CONSTRAINT_VIOLATION"
    assert b"SQL" not in answer.body


def test_a_taken_product_number_has_its_own_code(shopware: Shopware):
    shopware.upsert("product", product(new_id(), productNumber="A"))
    answer = shopware.upsert("product", product(new_id(), productNumber="A"))
    error = answer.json["errors"][0]
    assert (error["code"], error["detail"]) == (
        "CONTENT__DUPLICATE_PRODUCT_NUMBER",
        'Product with number "A" already exists.',
    )


@pytest.mark.parametrize(
    ("entity", "id", "code"),
    [("language", SYSTEM, "delete_default_language_violation"), ("currency", EUR, "delete_default_currency_violation")],
)
def test_base_data_stays(shopware: Shopware, entity, id, code):
    answer = shopware.delete(entity, {"id": id})
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, code)


def test_who_prefers_not_to_wait_is_promised_an_operation(shopware: Shopware):
    answer = shopware.upsert("tax", {"name": "a", "taxRate": 1}, prefer="respond-async")
    operation = Operation.objects.get()
    assert (answer.status, answer.json) == (202, {"operation": str(operation.uuid)})
    assert not Tax.objects.exists()
    work_off()
    assert Tax.objects.count() == 1


def test_the_same_key_answers_alike_and_writes_once(shopware: Shopware):
    answers = [shopware.upsert("tax", {"name": "a", "taxRate": 1}, idempotency_key="k") for _ in range(2)]
    assert answers[0].body == answers[1].body
    assert Tax.objects.count() == 1
