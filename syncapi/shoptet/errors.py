"""Every exception in Shoptet's envelope: a code, a sentence and the place, with an HTTP status (contract 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import orjson
from django.core.exceptions import SuspiciousOperation
from rest_framework import exceptions
from rest_framework.response import Response

from asyncops.intake import ItemsRefused, TooManyItems
from catalog.commands import Json
from syncapi import unexpected
from syncapi.problems import Code, Problem
from syncapi.shoptet import auth, wording
from syncapi.shoptet.envelope import answer
from syncapi.shoptet.refusals import INVALID_DATA, PAYLOAD, Fault, Refusal, invalid, not_allowed

MOST_ERRORS: Final = 100  # in one answer


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler of this dialect."""
    match error:
        case Refusal():
            return _answer(error.status, error.faults, error.headers)
        case Problem():
            return _problem(error, context)
        case ItemsRefused():
            return _answer(422, list(islice(_of_items(error), MOST_ERRORS)))
        case TooManyItems():
            message = f"There must be a maximum of {error.limit} items in the array"
            return _answer(422, [invalid(message, at=PAYLOAD)])
        case exceptions.APIException():
            return _of_framework(error, context)
        case SuspiciousOperation():
            return _answer(400, [Fault(code="bad-request", message="The request cannot be processed.")])
    return _unexpected(error)


def _answer(status: int, faults: Sequence[Fault], headers: Mapping[str, str] | None = None) -> Response:
    extra = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return answer(None, status=status, errors=faults, headers={**extra, **(headers or {})})


def _of_framework(error: exceptions.APIException, context: Mapping[str, Any]) -> Response:
    request = context["request"]
    match error:
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            refusal = auth.absent()
        case exceptions.PermissionDenied():
            refusal = auth.without_rights(auth.secret_of(request))
        case exceptions.UnsupportedMediaType():
            refusal = Refusal(422, invalid("The request body must be of type application/json", at=PAYLOAD))
        case exceptions.MethodNotAllowed():
            refusal = not_allowed(request.method, request.path, context["view"].allowed_methods)
        case _:
            return _unexpected(error)
    return _answer(refusal.status, refusal.faults, refusal.headers)


def _of_items(error: ItemsRefused) -> Sequence[Fault]:
    return [
        wording.fault(each, at=f"data[{index}]", code=INVALID_DATA)
        for index, errors in error.errors.items()
        for each in errors
    ]


def _problem(error: Problem, context: Mapping[str, Any]) -> Response:
    status, code, message, instance = _WORDS.get(error.code, _UNPROCESSABLE)(error.params, context["request"])
    return _answer(status, [Fault(code=code, message=message, instance=instance)], error.headers)


def _unexpected(error: Exception) -> Response:
    found = unexpected.logged(error)
    return _answer(found.status, [_AWAY if found.is_away else _BROKEN], found.headers)


_AWAY: Final = Fault(code="service-unavailable", message="The database is away. Please try later.")
_BROKEN: Final = Fault(code="internal-error", message="An error of this server; its log has the details.")


Words = tuple[int, str, str, str]  # status, code, message, instance
_Say = Callable[[Mapping[str, Json], Any], Words]


def _body(text: str, *, status: int = 422, code: str = INVALID_DATA) -> _Say:
    return lambda params, request: (status, code, text.format(**params), PAYLOAD)


def _placed(text: str) -> _Say:
    return lambda params, request: (422, INVALID_DATA, text, wording.place("", params["pointer"]) or PAYLOAD)


def _not_json(params: Mapping[str, Json], request: Any) -> Words:
    """With the place at which the body stops being JSON."""
    try:
        orjson.loads(request.body_read)
    except orjson.JSONDecodeError as reason:
        message = f"Syntax error at line {reason.lineno} column {reason.colno}"
        return 422, INVALID_DATA, message, PAYLOAD
    return 422, INVALID_DATA, "Syntax error", PAYLOAD


_UNPROCESSABLE: Final[_Say] = _body("The request cannot be processed.", status=400, code="bad-request")
_WORDS: Final[Mapping[Code, _Say]] = {
    Code.BODY_TOO_LARGE: _body(
        "The request body is larger than {limit} bytes.", status=413, code="payload-too-large"
    ),
    Code.BODY_CUT_SHORT: _body("The request body is shorter than its Content-Length."),
    Code.BODY_ENCODING: _body("The Content-Encoding {encoding} is not supported."),
    Code.NOT_JSON: _not_json,
    Code.TOO_DEEP: _body("The request body is nested deeper than {limit} levels."),
    Code.BAD_TEXT: _placed("The text holds a character that cannot be stored."),
    Code.BAD_NUMBER: _placed("The number is not finite or too large."),
    Code.CHARSET: _body("The request body must be in UTF-8."),
    Code.BAD_HEADER: lambda params, request: (
        400, "invalid-header", f"The {params['name']} header cannot have this value.", params["name"],
    ),
    Code.KEY_REUSED: lambda params, request: (
        422, "idempotency-key-reused", "The Idempotency-Key was used for another request.", "Idempotency-Key",
    ),
    Code.KEY_BUSY: lambda params, request: (
        409, "idempotency-key-busy", "A request with this Idempotency-Key is in progress.", "Idempotency-Key",
    ),
}  # fmt: skip
