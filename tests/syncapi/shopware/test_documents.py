"""Single records as JSON:API documents: what they include is written with them, and what is no document is told."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product, Tax
from tests.syncapi.conftest import Answer
from tests.syncapi.shopware.conftest import Shopware, new_id, pointers, product

pytestmark = pytest.mark.django_db
TAX = {"type": "tax", "id": "a" * 32}


def send(shopware: Shopware, method: str, path: str, body: Any) -> Answer:
    return shopware.program.call(method, f"/api{path}", body, CONTENT_TYPE="application/vnd.api+json")


def test_a_document_and_what_it_includes_are_one_record(shopware: Shopware):
    attributes = {name: value for name, value in product("", name="p").items() if name not in ("id", "tax")}
    red, blue = ({"type": "category", "id": new_id(), "attributes": {"name": name}} for name in ("red", "blue"))
    relationships = {
        "tax": {"data": TAX},
        "categories": {"data": [{"type": "category", "id": red["id"]}, blue]},
        "manufacturer": {"data": None},
    }
    rate = {**TAX, "attributes": {"name": "t", "taxRate": 7}, "relationships": {"products": {"data": []}}}
    data = {"type": "product", "id": new_id(), "attributes": attributes, "relationships": relationships}
    assert send(shopware, "POST", "/product", {"data": data, "included": [rate, red]}).status == 204
    made = Product.objects.get()
    assert (made.pk.hex, made.name, float(made.tax.rate)) == (data["id"], "p", 7)
    assert sorted(category.name for category in made.categories.all()) == ["blue", "red"]
    changed = {"data": {"type": "product", "attributes": {"name": "changed"}}}
    assert send(shopware, "PATCH", f"/product/{made.pk.hex}", changed).status == 204
    assert Product.objects.get().name == "changed"


def test_resources_that_name_each_other_are_told_once(shopware: Shopware):
    data = {**TAX, "attributes": {"name": "t", "taxRate": 1}}
    included = [{**TAX, "relationships": {"products": {"data": [TAX]}}}]
    answer = send(shopware, "POST", "/tax", {"data": data, "included": included})
    assert answer.status == 400  # a tax is no product; the reading of it ends
    assert not Tax.objects.exists()


def test_what_is_wrong_with_a_record_has_the_usual_pointer(shopware: Shopware):
    answer = send(shopware, "POST", "/tax", {"data": {"type": "tax", "attributes": {"name": 5, "taxRate": 1}}})
    assert (answer.status, pointers(answer)) == (400, ["/0/name"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "t", "taxRate": 1}, None),
        ({"data": 5}, "/data"),
        ({"data": {"type": "tax", "attributes": []}}, "/0/name"),
        ({"data": {"type": "tax", "attributes": "x"}}, "/data/attributes"),
        ({"data": {"type": "tax", "relationships": {"products": []}}}, "/data/relationships/products"),
        ({"data": {"relationships": {"products": {"data": ["x"]}}}}, "/data/relationships/products/data/0"),
        ({"data": {"type": "tax"}, "included": "x"}, "/included"),
        ({"data": [{"type": "tax"}]}, None),
    ],
)
def test_what_is_no_document_is_told(shopware: Shopware, body: Any, pointer: str | None):
    answer = send(shopware, "POST", "/tax", body)
    assert (answer.status, answer.json["errors"][0].get("source")) == (400, pointer and {"pointer": pointer})
    assert not Tax.objects.exists()


def test_a_document_that_grows_with_every_name_is_refused(shopware: Shopware):
    def link(number: int) -> dict[str, Any]:
        return {"type": "category", "id": str(number)}

    included = [
        {**link(number), "relationships": {"children": {"data": [link(number + 1), link(number + 1)]}}}
        for number in range(20)
    ]
    answer = send(shopware, "POST", "/category", {"data": link(0), "included": included})
    assert (answer.status, "more than 1000 records" in answer.json["errors"][0]["detail"]) == (400, True)
