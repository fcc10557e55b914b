"""Errors of this product's own paths: a code, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.exceptions import APIException
from rest_framework.response import Response

from catalog.commands import Json
from syncapi import unexpected
from syncapi.operations.problems import OperationProblem
from syncapi.problems import Problem
from syncapi.unexpected import RETRY_SECONDS

SHOWN: Final = 200  # characters of a value that was sent


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler of these paths."""
    match error:
        case OperationProblem():
            return _answer(error.status, error.name, error.__doc__ or "", error.params)
        case Problem():
            told = {name: value for name, value in error.params.items() if name == "retry_after"}
            return _answer(error.status, str(error.code), error.__doc__ or "", told)
        case APIException():
            answer = _answer(error.status_code, str(error.default_code), str(error.detail), {})
            if error.status_code == 401:
                answer["WWW-Authenticate"] = "Bearer"
            if error.status_code == 405:
                answer["Allow"] = ", ".join(context["view"].allowed_methods)
            return answer
    if unexpected.logged(error).is_away:
        return _answer(503, "unavailable", "The database is away. Try again.", {"retry_after": RETRY_SECONDS})
    return _answer(500, "error", "An error of this server; its log has the details.", {})


def _answer(status: int, code: str, title: str, params: Mapping[str, Json]) -> Response:
    """`title`: a sentence for people, without the names of the parameters, which stand beside it."""
    headers = {"Retry-After": str(params["retry_after"])} if params.get("retry_after") else {}
    body = {"status": status, "code": code, "title": title.partition(" Params:")[0]}
    if params:
        body["params"] = {name: str(value)[:SHOWN] for name, value in params.items()}
    return Response(body, status=status, headers=headers)
