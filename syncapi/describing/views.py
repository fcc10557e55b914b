"""Swagger UI without a network, and the documents that it shows. What they tell is published: anybody may read it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from syncapi.describing.documents import APIS, ApiGenerator


class OnlyOne(BaseContentNegotiation):
    def select_parser(self, request: Request, parsers: Any) -> None:
        return None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Described(SpectacularAPIView):
    """An OpenAPI document as JSON."""

    authentication_classes = []
    permission_classes = [AllowAny]
    renderer_classes = [OpenApiJsonRenderer]
    content_negotiation_class = OnlyOne
    http_method_names = ["get", "head"]


class Swagger(SpectacularSwaggerView):
    """The page of one document, with links to the others."""

    authentication_classes = []
    permission_classes = [AllowAny]
    content_negotiation_class = OnlyOne
    http_method_names = ["get", "head"]
    template_name = "docs/swagger.html"
    name = "operations"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.data["documents"] = [{"name": name, "page": reverse(f"docs-{name}")} for name in APIS]
        response.data["current"] = self.name
        return response


def described(document: str) -> Any:
    """The view of a document."""
    generator = type(f"{document.title()}Generator", (ApiGenerator,), {"name": document})
    return Described.as_view(generator_class=generator)
