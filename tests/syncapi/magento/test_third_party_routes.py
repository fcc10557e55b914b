"""An app of somebody else adds a route with one declaration, and has its three forms at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncapi.magento import parsing
from syncapi.magento.routes import RouteTable, WriteRoute
from syncapi.magento.urls import TABLE
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento


@pytest.fixture
def _patch_route() -> Iterator[None]:
    """A PATCH, which Magento supports in extensions alone."""
    TABLE.add(
        WriteRoute(
            method="PATCH",
            path="acme/products/:sku",
            resource="Acme::products",
            rights=("catalog.change_product",),
            service=("Acme\\Api\\PatchInterface", "patch"),
            entity="product",
            dto="product",
            parse=parsing.save_product,
        )
    )
    yield
    fresh = RouteTable.of(TABLE.routes[:-1])
    for name in ("routes", "_kinds", "_exact", "_variable"):
        setattr(TABLE, name, getattr(fresh, name))


@pytest.mark.usefixtures("_patch_route")
def test_a_declared_route_has_its_three_forms(magento: Magento):
    body = {"product": {"price": 1}}
    assert magento.call("PATCH", f"acme/products/{BAG}", body, store="all").json["price"] == 1
    uuid = magento.accept("PATCH", f"acme/products/{BAG}", {"product": {"price": 2}}, store="all")
    work_off()
    items = [{"product": {"sku": OTHER_BAG, "price": 3}}]
    magento.accept("PATCH", "acme/products/bySku", items, store="all", form="async/bulk")
    work_off()
    assert (magento.product()["price"], magento.product(OTHER_BAG)["price"]) == (2, 3)
    assert magento.status(uuid)["description"] == "Topic async.acme.api.patchinterface.patch.patch"
