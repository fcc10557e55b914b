"""What the server says about itself."""

from __future__ import annotations

from typing import Final

from django.urls import resolve, reverse
from rest_framework.response import Response

from catalog.models import Dirty
from syncapi.exchange import ApiRequest
from syncapi.shopware.names import dashed
from syncapi.shopware.routing import ROUTES, Route
from syncapi.shopware.schema import RESOURCES

VERSIONS: Final = {"v3": "6.3.5.4", "": "6.7.10.1"}  # whose behaviour the two families of paths have
_MOST_COUNTED: Final = 1000


def version(request: ApiRequest, route: Route) -> Response:
    return Response({"version": VERSIONS[route.family]})


def config(request: ApiRequest, route: Route) -> Response:
    version = VERSIONS[route.family]
    return Response({"version": version, "versionRevision": "", "adminWorker": {"enableAdminWorker": False},
                     "bundles": [], "settings": {"enableUrlFeature": False}})  # fmt: skip


def health(request: ApiRequest, route: Route) -> Response:
    return Response(status=200)


def queue(request: ApiRequest, route: Route) -> Response:
    """How many derivations wait, counted no further than a thousand."""
    waiting = Dirty.objects.filter(held=False)[:_MOST_COUNTED].count()
    return Response([{"name": "catalog.indexing", "size": waiting}] if waiting else [])


def message_stats(request: ApiRequest, route: Route) -> Response:
    waiting = Dirty.objects.filter(held=False)[:_MOST_COUNTED].count()
    return Response({"enabled": True, "stats": {"totalMessagesWaiting": waiting}})


def openapi(request: ApiRequest, route: Route) -> Response:
    """The document that describes this API in the form in which every API here is described."""
    described = resolve(reverse("openapi-shopware")).func(request._request)
    return Response(described.data)


def routes(request: ApiRequest, route: Route) -> Response:
    """Every route, those of entities for each of them."""
    found = [
        {"path": f"{route.prefix}/{path}", "methods": list(methods)}
        for pattern, methods in ROUTES.items()
        for path in _paths(pattern)
    ]
    return Response({"endpoints": found})


def _paths(pattern: str) -> list[str]:
    return [pattern.replace("{e}", dashed(name)) for name in RESOURCES] if "{e}" in pattern else [pattern]
