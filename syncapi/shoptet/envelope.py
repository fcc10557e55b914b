"""The form of every body that comes in or goes out: `data`, `errors`, and the number of the request (contract 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.commands import Json
from syncapi.exchange import JsonOnly
from syncapi.limits import JsonAnswer, JsonBody
from syncapi.shoptet.refusals import Fault


class ShoptetBody(JsonBody):
    """Clients from before March 2025 send a media type of Shoptet's own."""

    media_type = "application/vnd.shoptet.v1.0+json"


class OldestShoptetBody(JsonBody):
    """The same as most programs write it: without saying that it is JSON."""

    media_type = "application/vnd.shoptet.v1.0"


class Envelope(JsonAnswer):
    """Adds the number of the request, which its view has given it."""

    def render(
        self, data: Json, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        request_id = str(renderer_context["view"].request_id) if renderer_context else ""
        return super().render({**data, "metadata": {"requestId": request_id}}, accepted_media_type, renderer_context)


class JsonWhateverIsAsked(JsonOnly):
    """Shoptet answers JSON to any Accept header; a body without a Content-Type is JSON as well."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:  # type: ignore[override]
        sent = (request.content_type or "").partition(";")[0].strip().lower() or parsers[0].media_type
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def answer(
    data: Json, *, status: int = 200, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    body = {"data": data, "errors": [fault.body for fault in errors] or None}
    return Response(body, status=status, headers=headers)
