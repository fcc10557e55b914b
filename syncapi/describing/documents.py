"""The OpenAPI documents: one per dialect, made of its own table of routes, and one of the operations API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_root_object, normalize_result_object

from catalog.commands import Json
from syncapi.describing.endpoints import HEADERS, Api, paths
from syncapi.magento import described as magento
from syncapi.magento.urls import TABLE as MAGENTO
from syncapi.operations import described as operations
from syncapi.oro import described as oro
from syncapi.oro.names import RESOURCES
from syncapi.shoptet import described as shoptet
from syncapi.shoptet.urls import TABLE as SHOPTET
from syncapi.shopware import described as shopware
from syncapi.shopware.routing import OPEN, ROUTES

APIS: Final[Mapping[str, Callable[[], Api]]] = {
    "operations": operations.api,
    "magento": lambda: magento.api(MAGENTO),
    "oro": lambda: oro.api(RESOURCES),
    "shoptet": lambda: shoptet.api(SHOPTET),
    "shopware": lambda: shopware.api(ROUTES, OPEN),
}


class ApiGenerator(SchemaGenerator):
    """A document from a table of routes, since the views of a dialect are one view."""

    name = "operations"

    def get_schema(self, request: Any = None, public: bool = False) -> Json:
        return document(self.name)


def document(name: str) -> dict[str, Json]:
    api = APIS[name]()
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}, **api.schemes}
    components = {
        "schemas": {**api.schemas, "Error": api.error},
        "parameters": dict(HEADERS),
        "securitySchemes": schemes,
    }
    root = build_root_object(paths=paths(api), components=components, webhooks={}, version="")
    root["info"] |= {"title": f"Bulkhead: {api.title}", "description": api.description}
    root["security"] = [{scheme: []} for scheme in schemes]
    told: dict[str, Json] = normalize_result_object(root)  # type: ignore[no-untyped-call]
    return told
