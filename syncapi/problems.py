"""What can be wrong with a request as a whole. The docstring is the message; each dialect words the code.

Pure: parsing may raise these. What is wrong with one record is a value (`catalog.outcomes`), not an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from catalog.commands import Json
from catalog.outcomes import FieldError


class Code(StrEnum):
    UNPROCESSABLE = "unprocessable"
    NO_ROUTE = "no_route"
    NOT_FOUND = "not_found"
    BODY_TOO_LARGE = "body_too_large"
    BODY_CUT_SHORT = "body_cut_short"
    BODY_ENCODING = "body_encoding"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    BAD_TEXT = "bad_text"
    BAD_NUMBER = "bad_number"
    CHARSET = "charset"
    NOT_A_LIST = "not_a_list"
    NOT_AN_OBJECT = "not_an_object"
    BAD_HEADER = "bad_header"
    KEY_REUSED = "key_reused"
    KEY_BUSY = "key_busy"
    SIGN_IN = "sign_in"
    RECORD = "record"


class Problem(Exception):
    """The request cannot be answered."""

    code: ClassVar[Code] = Code.UNPROCESSABLE
    status: ClassVar[int] = 400

    def __init__(self, **params: Json) -> None:
        super().__init__(self.__doc__, params)
        self.params: Mapping[str, Json] = params

    @property
    def headers(self) -> dict[str, str]:
        """Of its answer: when to try again, where that would help."""
        seconds = self.params.get("retry_after")
        return {"Retry-After": str(seconds)} if seconds else {}


class RouteUnknown(Problem):
    """No route has this path and method."""

    code = Code.NO_ROUTE
    status = 404


class NotFound(Problem):
    """There is no such record for this caller. Params: entity, value."""

    code = Code.NOT_FOUND
    status = 404


class BodyTooLarge(Problem):
    """The body is larger than this server reads. Params: limit (bytes)."""

    code = Code.BODY_TOO_LARGE
    status = 413


class BodyCutShort(Problem):
    """The body ended before its sender said that it would."""

    code = Code.BODY_CUT_SHORT


class BodyEncoded(Problem):
    """The body is compressed, which is not read. Params: encoding."""

    code = Code.BODY_ENCODING
    status = 415


class NotJson(Problem):
    """The body is not JSON."""

    code = Code.NOT_JSON


class TooDeep(Problem):
    """The body is nested too deep. Params: limit."""

    code = Code.TOO_DEEP


class BadText(Problem):
    """A text holds a character that no database can keep. Params: pointer."""

    code = Code.BAD_TEXT


class BadNumber(Problem):
    """A number is not finite or too large. Params: pointer."""

    code = Code.BAD_NUMBER


class CharsetUnknown(Problem):
    """The body's charset is not UTF-8."""

    code = Code.CHARSET


class NotAList(Problem):
    """A bulk request's body is not a list."""

    code = Code.NOT_A_LIST


class NotAnObject(Problem):
    """An element of a bulk request is not an object. Params: index."""

    code = Code.NOT_AN_OBJECT


class BadHeader(Problem):
    """A header has a value that it cannot have. Params: name, value."""

    code = Code.BAD_HEADER


class KeyReused(Problem):
    """The Idempotency-Key was used for another request."""

    code = Code.KEY_REUSED
    status = 422


class KeyBusy(Problem):
    """A request with this Idempotency-Key is in progress. Params: retry_after (seconds)."""

    code = Code.KEY_BUSY
    status = 409


class SignInRefused(Problem):
    """Wrong name or password, or too many attempts. Params: retry_after (seconds, 0 for a wrong password)."""

    code = Code.SIGN_IN
    status = 401


class RecordRefused(Problem):
    """The one record of this request was refused."""

    code = Code.RECORD

    def __init__(self, errors: tuple[FieldError, ...], *, item: Json = None) -> None:
        super().__init__()
        self.errors = errors
        self.item = item  # as sent
