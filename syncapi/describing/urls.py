"""Below /docs: a page and a document for each API."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from syncapi.describing.documents import APIS
from syncapi.describing.views import Swagger, described


def _of(name: str) -> list[URLPattern]:
    page = Swagger.as_view(name=name, url_name=f"openapi-{name}", title=f"Bulkhead: {name}")
    return [
        re_path(rf"^docs/{name}/?$", page, name=f"docs-{name}"),
        re_path(rf"^docs/{name}/openapi\.json$", described(name), name=f"openapi-{name}"),
    ]


urlpatterns = [
    re_path(r"^docs/?$", Swagger.as_view(url_name="openapi-operations", title="Bulkhead"), name="docs"),
    *(pattern for name in APIS for pattern in _of(name)),
]
