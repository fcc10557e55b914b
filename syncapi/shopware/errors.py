"""Every exception in Shopware's form: a list of errors, each with code, status, title and detail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from rest_framework import exceptions
from rest_framework.response import Response

from asyncops.intake import TooManyItems
from catalog.commands import Json
from syncapi import unexpected
from syncapi.problems import Code, Problem
from syncapi.shopware import wording, words
from syncapi.shopware.drafts import V3
from syncapi.shopware.faults import Fault, FaultyError

DENIED: Final = "The resource owner or authorization server denied the request."


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler of this dialect."""
    match error:
        case wording.Refused():
            return Response({"errors": error.told}, status=error.status)
        case FaultyError():
            return answer(*error.faults, status=error.status, headers=error.headers)
        case Problem():
            return answer(_of_problem(error, context), headers=error.headers)
        case TooManyItems():
            detail = f"The request has more than {error.limit} records. Split it and try again."
            return answer(Fault(code="0", status=413, title="Content Too Large", detail=detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return answer(_denied(context), headers={"WWW-Authenticate": "Bearer"})
        case exceptions.PermissionDenied():
            return answer(forbidden(list(getattr(context["view"], "missing", ()))))
        case SuspiciousOperation() | exceptions.ParseError():
            return answer(Fault(code="0", detail="The request is malformed."))
        case exceptions.APIException():
            return answer(Fault(code="0", status=error.status_code, title="Error", detail=str(error.detail)))
    return _unexpected(error)


def answer(*faults: Fault, status: int | None = None, headers: Mapping[str, str] | None = None) -> Response:
    body = {"errors": [shown(fault) for fault in faults]}
    return Response(body, status=status or faults[0].status, headers=dict(headers or {}))


def shown(fault: Fault) -> dict[str, Json]:
    told: dict[str, Json] = {
        "status": str(fault.status),
        "code": fault.code,
        "title": fault.title,
        "detail": fault.detail,
        "meta": {"parameters": dict(fault.parameters) or []},
    }
    if fault.pointer:
        told["source"] = {"pointer": fault.pointer}
    return told


def forbidden(privileges: list[str]) -> Fault:
    told = words.privileges(privileges)
    return Fault(code=told.code, status=403, title=told.title, detail=told.detail)


def _denied(context: Mapping[str, Any]) -> Fault:
    given = context["request"].META.get("HTTP_AUTHORIZATION", "")
    if not given.strip():
        detail = 'Missing "Authorization" header'
    elif not given.lower().startswith("bearer "):
        detail = 'Missing token in "Authorization" header'
    else:
        is_old = getattr(context["view"].route, "family", "") == V3
        detail = "The JWT string must have two dots" if is_old else "Access token could not be verified"
    return Fault(code="9", status=401, title=DENIED, detail=detail)


def _of_problem(error: Problem, context: Mapping[str, Any]) -> Fault:
    """A place in the body of a single record is a place in that record."""
    told = _WORDS.get(error.code)
    detail = told(error.params) if told else str(error.__doc__)
    title = _TITLES.get(error.status, "Bad Request")
    pointer = str(error.params.get("pointer", ""))
    route = getattr(context["view"], "route", None)
    if pointer and route is not None and route.name in _OF_ONE_RECORD:
        pointer = f"/0{pointer}"
    return Fault(code="0", status=error.status, title=title, detail=detail, pointer=pointer)


def _unexpected(error: Exception) -> Response:
    found = unexpected.logged(error)
    title, told = _AWAY if found.is_away else _BROKEN
    fault = Fault(code="0", status=found.status, title=title, detail=f"{told} Report {found.report}")
    return answer(fault, headers=found.headers)


_AWAY: Final = ("Service Unavailable", "The database is away. Try again.")
_BROKEN: Final = ("Internal Server Error", "An error of this server; its log has the details.")
_OF_ONE_RECORD: Final = frozenset({"create", "update", "create_nested", "update_nested"})
_TITLES: Final = {
    404: "Not Found",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
}
_WORDS: Final[Mapping[Code, Callable[[Mapping[str, Json]], str]]] = {
    Code.NOT_JSON: lambda params: "The JSON payload is malformed.",
    Code.TOO_DEEP: lambda params: f"The JSON payload is nested deeper than {params['limit']} levels.",
    Code.BAD_TEXT: lambda params: "The text holds a character that cannot be stored.",
    Code.BAD_NUMBER: lambda params: "The number is not finite or too large.",
    Code.CHARSET: lambda params: "UTF-8 is the only supported charset.",
    Code.BODY_TOO_LARGE: lambda params: f"The request body is larger than {params['limit']} bytes.",
    Code.BODY_ENCODING: lambda params: f"The Content-Encoding {params['encoding']} is not supported.",
    Code.BAD_HEADER: lambda params: f"The {params['name']} header cannot be {str(params['value'])[:100]}",
}
