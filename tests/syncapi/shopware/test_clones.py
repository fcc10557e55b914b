"""Copies of records: what goes along, what is overwritten, and what keeps a copy from being made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from catalog.models import Category, Product, ProductMedia, PropertyGroup, Tax
from tests.syncapi.conftest import Answer, Program
from tests.syncapi.shopware.conftest import Shopware, new_id, pointers, price, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}


def clone(shopware: Shopware, entity: str, id: str, **body: Any) -> Answer:
    return shopware.call("POST", f"/_action/clone/{entity}/{id}", body or None)


def made(answer: Answer) -> str:
    assert (answer.status, list(answer.json)) == (200, ["id"]), answer.body
    id: str = answer.json["id"]
    return id


def test_a_copy_of_a_record(shopware: Shopware):
    shopware.upsert("tax", {"id": (id := new_id()), "name": "t", "taxRate": 7, "customFields": {"a": 1}})
    copy = made(clone(shopware.old, "tax", id))
    assert copy != id
    assert [(tax.name, float(tax.rate), tax.custom_fields) for tax in Tax.objects.all()] == [("t", 7.0, {"a": 1})] * 2


def test_a_product_takes_along_what_belongs_to_it(shopware: Shopware):
    id, media, cover, category, rule = (new_id() for _ in range(5))
    shopware.upsert("rule", {"id": rule, "name": "r", "priority": 1})
    record = product(
        id,
        name={"en-GB": "en", "de-DE": "de"},
        price=price(7, 5),
        manufacturer={"name": "m"},
        categories=[{"id": category, "name": "c"}],
        media=[{"id": cover, "mediaId": media, "media": {"id": media, "title": "p"}}],
        coverId=cover,
        prices=[{"ruleId": rule, "quantityStart": 1, "price": price()}],
        releaseDate="2024-01-05T10:00:00Z",
        purchasePrices=price(3, 2),
    )
    assert shopware.upsert("product", record).status == 200
    overwrites = {"productNumber": "COPY", "name": "copy", "active": False, "customFields": {"b": 2}}
    copy = Product.objects.get(pk=made(clone(shopware, "product", id, overwrites=overwrites)))
    first = Product.objects.get(pk=id)
    assert (copy.sku, copy.name, copy.active, copy.custom_fields) == ("COPY", "copy", False, {"b": 2})
    same = ("price_gross", "price_net", "tax_id", "manufacturer_id", "release_date", "stock", "purchase_prices")
    assert [getattr(copy, name) for name in same] == [getattr(first, name) for name in same]
    texts = {"ids": [copy.pk.hex], "associations": {"translations": {}}}
    [shown] = shopware.call("POST", "/search/product", texts, **FLAT).json["data"]
    assert [text["name"] for text in shown["translations"]] == ["copy", "de"]
    assert [each.pk.hex for each in copy.categories.all()] == [category]
    assert (copy.prices.count(), copy.category_ids) == (1, first.category_ids)
    assert ProductMedia.objects.get(product=copy).pk == copy.cover_id != first.cover_id
    assert (first.sku, first.name, ProductMedia.objects.count()) == (record["productNumber"], "en", 2)


def test_a_number_that_is_taken_keeps_it_from_being_made(shopware: Shopware):
    shopware.upsert("product", product(id := new_id()))
    answer = clone(shopware, "product", id)
    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "CONTENT__DUPLICATE_PRODUCT_NUMBER")
    assert pointers(clone(shopware, "product", id, overwrites={"productNumber": 5})) == ["/0/productNumber"]
    assert Product.objects.count() == 1


def test_a_tree_is_copied_unless_it_is_not_wanted(shopware: Shopware):
    root, child = new_id(), new_id()
    below = {"id": child, "name": "child", "children": [{"name": "grandchild"}]}
    shopware.upsert("category", {"id": root, "name": "root", "children": [below], "tags": [{"name": "t"}]})
    whole = made(clone(shopware, "category", root, overwrites={"name": "copy"}))
    names = [category.name for category in Category.objects.filter(path__contains=whole).order_by("level")]
    assert names == ["child", "grandchild"]
    alone = made(clone(shopware, "category", root, cloneChildren=False))
    assert not Category.objects.filter(parent_id=UUID(alone)).exists()
    assert Category.objects.get(pk=alone).tags.count() == 1


def test_options_belong_to_their_group(shopware: Shopware):
    shopware.upsert("property_group", {"id": (id := new_id()), "name": "g", "options": [{"name": "1"}, {"name": "2"}]})
    copy = made(clone(shopware, "property-group", id, cloneChildren=False))
    assert PropertyGroup.objects.get(pk=copy).options.count() == 2


def test_what_cannot_be_copied(shopware: Shopware, settings: Any, limited_program: Program):
    assert clone(shopware, "tax", new_id()).status == 404
    assert clone(shopware, "tax", "nonsense").status == 400
    assert clone(shopware, "nothing", new_id()).status == 404
    assert clone(shopware, "product-category", new_id()).status == 404
    shopware.upsert("category", {"id": (id := new_id()), "name": "c", "children": [{"name": str(n)} for n in range(3)]})
    assert clone(shopware, "category", id, overwrites=[5]).status == 400
    assert limited_program.post(f"/api/_action/clone/category/{id}").status == 403
    settings.MAX_ITEMS = 2
    assert clone(shopware, "category", id).status == 413
    assert Category.objects.filter(parent__isnull=False, name__in="012").count() == 3
