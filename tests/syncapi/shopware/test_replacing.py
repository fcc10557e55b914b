"""The usual recipe for what shall be there and nothing else: delete, then write anew, in one request (contract 6.2)."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product, ProductVisibility
from tests.syncapi.shopware.conftest import EUR, SYSTEM, Shopware, new_id, pointers, product

pytestmark = pytest.mark.django_db
CHANNEL = {"name": "s", "typeId": new_id(), "languageId": SYSTEM, "currencyId": EUR, "accessKey": "a"}


@pytest.fixture
def shown(shopware: Shopware) -> dict[str, str]:
    """A product that is visible in a sales channel."""
    ids = {"product": new_id(), "channel": new_id(), "visibility": new_id()}
    visible = {"id": ids["visibility"], "salesChannelId": ids["channel"], "visibility": 30}
    shopware.upsert("sales_channel", {**CHANNEL, "id": ids["channel"]})
    assert shopware.upsert("product", product(ids["product"], visibilities=[visible])).status == 200
    return ids


def levels() -> list[int]:
    return list(ProductVisibility.objects.values_list("visibility", flat=True))


@pytest.mark.parametrize("is_nested", [True, False])
@pytest.mark.parametrize("by", ["criteria", "payload"])
def test_visibilities_are_deleted_and_written_again(
    shopware: Shopware, shown: dict[str, str], by: str, is_nested: bool
):
    gone: dict[str, Any] = {
        "criteria": [{"type": "equals", "field": "productId", "value": shown["product"]}],
        "payload": [{"id": shown["visibility"]}],
    }
    new = {"salesChannelId": shown["channel"], "visibility": 10}
    nested = {"entity": "product", "payload": [{"id": shown["product"], "visibilities": [new]}]}
    alone = {"entity": "product_visibility", "payload": [{**new, "productId": shown["product"]}]}
    answer = shopware.sync(
        [
            {"entity": "product_visibility", "action": "delete", by: gone[by]},
            {"action": "upsert", **(nested if is_nested else alone)},
        ]
    )
    assert (answer.status, levels()) == (200, [10])
    assert answer.json["deleted"] == {"product_visibility": [shown["visibility"]]}


def test_what_is_still_there_is_not_written_twice(shopware: Shopware, shown: dict[str, str]):
    new = {"productId": shown["product"], "salesChannelId": shown["channel"], "visibility": 10}
    answer = shopware.sync(
        [
            {"entity": "product_visibility", "action": "upsert", "payload": [new]},
            {"entity": "product_visibility", "action": "delete", "payload": [{"id": shown["visibility"]}]},
        ]
    )
    assert (answer.status, pointers(answer), levels()) == (400, ["/0/0/productId"], [30])


def test_a_product_number_goes_from_product_to_product(shopware: Shopware):
    first, second, third = new_id(), new_id(), new_id()
    shopware.upsert("product", product(first, productNumber="X"))
    steps: list[tuple[str, dict[str, Any]]] = [
        ("delete", {"id": first}),
        ("upsert", product(second, productNumber="X")),
        ("delete", {"id": second}),
        ("upsert", product(third, productNumber="X")),
    ]
    answer = shopware.sync([{"entity": "product", "action": action, "payload": [each]} for action, each in steps])
    assert answer.status == 200
    assert [(found.pk.hex, found.sku) for found in Product.objects.all()] == [(third, "X")]


def test_a_place_that_one_visibility_leaves_is_taken_by_another(shopware: Shopware, shown: dict[str, str]):
    other = new_id()
    shopware.upsert("sales_channel", {**CHANNEL, "id": other})
    taker = {"productId": shown["product"], "salesChannelId": shown["channel"], "visibility": 10}
    leaver = {"id": shown["visibility"], "salesChannelId": other}
    early = shopware.upsert("product_visibility", taker, leaver)
    assert (early.status, pointers(early), levels()) == (400, ["/write/0/productId"], [30])
    assert shopware.upsert("product_visibility", leaver, taker).status == 200
    assert sorted(levels()) == [10, 30]
