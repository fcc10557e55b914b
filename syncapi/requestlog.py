"""Every request has an id, which its log lines carry; one that it brought comes back with the answer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars

from asyncops.models import Operation

HEADER: Final = "X-Request-Id"
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds
_GIVEN: Final = "HTTP_X_REQUEST_ID"  # `request.headers` would first turn all of them into another mapping
_SANE: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

log = structlog.get_logger("syncapi.requests")


class RequestLog:
    """Middleware, the outermost: what comes with a sane X-Request-Id keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get(_GIVEN, "")
        id = given if _SANE.fullmatch(given) else uuid4().hex
        begun = time.monotonic()
        with bound_contextvars(request_id=id, operations=[]):
            response = self._next(request)
            if id == given and HEADER not in response.headers:  # a dialect may have its own ids
                response.headers[HEADER] = id
            if request.path not in QUIET:
                milliseconds = round((time.monotonic() - begun) * 1000, 1)
                log.info(
                    "request", method=request.method, path=request.path, status=response.status_code, ms=milliseconds
                )
        return response


def note(operation: Operation) -> None:
    """From here on the lines of this request name the operation too."""
    bind_contextvars(operations=[*get_contextvars().get("operations", ()), str(operation.uuid)])
