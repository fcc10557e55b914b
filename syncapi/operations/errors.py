"""Errors of this product's own paths: a code, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from syncapi.problems import Problem

log = structlog.get_logger(__name__)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler of these paths."""
    match error:
        case Problem():
            return _answer(error.status, str(error.code), error.__doc__ or "")
        case APIException():
            headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else {}
            return _answer(error.status_code, str(error.default_code), str(error.default_detail), **headers)
    log.error("unexpected error", exc_info=error)
    if isinstance(error, OperationalError | InterfaceError):
        return _answer(503, "unavailable", "The database is away. Try again.", **{"Retry-After": "5"})
    return _answer(500, "error", "An error of this server; its log has the details.")


def _answer(status: int, code: str, title: str, **headers: str) -> Response:
    return Response({"status": status, "code": code, "title": title}, status=status, headers=headers)
