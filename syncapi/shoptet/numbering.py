"""Each request has a number, which its answer tells in the body and in a header (contract 2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from catalog.identity import uuid7
from syncapi.exchange import ApiRequest, ApiView


class Numbered(ApiView):
    """A view whose requests have numbers, in the order of time."""

    request_id: UUID

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> ApiRequest:
        self.request_id = uuid7()
        return super().initialize_request(request, *args, **kwargs)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {"X-Request-ID": str(self.request_id), "Cache-Control": "no-store"}
