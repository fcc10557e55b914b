"""The one table of Shoptet's routes below /api/, and the results that need no token."""

from __future__ import annotations

from typing import Final

from django.urls import re_path

from syncapi.shoptet import jobs, results, snapshots
from syncapi.shoptet.addresses import PREFIX
from syncapi.shoptet.routes import Route, RouteTable
from syncapi.shoptet.views import Api

_READ_PRODUCTS: Final = ("catalog.view_product",)
_READ_JOBS: Final = ("asyncops.view_operation",)

TABLE: Final = RouteTable(
    routes=(
        Route(method="GET", path="system/jobs", rights=_READ_JOBS, view=jobs.listing),
        Route(method="GET", path="system/jobs/:job", rights=_READ_JOBS, view=jobs.detail),
        Route(method="GET", path="products/snapshot", rights=_READ_PRODUCTS, view=snapshots.products),
        Route(method="GET", path="products/snapshot/pricelists", rights=_READ_PRODUCTS, view=snapshots.pricelists),
    )
)
view: Final = Api.as_view(table=TABLE)

urlpatterns = [
    re_path(rf"^{PREFIX.lstrip('/')}(?P<name>[^/]+)$", results.Result.as_view(), name="shoptet-result"),
]
