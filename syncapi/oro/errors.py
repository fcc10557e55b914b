"""Every exception as a JSON:API error document; 401 has no body (contract 2, 3, 16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from rest_framework import exceptions
from rest_framework.response import Response

from asyncops.intake import ItemsRefused, TooManyItems
from catalog.commands import Json
from syncapi import unexpected
from syncapi.oro import refusals, wording
from syncapi.oro.names import RESOURCES
from syncapi.oro.refusals import MethodNotAllowed, Refusal, Refusals
from syncapi.problems import Code, Problem

MOST_ERRORS: Final = 100  # in one answer
Error = dict[str, Json]


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler of this dialect."""
    match error:
        case MethodNotAllowed():
            return document([error.error], 405, Allow=error.allow)
        case Refusal():
            return document([error.error], error.status)
        case Refusals():
            return document(list(error.errors), error.status)
        case ItemsRefused():
            return _items(error, context)
        case TooManyItems():
            detail = f"A request has {error.limit} records at most."
            return document([_error(400, "request data constraint", detail)], 400)
        case Problem():
            title, detail = _WORDS[error.code](error.params)
            pointer = str(error.params.get("pointer", ""))
            return document([_error(error.status, title, detail, pointer)], error.status, **error.headers)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Response(status=401, headers={"WWW-Authenticate": 'Bearer, Basic realm="Bulkhead"'})
        case exceptions.MethodNotAllowed():
            return document([_error(405, "method not allowed http exception", str(error.detail))], 405)
        case SuspiciousOperation():
            return document([_error(400, *_UNPROCESSABLE)], 400)
    return _unexpected(error)


def document(errors: Sequence[Error], status: int, **headers: str) -> Response:
    """`errorCount` where not all of them are there."""
    meta = {"meta": {"errorCount": len(errors)}} if len(errors) > MOST_ERRORS else {}
    return Response({"errors": errors[:MOST_ERRORS], **meta}, status=status, headers=headers)


def _error(status: int, title: str, detail: str, pointer: str = "") -> Error:
    body: Error = {"status": str(status), "title": title, "detail": detail}
    return {**body, "source": {"pointer": pointer}} if pointer else body


def _items(error: ItemsRefused, context: Mapping[str, Any]) -> Response:
    """What is wrong with every record, each at its place."""
    view = context["view"]
    found = wording.of_items(error.errors.items(), RESOURCES.get(view.type), place=view.place)
    return handle(refusals.worded(found), context)


def _unexpected(error: Exception) -> Response:
    found = unexpected.logged(error)
    detail = f"The server could not answer. The log has the details under {found.report}."
    return document([_error(found.status, "runtime exception", detail)], found.status, **found.headers)


def _plain(title: str, detail: str) -> Callable[[Mapping[str, Json]], tuple[str, str]]:
    return lambda params: (title, detail)


_REQUEST: Final = "request data constraint"
_JSON: Final = "bad request http exception"
_UNPROCESSABLE: Final = (_JSON, "The request cannot be processed.")
_WORDS: Final[Mapping[Code, Callable[[Mapping[str, Json]], tuple[str, str]]]] = {
    Code.UNPROCESSABLE: _plain(*_UNPROCESSABLE),
    Code.NO_ROUTE: _plain("not found http exception", "No route has this path."),
    Code.NOT_FOUND: _plain("not found http exception", "An entity with the requested identifier does not exist."),
    Code.BODY_TOO_LARGE: lambda params: (
        "request entity too large http exception", f"The request is larger than {params['limit']} bytes.",
    ),
    Code.BODY_CUT_SHORT: _plain(_JSON, "The request is shorter than its Content-Length."),
    Code.BODY_ENCODING: lambda params: (
        "unsupported media type http exception", f"The Content-Encoding {params['encoding']} is not supported.",
    ),
    Code.NOT_JSON: _plain(_JSON, "Invalid json message received."),
    Code.TOO_DEEP: lambda params: (_JSON, f"The request is nested deeper than {params['limit']} levels."),
    Code.BAD_TEXT: _plain(_REQUEST, "The text has a character that cannot be stored."),
    Code.BAD_NUMBER: _plain(_REQUEST, "The number is not finite or too large."),
    Code.CHARSET: _plain("unsupported media type http exception", "UTF-8 is the only supported charset."),
    Code.NOT_A_LIST: _plain(_REQUEST, "The primary data object collection should be an array"),
    Code.NOT_AN_OBJECT: _plain(_REQUEST, "The primary resource object should be an object"),
    Code.BAD_HEADER: lambda params: (
        "invalid header value exception", f'The header "{params["name"]}" cannot be "{params["value"]}".',
    ),
    Code.KEY_REUSED: _plain("conflict constraint", "The Idempotency-Key was used for another request."),
    Code.KEY_BUSY: _plain("conflict constraint", "A request with this Idempotency-Key is in progress."),
    Code.SIGN_IN: _plain("authentication exception", "The user name or the password is wrong."),
}  # fmt: skip
