"""The one table of Magento's routes. What writes is declared once and has its sync, async and bulk form by rule.

Another app adds a route of its own in its ready(): `TABLE.add(WriteRoute(...))`.
"""

from __future__ import annotations

from typing import Final

from django.urls import re_path

from syncapi.magento import parsing, views
from syncapi.magento.names import BULKS, CATALOG
from syncapi.magento.routes import Route, RouteTable, WriteRoute

_PRODUCTS: Final = "Magento\\Catalog\\Api\\ProductRepositoryInterface"
_SAVE: Final = ("catalog.add_product", "catalog.change_product")
_READ_BULKS: Final = ("asyncops.view_operation",)

ROUTES: Final[tuple[Route, ...]] = (
    Route(method="POST", path="integration/admin/token", is_open=True, view=views.sign_in),
    Route(
        method="GET",
        path="products/:sku",
        resource=CATALOG,
        rights=("catalog.view_product",),
        view=views.product,
    ),
    WriteRoute(
        method="POST",
        path="products",
        resource=CATALOG,
        rights=_SAVE,
        service=(_PRODUCTS, "save"),
        entity="product",
        dto="product",
        parse=parsing.save_product,
    ),
    WriteRoute(
        method="PUT",
        path="products/:sku",
        resource=CATALOG,
        rights=_SAVE,
        service=(_PRODUCTS, "save"),
        entity="product",
        dto="product",
        parse=parsing.save_product,
    ),
    WriteRoute(
        method="DELETE",
        path="products/:sku",
        resource=CATALOG,
        rights=("catalog.delete_product",),
        service=(_PRODUCTS, "deleteById"),
        entity="product",
        parse=parsing.delete_product,
    ),
    Route(method="GET", path="bulk/:bulkUuid/status", resource=BULKS, rights=_READ_BULKS, view=views.bulk_status),
    Route(
        method="GET",
        path="bulk/:bulkUuid/detailed-status",
        resource=BULKS,
        rights=_READ_BULKS,
        view=views.bulk_detailed_status,
    ),
    Route(
        method="GET",
        path="bulk/:bulkUuid/operation-status/:status",
        resource=BULKS,
        rights=_READ_BULKS,
        view=views.bulk_operation_status,
    ),
)
TABLE: Final = RouteTable.of(ROUTES)

urlpatterns = [re_path(r"^rest(?=/|$)", views.Rest.as_view(table=TABLE), name="magento")]
