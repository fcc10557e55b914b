"""Tier prices in lists: written, replaced, removed, each for itself; bad ones are told as Magento's lists do it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import TierPrice
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento

ROW = "Row ID: SKU = {sku}, Website ID: {website_id}, Customer Group: {customer_group}, Quantity: {quantity}."


def price(**more: Any) -> dict[str, Any]:
    """As it is sent, and shown."""
    fixed = {"price": 8, "price_type": "fixed", "website_id": 0, "sku": BAG, "customer_group": "General", "quantity": 2}
    return {**fixed, **more}


def save(magento: Magento, *prices: Any, method: str = "POST") -> Any:
    answer = magento.call(method, "products/tier-prices", {"prices": list(prices)})
    assert answer.status == 200, answer
    return answer.json


def kept(magento: Magento, *skus: str) -> Any:
    return magento.call("POST", "products/tier-prices-information", {"skus": list(skus or (BAG, OTHER_BAG))}).json


PRICES = (
    price(),
    price(customer_group="ALL GROUPS", quantity=10, price=25.5, price_type="discount"),
    price(sku=OTHER_BAG, website_id=2),
)


def test_tier_prices_are_added_and_shown(magento: Magento):
    assert save(magento, *PRICES) == []
    assert kept(magento) == list(PRICES)
    assert kept(magento, OTHER_BAG, "nosuch") == [PRICES[2]]
    assert magento.product()["tier_prices"] == [
        {"customer_group_id": 1, "qty": 2, "value": 8, "extension_attributes": {"website_id": 0}},
        {
            "customer_group_id": 32000,
            "qty": 10,
            "value": 25.5,
            "extension_attributes": {"website_id": 0, "percentage_value": 25.5},
        },
    ]


def test_the_one_at_the_same_place_is_changed_and_the_others_stay(magento: Magento):
    save(magento, *PRICES)
    ids = set(TierPrice.objects.values_list("id", flat=True))
    again = price(sku=BAG.lower(), customer_group="general", quantity="2.0", price="7", price_type="discount")
    assert save(magento, again, price(sku=OTHER_BAG, website_id=2, price=6)) == []
    assert kept(magento) == [price(price=7, price_type="discount"), PRICES[1], {**PRICES[2], "price": 6}]
    assert set(TierPrice.objects.values_list("id", flat=True)) == ids


def test_what_a_product_was_given_by_a_call_of_its_own_is_found(magento: Magento):
    own = [{"customer_group_id": 1, "qty": 2, "value": 5}, {"customer_group_id": 7, "qty": 3, "value": 4}]
    magento.call("PUT", f"products/{BAG}", {"product": {"tier_prices": own}})
    assert save(magento, price(price=9), price(customer_group="7", quantity=3, price=3)) == []
    assert kept(magento) == [price(price=9), price(customer_group="7", quantity=3, price=3)]


def test_the_prices_of_a_product_are_replaced(magento: Magento):
    save(magento, *PRICES)
    assert save(magento, price(price=1), price(quantity=5), method="PUT") == []
    assert kept(magento) == [price(price=1), price(quantity=5), PRICES[2]]


def test_prices_are_removed(magento: Magento):
    save(magento, *PRICES)
    gone = [PRICES[0], price(quantity=99), {**PRICES[2], "price": 0}]
    assert magento.call("POST", "products/tier-prices-delete", {"prices": gone}).json == []
    assert kept(magento) == [PRICES[1]]


@pytest.mark.parametrize(
    ("wrong", "reason", "first"),
    [
        ({"sku": "nosuch"}, "Invalid attribute SKU = nosuch.", []),
        ({"price": -1}, "Invalid attribute Price = -1.", ["-1"]),
        ({"price": 101, "price_type": "discount"}, "Invalid attribute Price = 101.", ["101"]),
        ({"price_type": "gift"}, "Invalid attribute Price Type = gift.", ["gift"]),
        ({"quantity": 0}, "Invalid attribute Quantity = 0.", []),
        ({"website_id": 9}, "Invalid attribute Website ID = 9.", []),
        ({"customer_group": "Friends"}, "No such entity with Customer Group = Friends.", []),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_is_wrong_with_a_price_is_told_with_its_row(
    magento: Magento, method: str, wrong: dict[str, Any], reason: str, first: list[str]
):
    bad = price(**wrong)
    row = [str(bad[name]) for name in ("sku", "website_id", "customer_group", "quantity")]
    [told] = save(magento, bad, PRICES[2], method=method)
    assert told == {"message": f"{reason} {ROW.format(**bad)}", "parameters": [*first, *row]}
    assert kept(magento) == [PRICES[2]]


def test_what_nobody_can_have_is_not_removed(magento: Magento):
    save(magento, *PRICES)
    wrong = [PRICES[0], price(customer_group="Friends"), price(sku="nosuch"), price(sku="nosuch", quantity=9)]
    told = magento.call("POST", "products/tier-prices-delete", {"prices": wrong}).json
    assert [each["parameters"] for each in told] == [
        [BAG, "0", "Friends", "2"],
        ["nosuch", "0", "General", "2"],
        ["nosuch", "0", "General", "9"],
    ]
    assert kept(magento) == list(PRICES)


def test_the_bad_price_of_a_product_is_told_by_its_own_row(magento: Magento):
    save(magento, PRICES[1])
    [told] = save(magento, price(), price(quantity=3, price=-1), method="PUT")
    assert told["parameters"] == ["-1", BAG, "0", "General", "3"]
    assert kept(magento) == [PRICES[1]]


def test_a_list_of_prices_is_one_item_of_a_bulk(magento: Magento):
    items = [{"prices": list(PRICES)}, {"prices": [price(sku="nosuch")]}]
    uuid = magento.accept("POST", "products/tier-prices", items, form="async/bulk")
    replaced = magento.accept("PUT", "products/tier-prices", {"prices": [price(price=1), PRICES[2]]})
    work_off()
    assert [each["status"] for each in magento.status(uuid)["operations_list"]] == [1, 3]
    assert [each["status"] for each in magento.status(replaced)["operations_list"]] == [1]
    assert kept(magento) == [price(price=1), PRICES[2]]
    removed = magento.accept("POST", "products/tier-prices-delete", {"prices": [price(), PRICES[2]]})
    work_off()
    assert magento.status(removed)["operations_list"][0]["status"] == 1
    assert kept(magento) == []


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", ""), ("POST", "-delete")])
def test_the_number_of_statements_does_not_grow_with_the_list(
    magento: Magento, django_assert_max_num_queries: Any, method: str, path: str
):
    save(magento, *(price(quantity=number) for number in range(1, 60)))
    few = [price(quantity=number, price=1) for number in range(1, 4)]
    many = [price(quantity=number, price=2) for number in range(1, 60)]
    with django_assert_max_num_queries(1000) as counted:
        assert magento.call(method, f"products/tier-prices{path}", {"prices": few}).json == []
    with django_assert_max_num_queries(len(counted)):
        assert magento.call(method, f"products/tier-prices{path}", {"prices": many}).json == []
