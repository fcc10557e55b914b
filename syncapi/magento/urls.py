"""Magento's paths below /rest, found in the one table of its routes; another app adds its own in its ready()."""

from __future__ import annotations

from typing import Final

from django.urls import re_path

from syncapi.magento import files, views
from syncapi.magento.routes import RouteTable
from syncapi.magento.routetable import ROUTES

TABLE: Final = RouteTable.of(ROUTES)

urlpatterns = [
    re_path(r"^rest(?=/|$)", views.Rest.as_view(table=TABLE), name="magento"),
    re_path(r"^media/catalog/product/[^/]+/[^/]+/(?P<name>[^/]+)$", files.image, name="magento-image"),
]
