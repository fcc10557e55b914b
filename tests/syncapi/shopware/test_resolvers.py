"""Foreign keys that a resolver finds: in the catalog, in the same request, and what is told when there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Language, Product
from tests.syncapi.shopware.conftest import SYSTEM, Shopware, new_id, pointers, product

pytestmark = pytest.mark.django_db


def by_number(number: Any, **more: Any) -> dict[str, Any]:
    return {"resolver": "product.number", "value": number, **more}


def test_resolvers_find_records_of_the_catalog_and_of_the_same_request(shopware: Shopware):
    category, id = new_id(), new_id()
    answer = shopware.sync(
        {
            "c": {"entity": "category", "action": "upsert", "payload": [{"id": category, "name": "c"}]},
            "p": {"entity": "product", "action": "upsert", "payload": [product(id, productNumber="p1")]},
            "m": {
                "entity": "product_category",
                "action": "upsert",
                "payload": [{"categoryId": category, "productId": by_number("p1")}],
            },
        }
    )
    assert answer.status == 200
    assert [c.pk.hex for c in Product.objects.get().categories.all()] == [category]


def test_a_resolver_that_finds_nothing(shopware: Shopware):
    nobody = by_number("nobody")
    answer = shopware.upsert("product", product(new_id(), parentId=nobody), product(new_id(), parentId=nobody))
    assert [error["code"] for error in answer.json["errors"]] == ["FRAMEWORK__API_INVALID_SYNC_RESOLVERS"]
    assert answer.json["errors"][0]["detail"].splitlines() == [
        "Can not resolve foreign key at position write/0/parentId. Reference field: product.parentId",
        "Can not resolve foreign key at position write/1/parentId. Reference field: product.parentId",
    ]
    optional = product(new_id(), parentId={**nobody, "nullOnMissing": True})
    assert shopware.upsert("product", optional).status == 200
    assert Product.objects.get().parent is None


def test_an_unknown_resolver(shopware: Shopware):
    answer = shopware.upsert("product", product(new_id(), taxId={"resolver": "x.y", "value": 1}, tax=None))
    assert answer.json["errors"][0]["code"] == "API_RESOLVER_NOT_FOUND_EXCEPTION"


def lines(answer: Any) -> list[str]:
    [error] = answer.json["errors"]
    assert (answer.status, error["code"]) == (400, "FRAMEWORK__API_INVALID_SYNC_RESOLVERS")
    found: list[str] = error["detail"].splitlines()
    return found


def test_the_key_of_a_mapping_is_resolved_too(shopware: Shopware):
    one, two = new_id(), new_id()
    shopware.upsert("category", {"id": one, "name": "1"}, {"id": two, "name": "2"})
    shopware.upsert("product", product(new_id(), productNumber="p1"))
    rows = [{"categoryId": id, "productId": by_number("p1")} for id in (one, two)]
    assert shopware.upsert("product_category", *rows).status == 200
    assert sorted(category.pk.hex for category in Product.objects.get().categories.all()) == sorted([one, two])
    wrong = [{"categoryId": one, "productId": by_number(number)} for number in ("nobody", "no one")]
    assert lines(shopware.upsert("product_category", *wrong)) == [
        f"Can not resolve foreign key at position write/{index}/productId. Reference field: product_category.productId"
        for index in range(2)
    ]


def test_a_record_can_be_named_by_a_resolver(shopware: Shopware):
    id = new_id()
    shopware.upsert("product", product(id, productNumber="p1"), {"id": by_number("p1"), "stock": 7})
    assert list(Product.objects.values_list("sku", "stock")) == [("p1", 7)]
    assert lines(shopware.upsert("product", {**product(""), "id": by_number("p2")})) == [
        "Can not resolve foreign key at position write/0/id. Reference field: product.id"
    ]
    new = {**product(""), "productNumber": "p2", "id": by_number("p2", nullOnMissing=True)}
    assert shopware.upsert("product", new).status == 200
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["p1", "p2"]


@pytest.mark.parametrize("number", ["nobody", None])
def test_a_resolver_need_not_find_anything(shopware: Shopware, number):
    parent, child = new_id(), new_id()
    shopware.upsert("product", product(parent), product(child, parentId=parent))
    assert shopware.upsert("product", {"id": child, "parentId": by_number(number, nullOnMissing=True)}).status == 200
    assert Product.objects.get(pk=child).parent is None


def test_what_a_resolver_does_not_find_is_not_there_to_be_deleted(shopware: Shopware):
    answer = shopware.delete("product", {"id": by_number("nobody")})
    assert (answer.status, answer.json["notFound"]) == (200, {"product": ["nobody"]})
    category = new_id()
    key = {"productId": by_number("nobody"), "categoryId": category}
    answer = shopware.delete("product_category", key)
    assert answer.json["notFound"] == {"product_category": [{"productId": "nobody", "categoryId": category}]}


def test_currencies_and_locales_are_resolved_by_their_codes(shopware: Shopware):
    channel = {"name": "n", "typeId": new_id(), "languageId": SYSTEM, "accessKey": "k"}
    euro = {"resolver": "currency.iso_code", "value": "EUR"}
    assert shopware.upsert("sales_channel", {**channel, "currencyId": euro}).status == 200
    english = {"resolver": "locale.code", "value": "en-GB"}
    assert shopware.upsert("language", {"name": "mine", "localeId": english, "parentId": SYSTEM}).status == 200
    assert Language.objects.get(name="mine").locale.code == "en-GB"


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"resolver": "x.y", "value": "1"}, "/parentId", "API_RESOLVER_NOT_FOUND_EXCEPTION"),
        ({"resolver": "locale.code", "value": "1"}, "/parentId", "FRAMEWORK__API_SYNC_RESOLVER_FIELD_NOT_FOUND"),
        (by_number(5), "/parentId/value", "ba785a8c-82cb-4283-967c-3cf342181b40"),
        (by_number(None), "/parentId/value", "ba785a8c-82cb-4283-967c-3cf342181b40"),
    ],
)
def test_a_resolver_that_makes_no_sense_has_the_place_of_its_property(shopware: Shopware, given, pointer, code):
    answer = shopware.upsert("product", product(new_id(), parentId=given))
    assert (pointers(answer), answer.json["errors"][0]["code"]) == ([f"/write/0{pointer}"], code)
