"""The document's own samples: what they send and what is answered, ids apart."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from asyncops import engine
from catalog.models import Category, Country, Product, Tax
from tests.syncapi.conftest import Program
from tests.syncapi.shopware.conftest import Shopware, product

pytestmark = pytest.mark.django_db
SAMPLES = json.loads((Path(__file__).parent / "shopware" / "sync.json").read_text())
SYSTEM = "2fbb5fe2e29a4d70aa5854ce7ce3e20b"
PRODUCTS = ("000bba26e2044b98a3ee4a84b03f9551", "5deed0c33b2a4866a6b2c88fa215561c")
OTHER = "0446a1eb394c4e729178699a7bc2833f"


@pytest.fixture
def old(program: Program) -> Shopware:
    return Shopware(program=program).old


def test_writing_entities(old: Shopware):
    answer = old.sync(SAMPLES["operations"])
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "data": {
            "write-tax": expected("tax", Tax, names=False),
            "write-category": expected("category", Category.objects.filter(number__gt=2)),
            "write-country": expected("country", Country),
        },
        "extensions": [],
    }


def expected(name, rows, *, names=True):
    found = rows.order_by("name") if hasattr(rows, "order_by") else rows.objects.order_by("name")
    ids = [row.pk.hex for row in found]
    assert len(ids) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", id) for id in ids)
    texts = [{f"{name}_translation": [{f"{name}Id": id, "languageId": SYSTEM}]} if names else {} for id in ids]
    results = [{"entities": {name: [id], **text}, "errors": []} for id, text in zip(ids, texts, strict=True)]
    return {"result": results, "extensions": []}


def test_more_performance(old: Shopware):
    answer = old.sync(SAMPLES["operations"], single_operation="1", indexing_behavior="use-queue-indexing")
    data = answer.json["data"]
    assert (answer.json["success"], sorted(data)) == (
        True,
        ["category", "category_translation", "country", "country_translation", "tax"],
    )
    assert all(len(rows) == 2 for rows in data.values())


def test_deleting_entities(old: Shopware):
    categories = [record["id"] for record in SAMPLES["delete-entities"]["delete-tax"]["payload"]]
    old.upsert("category", *({"id": id, "name": id} for id in (*categories, OTHER)))
    old.upsert("product", *(product(id, categories=[{"id": OTHER}, {"id": categories[0]}]) for id in PRODUCTS))
    answer = old.sync(SAMPLES["delete-entities"])
    assert answer.json["success"] is True
    deleted = [result["entities"]["category"] for result in answer.json["data"]["delete-tax"]["result"]]
    assert deleted == [[id] for id in categories]
    mapped = [r["entities"]["product_category"] for r in answer.json["data"]["delete-product-category"]["result"]]
    assert mapped == [[{"productId": id, "categoryId": OTHER}] for id in PRODUCTS]
    assert [category.pk.hex for category in Category.objects.filter(number__gt=2)] == [OTHER]
    assert all(row.category_ids == [] and row.categories.count() == 0 for row in Product.objects.all())


@pytest.fixture
def with_properties(old: Shopware) -> Shopware:
    options = [{"id": OTHER, "name": "a"}, {"id": "f" * 32, "name": "b"}]
    old.upsert("property_group", {"name": "g", "options": options})
    old.upsert("product", *(product(id, properties=[{"id": each["id"]} for each in options]) for id in PRODUCTS))
    return old


def properties() -> list[list[str]]:
    return [[id.hex for id in row.property_ids] for row in Product.objects.order_by("id")]


def test_deleting_relations_brings_the_product_up_to_date_at_once(with_properties: Shopware):
    assert properties() == [[OTHER, "f" * 32]] * 2
    answer = with_properties.sync(SAMPLES["delete-relations"])
    entities = answer.json["data"]["delete-product-property"]["result"][0]["entities"]
    assert entities["product_property"] == [{"productId": PRODUCTS[0], "optionId": OTHER}]
    assert entities["product"] == [PRODUCTS[0]]
    assert properties() == [["f" * 32]] * 2


def test_with_the_queue_the_product_follows_when_the_worker_comes(with_properties: Shopware):
    with_properties.sync(SAMPLES["delete-relations"], indexing_behavior="use-queue-indexing")
    assert properties() == [[OTHER, "f" * 32]] * 2
    engine.derive()
    assert properties() == [["f" * 32]] * 2


def test_with_indexing_disabled_the_product_stays_behind(with_properties: Shopware):
    with_properties.sync(SAMPLES["delete-relations"], indexing_behavior="disable-indexing")
    engine.derive()
    assert properties() == [[OTHER, "f" * 32]] * 2
    assert all(row.properties.count() == 1 for row in Product.objects.all())


def test_an_update_of_the_product_removes_no_relation(with_properties: Shopware):
    with_properties.upsert("product", {"id": PRODUCTS[0], "properties": [{"id": OTHER}]})
    assert properties() == [[OTHER, "f" * 32]] * 2
