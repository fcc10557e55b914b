"""Variants: what they need, what they show of their parent, and what is their own."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Language, Product
from tests.syncapi.shopware.conftest import BLANK, EUR, Shopware, new_id, pointers, price, product

pytestmark = pytest.mark.django_db
FLAT = {"accept": "application/json"}
INHERITING = {**FLAT, "sw_inheritance": "1"}


@pytest.fixture
def family(shopware: Shopware) -> tuple[str, str]:
    """A parent with texts, a tax, a price and a manufacturer, and a variant that has nothing but its number."""
    parent, variant = new_id(), new_id()
    more = {"description": "<b>long</b>", "manufacturer": {"name": "m"}, "weight": 3, "ean": "1"}
    children = [{"id": variant, "productNumber": "VARIANT", "stock": 7}]
    answer = shopware.upsert("product", product(parent, name="parent", children=children, **more))
    assert answer.status == 200
    return parent, variant


def seen(shopware: Shopware, id: str, **headers: str) -> dict[str, Any]:
    data: dict[str, Any] = shopware.call("GET", f"/product/{id}", **{**FLAT, **headers}).json["data"]
    return data


def test_a_variant_shows_null_for_what_it_has_not(shopware: Shopware, family):
    parent, variant = family
    shown = seen(shopware, variant)
    names = ("name", "description", "price", "taxId", "manufacturerId", "weight", "ean")
    assert {name: shown[name] for name in names} == dict.fromkeys(names)
    assert (shown["parentId"], shown["stock"], shown["productNumber"]) == (parent, 7, "VARIANT")
    assert (shown["translated"]["name"], shown["translated"]["description"]) == ("parent", "<b>long</b>")
    assert seen(shopware, parent)["childCount"] == 1


def test_with_inheritance_it_shows_what_its_parent_has(shopware: Shopware, family):
    parent, variant = (seen(shopware, id, **INHERITING) for id in family)
    for name in ("name", "description", "price", "taxId", "manufacturerId", "weight", "ean"):
        assert variant[name] == parent[name], name
    assert (variant["stock"], variant["productNumber"], variant["childCount"]) == (7, "VARIANT", 0)
    assert Product.objects.get(sku="VARIANT").name is None


@pytest.mark.parametrize("header", ["0", "false", "", "no"])
def test_whatever_is_not_yes_is_no(shopware: Shopware, family, header: str):
    assert seen(shopware, family[1], sw_inheritance=header)["name"] is None


def test_its_own_values_are_never_its_parents(shopware: Shopware, family):
    _, variant = family
    shopware.upsert("product", {"id": variant, "name": "own", "price": price(99, 80), "weight": 0})
    shown = seen(shopware, variant, **INHERITING)
    assert (shown["name"], shown["weight"], shown["translated"]["name"]) == ("own", 0, "own")
    assert shown["price"] == [{"currencyId": EUR, "net": 80, "gross": 99, "linked": False}]


def test_what_was_its_own_is_inherited_again_when_it_is_null(shopware: Shopware, family):
    _, variant = family
    shopware.upsert("product", {"id": variant, "name": "own", "price": price(99, 80)})
    assert shopware.upsert("product", {"id": variant, "name": None, "price": None, "taxId": None}).status == 200
    assert seen(shopware, variant)["price"] is None
    assert seen(shopware, variant, **INHERITING)["name"] == "parent"


def test_a_parents_text_in_another_language_is_inherited(shopware: Shopware, family):
    parent, variant = family
    german = Language.objects.get(translation_code__code="de-DE").pk.hex
    shopware.call("PATCH", f"/product/{parent}", {"name": "deutsch"}, sw_language_id=german)
    shown = seen(shopware, variant, sw_language_id=german)
    assert (shown["name"], shown["translated"]["name"]) == (None, "deutsch")
    assert seen(shopware, variant, **INHERITING, sw_language_id=german)["name"] == "deutsch"


def test_lists_and_searches_inherit_too(shopware: Shopware, family):
    _, variant = family
    found = shopware.call("POST", "/search/product", {"ids": [variant]}, **INHERITING).json["data"]
    assert [row["name"] for row in found] == ["parent"]
    listed = shopware.call("GET", f"/product/{family[0]}/children", **INHERITING).json["data"]
    assert [row["name"] for row in listed] == ["parent"]


def test_a_variant_needs_its_number_and_stock_alone(shopware: Shopware, family):
    answer = shopware.upsert("product", {"parentId": family[0]})
    assert sorted(pointers(answer)) == ["/write/0/productNumber", "/write/0/stock"]
    assert {error["code"] for error in answer.json["errors"]} == {BLANK}
    assert Product.objects.count() == 2


def test_a_variant_has_no_variants(shopware: Shopware, family):
    answer = shopware.upsert("product", {"parentId": family[1], "productNumber": "DEEPER", "stock": 1})
    assert (answer.status, pointers(answer)) == (400, ["/write/0/parentId"])
    own = shopware.upsert("product", {"id": family[1], "parentId": family[1]})
    assert own.json["errors"][0]["code"] == "FRAMEWORK__PARENT_RELATION_DOES_NOT_ALLOW_SELF_REFERENCES"


def test_a_parent_takes_its_variants_with_it(shopware: Shopware, family):
    parent, variant = family
    gone = shopware.delete("product", {"id": parent}).json["deleted"]["product"]
    assert sorted(gone) == sorted([parent, variant])
    assert not Product.objects.exists()


def test_one_that_is_no_variant_cannot_be_cleared(shopware: Shopware, family):
    answer = shopware.upsert("product", {"id": family[0], "name": None, "price": None})
    assert (answer.status, len(pointers(answer))) == (400, 2)
    assert Product.objects.get(sku__startswith="P-").name == "parent"


def test_single_and_nested_variants_are_cleared_too(shopware: Shopware, family):
    parent, variant = family
    shopware.upsert("product", {"id": variant, "name": "own"})
    assert shopware.call("PATCH", f"/product/{variant}", {"name": None}).status == 204
    assert Product.objects.get(pk=variant).name is None
    shopware.upsert("product", {"id": variant, "name": "own"})
    assert shopware.upsert("product", {"id": parent, "children": [{"id": variant, "name": None}]}).status == 200
    assert Product.objects.get(pk=variant).name is None
