"""Why a request is not answered, in Oro's words: status, title, detail, and the place that is at fault. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from catalog.commands import Json
from catalog.outcomes import FieldError
from syncapi.oro.faults import VALUE, request_data
from syncapi.oro.wording import Wording


class Refusal(Exception):
    """One error, which is the whole answer."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "request data constraint"

    def __init__(self, detail: str, *, pointer: str = "", parameter: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.parameter = parameter

    @property
    def error(self) -> dict[str, Json]:
        body: dict[str, Json] = {"status": str(self.status), "title": self.title, "detail": self.detail}
        if self.parameter:
            body["source"] = {"parameter": self.parameter}
        elif self.pointer:
            body["source"] = {"pointer": self.pointer}
        return body


class Refusals(Exception):
    """Several errors, each in the words of an error object."""

    def __init__(self, errors: Sequence[dict[str, Json]], *, status: int) -> None:
        super().__init__(errors)
        self.errors = errors
        self.status = status


class UnsupportedMediaType(Refusal):
    status = 415
    title = "unsupported media type http exception"


class NotAcceptable(Refusal):
    status = 406
    title = "not acceptable http exception"


class UnknownType(Refusal):
    status = 404
    title = "entity type constraint"

    def __init__(self, type: str) -> None:
        super().__init__(f"Unknown entity type: {type}.")


class NoAssociation(Refusal):
    status = 404
    title = "relationship constraint"

    def __init__(self) -> None:
        super().__init__("Unsupported subresource.")


class NotAccessible(Refusal):
    """The URL is switched off."""

    status = 404
    title = "resource not accessible exception"

    def __init__(self) -> None:
        super().__init__("The resource is not accessible.")


class MethodNotAllowed(Refusal):
    status = 405
    title = "method not allowed http exception"

    def __init__(self, method: str, allow: str) -> None:
        super().__init__(f'The "{method}" method is not allowed for this resource.')
        self.allow = allow


class NoSuchEntity(Refusal):
    status = 404
    title = "not found http exception"

    def __init__(self) -> None:
        super().__init__("An entity with the requested identifier does not exist.")


class AccessDenied(Refusal):
    status = 403
    title = "access denied exception"


class Conflict(Refusal):
    status = 409
    title = "conflict constraint"


class BadHeaderValue(Refusal):
    title = "invalid header value exception"


class BadJson(Refusal):
    title = "bad request http exception"


class BadOperation(Refusal):
    """A list that is to be done at once cannot be read."""

    title = "operation exception"


class OperationEnded(BadOperation):
    """Cancelled, or given up, while its caller waited."""

    status = 500


class BadFilter(Refusal):
    title = "filter constraint"


class BadSort(Refusal):
    title = "sort constraint"


class RequestData(Refusal):
    pass


class ValueRefused(Refusal):
    title = VALUE


def worded(errors: Sequence[Wording]) -> Refusals:
    """With the status that they have in common."""
    return Refusals([each.error() for each in errors], status=common_status([each.status for each in errors]))


def structural(error: FieldError) -> Refusal:
    """A fault of the body that was found before anything was accepted."""
    kinds = {kind.title: kind for kind in (BadOperation, RequestData)}
    kind = kinds.get(error.params["title"], BadOperation)
    return kind(error.params["detail"], pointer=error.path)


def empty_body() -> Refusal:
    return structural(request_data("", "The request data should not be empty."))


def common_status(statuses: Sequence[int]) -> int:
    """Of several errors: their status if it is one, else their highest class; a conflict among 4xx wins."""
    if len(set(statuses)) == 1:
        return statuses[0]
    if max(statuses) >= 500:
        return 500
    return 409 if 409 in statuses else 400
