"""The seed's four rules: which stores a value is written to, and which see it."""

from __future__ import annotations

import pytest

from catalog.models import Store
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento

EVERYWHERE = ("default", "fr", "de", "all")


def shown(name: str, *stores: str) -> dict[str, str]:
    return {store: name if store in stores else "Joust" for store in EVERYWHERE}


@pytest.mark.parametrize(
    ("store", "changed"),
    [("fr", ("fr",)), ("", ("default",)), ("default", ("default",)), ("all", EVERYWHERE)],
)
def test_a_change_lands_where_the_path_says(magento: Magento, store: str, changed: tuple[str, ...]):
    magento.change({"name": "New"}, store=store)
    assert magento.names() == shown("New", *changed)
    assert magento.names(OTHER_BAG) == shown("Joust")


def test_all_reaches_only_stores_without_a_value_of_their_own(magento: Magento):
    magento.change({"name": "Bonjour"}, store="fr")
    magento.change({"name": "Hello"}, store="all")
    assert magento.names() == {"default": "Hello", "fr": "Bonjour", "de": "Hello", "all": "Hello"}


def test_null_in_a_store_brings_back_what_the_others_see(magento: Magento):
    magento.change({"name": "Bonjour"}, store="fr")
    magento.change({"name": None}, store="fr")
    assert magento.names() == shown("Joust")


def test_a_price_is_the_stores_own(magento: Magento):
    magento.change({"price": 29}, store="fr")
    assert {store: magento.product(store=store)["price"] for store in EVERYWHERE} == {
        "default": 34, "fr": 29, "de": 34, "all": 34,
    }  # fmt: skip


def test_a_new_product_is_the_same_everywhere(magento: Magento):
    body = {"product": {"sku": "S31", "name": "N", "price": 1, "attribute_set_id": 4}}
    magento.accept("POST", "products", body)
    work_off()
    assert set(magento.names("S31").values()) == {"N"}
    magento.call("PUT", "products/S31", {"product": {"name": "M"}}, store="all")
    assert set(magento.names("S31").values()) == {"M"}


@pytest.mark.parametrize(("store", "websites"), [("fr", [1]), ("de", [2]), ("all", [1, 2]), ("", [1])])
def test_a_new_product_is_on_its_stores_website(magento: Magento, store: str, websites: list[int]):
    body = {"product": {"sku": "S32", "name": "N", "price": 1, "attribute_set_id": 4}}
    magento.accept("POST", "products", body, store=store)
    work_off()
    assert magento.product("S32")["extension_attributes"]["website_ids"] == websites
    assert set(magento.names("S32").values()) == {"N"}


def test_the_scope_waits_in_the_queue_with_its_request(magento: Magento):
    magento.accept("PUT", f"products/{BAG}", {"product": {"name": "F"}}, store="fr")
    magento.accept("PUT", f"products/{BAG}", {"product": {"price": 50}}, store="all")
    magento.accept("PUT", f"products/{BAG}", {"product": {"name": "D"}}, store="de")
    work_off()
    assert magento.names() == {"default": "Joust", "fr": "F", "de": "D", "all": "Joust"}
    assert {magento.product(store=store)["price"] for store in EVERYWHERE} == {50}


def test_a_bulk_writes_to_the_store_of_its_path(magento: Magento):
    items = [{"product": {"sku": sku, "name": "F"}} for sku in (BAG, OTHER_BAG)]
    magento.accept("PUT", "products/bySku", items, store="fr", form="async/bulk")
    work_off()
    assert magento.names() == shown("F", "fr")
    assert magento.names(OTHER_BAG) == shown("F", "fr")


def test_a_store_that_is_gone_when_its_turn_comes_fails_the_item_alone(magento: Magento):
    first = magento.accept("PUT", f"products/{BAG}", {"product": {"name": "F"}}, store="fr")
    second = magento.accept("PUT", f"products/{OTHER_BAG}", {"product": {"name": "A"}}, store="all")
    Store.objects.get(code="fr").delete()
    work_off()
    [failed], [done] = (magento.status(uuid)["operations_list"] for uuid in (first, second))
    assert (failed["status"], failed["error_code"]) == (3, 0)
    assert failed["result_message"] == "Requested store is not found. Store ID: fr."
    assert (done["status"], magento.product(OTHER_BAG)["name"], magento.product()["name"]) == (1, "A", "Joust")
    [detail] = magento.status(first, detail="detailed-status")["operations_list"]
    assert (detail["result_serialized_data"], "store_id" in detail["serialized_data"]) == (None, True)


def test_a_new_store_is_known_at_once(magento: Magento):
    assert magento.call("GET", f"products/{BAG}", store="es").status == 400
    french = Store.objects.get(code="fr")
    Store.objects.create(code="es", name="Spanish", website=french.website, language=french.language)
    assert magento.call("GET", f"products/{BAG}", store="es").status == 200
    assert magento.call("GET", f"products/{BAG}", store="pt").status == 400
