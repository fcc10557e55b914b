"""Every exception in Magento's form: a message with placeholders, parameters, an HTTP status (contract 2.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from django.core.exceptions import SuspiciousOperation
from rest_framework import exceptions
from rest_framework.response import Response

from asyncops.intake import ItemsRefused, TooManyItems
from catalog.commands import Json
from catalog.outcomes import NotUnderstoodError
from syncapi import unexpected
from syncapi.magento import messages, wording
from syncapi.magento.messages import Message
from syncapi.magento.routes import Form, Route
from syncapi.magento.signed import SignatureRefused
from syncapi.problems import Code, Problem, RecordRefused

MOST_ERRORS: Final = 100  # in one answer

_UNPROCESSABLE: Final = Message("Specified request cannot be processed.")
_SIGN_IN: Final = Message(
    "The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later."
)
_UNACCEPTABLE: Final = (
    'Server cannot match any of the given Accept HTTP header media type(s) from the request: "%1" with media types '
    "from the config of response renderer."
)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler of this dialect."""
    match error:
        case RecordRefused():
            answer = _record(error, context)
        case NotUnderstoodError():
            answer = Response(messages.aggregate([wording.message(each) for each in error.errors]), status=400)
        case Problem():
            answer = _answer(_WORDS[error.code](error.params), error.status, **error.headers)
        case SignatureRefused():
            answer = _answer(error.message, 401, **{"WWW-Authenticate": "OAuth"})
        case ItemsRefused():
            answer = _items(error, context)
        case TooManyItems():
            answer = _answer(_too_many(error, context), 400)
        case exceptions.APIException():
            answer = _of_framework(error, context)
        case SuspiciousOperation():
            answer = _answer(_UNPROCESSABLE, 400)
        case _:
            answer = _unexpected(error)
    return answer


def _of_framework(error: exceptions.APIException, context: Mapping[str, Any]) -> Response:
    meta = context["request"].META
    match error:
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return _answer(_forbidden(context), 401, **{"WWW-Authenticate": "Bearer"})
        case exceptions.PermissionDenied():
            return _answer(_forbidden(context), 403)
        case exceptions.UnsupportedMediaType():
            return _answer(_content_type(meta.get("CONTENT_TYPE", "")), 400)
        case exceptions.NotAcceptable():
            return _answer(Message(_UNACCEPTABLE, (meta.get("HTTP_ACCEPT", ""),)), 406)
    return _unexpected(error)


def _answer(message: Message, status: int, **headers: str) -> Response:
    return Response(message.body(), status=status, headers=headers)


def _record(error: RecordRefused, context: Mapping[str, Any]) -> Response:
    found = wording.messages_of(error.errors, item=error.item, entity=getattr(_route(context), "entity", ""))
    return Response(messages.aggregate(found), status=wording.status(error.errors))


def _route(context: Mapping[str, Any]) -> Route:
    route: Route = context["view"].call.route
    return route


def _items(error: ItemsRefused, context: Mapping[str, Any]) -> Response:
    """What is wrong with every item. A header names the place of the first, since Magento's body has no room for it."""
    index, (first, *_) = next(iter(error.errors.items()))
    found = (wording.message(each) for errors in error.errors.values() for each in errors)
    body = messages.aggregate(list(islice(found, MOST_ERRORS)))
    pointer = f"/{index}{first.path}" if context["view"].call.form is Form.BULK else first.path
    return Response(body, status=400, headers={"Bulkhead-Error-Path": quote(pointer, safe="/~")})


def _forbidden(context: Mapping[str, Any]) -> Message:
    resource = context["view"].call.route.resource
    return messages.forbidden(resource)


def _content_type(given: str) -> Message:
    media_type = given.partition(";")[0].strip()
    if not media_type:
        return Message("Content-Type header is empty.")
    if media_type.count("/") != 1 or " " in media_type:
        return Message("Content-Type header is invalid.")
    return Message("Server cannot understand Content-Type HTTP header media type %1", (media_type,))


def _unexpected(error: Exception) -> Response:
    found = unexpected.logged(error, prefix="webapi-")
    message = Message(f"Internal Error. Details are available in Magento log file. Report ID: {found.report}")
    return _answer(message, found.status, **found.headers)


def _too_many(error: TooManyItems, context: Mapping[str, Any]) -> Message:
    values = {"type": context["view"].call.route.entity, "max": error.limit}
    return Message('Maximum items of type "%type" is %max', values)


def _missing(params: Mapping[str, Json]) -> Message:
    value = params["value"]
    match params["entity"]:
        case "operation":
            return Message("Bulk uuid %bulkUuid not exist", {"bulkUuid": value})
        case "attribute":
            return messages.no_such_attribute(str(value))
        case "source":
            return Message('Source with code "%sourceCode" does not exist', {"sourceCode": value})
        case "link type":
            return Message('The "%1" link type wasn\'t found. Verify the type and try again.', (str(value),))
    return messages.no_such_entity(params["field"], value)


def _plain(text: str) -> Callable[[Mapping[str, Json]], Message]:
    return lambda params: Message(text)


def _placed(details: str) -> Callable[[Mapping[str, Json]], Message]:
    """The place of what cannot be stored is a JSON pointer into the body."""
    return lambda params: messages.processing(params["pointer"], details)


_WORDS: Final[Mapping[Code, Callable[[Mapping[str, Json]], Message]]] = {
    Code.UNPROCESSABLE: lambda params: _UNPROCESSABLE,
    Code.NO_ROUTE: _plain("Request does not match any route."),
    Code.NOT_FOUND: _missing,
    Code.BODY_TOO_LARGE: lambda params: Message(
        "The request body is larger than %1 bytes. Split it and try again.", (str(params["limit"]),)
    ),
    Code.BODY_CUT_SHORT: _plain("The request body is shorter than its Content-Length."),
    Code.BODY_ENCODING: lambda params: Message(
        "The Content-Encoding %1 is not supported. Send the request body uncompressed.", (params["encoding"],)
    ),
    Code.NOT_JSON: _plain("Decoding error."),
    Code.TOO_DEEP: lambda params: Message(
        "Decoding error. The request body is nested deeper than %1 levels.", (str(params["limit"]),)
    ),
    Code.BAD_TEXT: _placed("The text holds a character that cannot be stored. Remove it and try again."),
    Code.BAD_NUMBER: _placed("The number is not finite or too large. Verify and try again."),
    Code.CHARSET: _plain("UTF-8 is the only supported charset."),
    Code.NOT_A_LIST: _plain("Request body must be an array"),
    Code.NOT_AN_OBJECT: lambda params: Message(
        "Item %1 of the request body must be an object", (str(params["index"]),)
    ),
    Code.BAD_HEADER: lambda params: Message("The %1 header cannot be %2", (params["name"], params["value"])),
    Code.KEY_REUSED: _plain("The Idempotency-Key was used for another request. Choose a new one and try again."),
    Code.KEY_BUSY: _plain("A request with this Idempotency-Key is in progress. Wait and try again."),
    Code.SIGN_IN: lambda params: _SIGN_IN,
}
