"""The one table of Shoptet's routes below /api/, and the results that need no token."""

from __future__ import annotations

from typing import Final

from django.urls import re_path

from syncapi.shoptet import batches, files, images, jobs, names, results, snapshots, webhooks
from syncapi.shoptet.addresses import PREFIX
from syncapi.shoptet.routes import Route, RouteTable
from syncapi.shoptet.views import Api

_READ_JOBS: Final = ("asyncops.view_operation",)
_READ_PRODUCTS: Final = ("catalog.view_product",)
_ADD_IMAGES: Final = ("catalog.add_productmedia",)
_CHANGE_IMAGES: Final = ("catalog.change_productmedia",)
_DELETE_IMAGES: Final = ("catalog.delete_productmedia",)
_ADD_FILES: Final = ("catalog.add_media",)
_BATCH_RIGHTS: Final = {
    names.UPDATE_PRODUCTS: ("catalog.change_product",),
    names.DELETE_PRODUCTS: ("catalog.delete_product",),
    names.DELETE_IMAGES: _DELETE_IMAGES,
    names.UPDATE_CATEGORIES: ("catalog.change_category",),
    names.CREATE_BRANDS: ("catalog.add_manufacturer",),
}
_WEBHOOKS: Final = "asyncops.{}_webhookendpoint"
_IMAGES: Final = "products/:guid/images"


def _webhooks(action: str) -> tuple[str, ...]:
    return (_WEBHOOKS.format(action),)


TABLE: Final = RouteTable(
    routes=(
        Route(method="GET", path="system/jobs", rights=_READ_JOBS, view=jobs.listing),
        Route(method="GET", path="system/jobs/:job", rights=_READ_JOBS, view=jobs.detail),
        Route(method="POST", path="system/files", rights=_ADD_FILES, view=files.post),
        Route(method="POST", path="system/file", rights=_ADD_FILES, view=files.post_one),
        Route(method="GET", path="products/snapshot", rights=_READ_PRODUCTS, view=snapshots.products),
        Route(method="GET", path="products/snapshot/pricelists", rights=_READ_PRODUCTS, view=snapshots.pricelists),
        *(
            Route(method=kind.split()[0], path=kind.split()[1], rights=rights, view=batches.accept)
            for kind, rights in _BATCH_RIGHTS.items()
        ),
        Route(method="POST", path=_IMAGES, rights=_ADD_IMAGES, view=images.post),
        Route(method="POST", path=f"{_IMAGES}/:gallery", rights=_ADD_IMAGES, view=images.post),
        Route(method="GET", path=f"{_IMAGES}/:gallery", rights=_READ_PRODUCTS, view=images.listing),
        Route(method="PATCH", path=f"{_IMAGES}/:gallery", rights=_CHANGE_IMAGES, view=images.patch),
        Route(method="DELETE", path=f"{_IMAGES}/:gallery", rights=_DELETE_IMAGES, view=images.delete),
        Route(method="PATCH", path=f"{_IMAGES}/:gallery/source", rights=_CHANGE_IMAGES, view=images.patch_sources),
        Route(method="DELETE", path=f"{_IMAGES}/:gallery/:name", rights=_DELETE_IMAGES, view=images.delete_one),
        Route(method="POST", path="webhooks", rights=_webhooks("add"), view=webhooks.post),
        Route(method="GET", path="webhooks", rights=_webhooks("view"), view=webhooks.listing),
        Route(method="GET", path="webhooks/notifications", rights=_webhooks("view"), view=webhooks.notifications),
        Route(
            method="POST",
            path="webhooks/renew-signature-key",
            rights=_webhooks("change"),
            view=webhooks.renew_key,
            is_secret=True,
        ),
        Route(method="GET", path="webhooks/:id", rights=_webhooks("view"), view=webhooks.detail),
        Route(method="PATCH", path="webhooks/:id", rights=_webhooks("change"), view=webhooks.patch),
        Route(method="DELETE", path="webhooks/:id", rights=_webhooks("delete"), view=webhooks.delete),
    )
)
view: Final = Api.as_view(table=TABLE)

urlpatterns = [
    re_path(rf"^{PREFIX.lstrip('/')}(?P<name>[^/]+)$", results.Result.as_view(), name="shoptet-result"),
]
