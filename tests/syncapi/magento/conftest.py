"""The catalog of the Magento scenes: two products, and a program that knows Magento's paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from asyncops.models import Operation
from catalog import writing
from catalog.commands import Reference, Upsert
from catalog.models import Product
from syncapi.magento import stores
from tests.syncapi.conftest import Answer, Program, work_off

BAG, OTHER_BAG = "24-MB01", "24-MB02"


class Magento:
    """A Magento client: `/rest[/<store>]` and the form of the call are arguments."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def call(
        self, method: str, path: str, body: Any = None, *, store: str = "", form: str = "", **headers: str
    ) -> Answer:
        prefix = "".join(f"/{part}" for part in ("rest", store, form) if part)
        return self.program.call(method, f"{prefix}/V1/{path}", body, **headers)

    def product(self, sku: str = BAG, *, store: str = "") -> Any:
        answer = self.call("GET", f"products/{sku}", store=store)
        assert answer.status in {200, 404}, answer
        return answer.json if answer.status == 200 else None

    def accept(self, method: str, path: str, body: Any = None, *, store: str = "", form: str = "async") -> str:
        """Send, expect 202; the bulk's uuid."""
        answer = self.call(method, path, body, store=store, form=form)
        assert answer.status == 202, answer
        return str(answer.json["bulk_uuid"])

    def change(self, values: Any, *, sku: str = BAG, store: str = "") -> str:
        """An accepted change that was worked off."""
        uuid = self.accept("PUT", f"products/{sku}", {"product": values}, store=store)
        work_off()
        return uuid

    def status(self, uuid: str, *, detail: str = "status") -> Any:
        return self.call("GET", f"bulk/{uuid}/{detail}").json

    def names(self, sku: str = BAG) -> dict[str, Any]:
        """The product's name in each store."""
        return {store: self.product(sku, store=store)["name"] for store in ("default", "fr", "de", "all")}


@pytest.fixture(autouse=True)
def _fresh_stores() -> Iterator[None]:
    """A test's stores go with its transaction; the process must not remember them."""
    stores.forget()
    yield
    stores.forget()


@pytest.fixture
def magento(program: Program, products: None) -> Magento:
    return Magento(program)


@pytest.fixture
def products(db: None) -> None:
    writing.apply([_upsert(BAG), _upsert(OTHER_BAG)])


def _upsert(sku: str) -> Upsert:
    values = {"sku": sku, "name": "Joust", "price_gross": 34, "stock": 100, "attribute_set": Reference("number", 4)}
    return Upsert(entity="product", key=Reference("sku", sku), values=values)


def nothing_happened() -> None:
    """Nothing was queued, no product is new and none changed."""
    assert Operation.objects.count() == 0
    products: list[Any] = list(Product.objects.order_by("sku").values_list("sku", "name", "price_gross"))
    assert products == [(BAG, "Joust", 34), (OTHER_BAG, "Joust", 34)]
