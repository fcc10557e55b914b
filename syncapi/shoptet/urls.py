"""The one table of Shoptet's routes below /api/, and the results that need no token."""

from __future__ import annotations

from typing import Final

from django.urls import re_path

from syncapi.shoptet import batches, files, images, jobs, names, results, snapshots, webhooks
from syncapi.shoptet.addresses import PREFIX
from syncapi.shoptet.parsing import uploads
from syncapi.shoptet.routes import Route, RouteTable, View
from syncapi.shoptet.schema import Schema
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


def _job(method: str, path: str, rights: tuple[str, ...], view: View, *, body: Schema | None = None) -> Route:
    """Accepted, and told as a job."""
    return Route(method=method, path=path, rights=rights, view=view, body=body)


def _batch(kind: str, rights: tuple[str, ...]) -> Route:
    method, path = kind.split()
    return _job(method, path, rights, batches.accept, body=batches.body_of(kind))


def _now(
    method: str,
    path: str,
    rights: tuple[str, ...],
    view: View,
    *,
    body: Schema | None = None,
    answers: str = "Nothing",
    status: int = 200,
    is_secret: bool = False,
) -> Route:
    """Done before it is answered."""
    return Route(
        method=method,
        path=path,
        rights=rights,
        view=view,
        body=body,
        answers=answers,
        status=status,
        is_secret=is_secret,
    )


def _webhooks(action: str) -> tuple[str, ...]:
    return (_WEBHOOKS.format(action),)


TABLE: Final = RouteTable(
    routes=(
        _now("GET", "system/jobs", _READ_JOBS, jobs.listing, answers="Jobs"),
        _now("GET", "system/jobs/:job", _READ_JOBS, jobs.detail, answers="Job detail"),
        _job("POST", "system/files", _ADD_FILES, files.post, body=uploads.POST_FILES),
        _now("POST", "system/file", _ADD_FILES, files.post_one, body=uploads.POST_FILE, answers="File", status=201),
        _job("GET", "products/snapshot", _READ_PRODUCTS, snapshots.products),
        _job("GET", "products/snapshot/pricelists", _READ_PRODUCTS, snapshots.pricelists),
        *(_batch(kind, rights) for kind, rights in _BATCH_RIGHTS.items()),
        _job("POST", _IMAGES, _ADD_IMAGES, images.post, body=uploads.POST),
        _job("POST", f"{_IMAGES}/:gallery", _ADD_IMAGES, images.post, body=uploads.POST),
        _now("GET", f"{_IMAGES}/:gallery", _READ_PRODUCTS, images.listing, answers="Images"),
        _now("PATCH", f"{_IMAGES}/:gallery", _CHANGE_IMAGES, images.patch, body=uploads.PATCH, answers="Images"),
        _now("DELETE", f"{_IMAGES}/:gallery", _DELETE_IMAGES, images.delete),
        _job("PATCH", f"{_IMAGES}/:gallery/source", _CHANGE_IMAGES, images.patch_sources, body=uploads.PATCH_SOURCES),
        _now("DELETE", f"{_IMAGES}/:gallery/:name", _DELETE_IMAGES, images.delete_one),
        _now(
            "POST", "webhooks", _webhooks("add"), webhooks.post, body=webhooks.POST, answers="Webhooks made", status=201
        ),
        _now("GET", "webhooks", _webhooks("view"), webhooks.listing, answers="Webhooks"),
        _now("GET", "webhooks/notifications", _webhooks("view"), webhooks.notifications, answers="Notifications"),
        _now(
            "POST",
            "webhooks/renew-signature-key",
            _webhooks("change"),
            webhooks.renew_key,
            answers="Signature key",
            is_secret=True,
        ),
        _now("GET", "webhooks/:id", _webhooks("view"), webhooks.detail, answers="Webhook"),
        _now("PATCH", "webhooks/:id", _webhooks("change"), webhooks.patch, body=webhooks.PATCH),
        _now("DELETE", "webhooks/:id", _webhooks("delete"), webhooks.delete),
    )
)
view: Final = Api.as_view(table=TABLE)

urlpatterns = [
    re_path(rf"^{PREFIX.lstrip('/')}(?P<name>.*?)/?$", results.Result.as_view(), name="shoptet-result"),
]
