"""Errors of records in Oro's words: status, a title that never changes, a detail, the place in the request. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from catalog.wording import filled
from syncapi.oro.kinds import Resource
from syncapi.oro.names import RESOURCES

_FORM: Final = "form constraint"
_RANGE: Final = "range constraint"
_DENIED: Final = "access denied exception"
_INCLUDED: Final = re.compile(r"/included/\d+/\w+")  # such a record itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    status: int
    title: str
    detail: str
    pointer: str | None  # none, or empty: no place in the request is at fault

    @property
    def source(self) -> dict[str, str] | None:
        return {"pointer": self.pointer} if self.pointer else None

    def error(self) -> dict[str, Json]:
        """An error object of an error document: its status is a string there."""
        body: dict[str, Json] = {"status": str(self.status), "title": self.title, "detail": self.detail}
        return body if self.source is None else {**body, "source": self.source}


def word(error: FieldError, resource: Resource | None, *, place: str) -> Wording:
    """`place`: a JSON pointer to the record, e.g. /data/3. `resource`: its type, None when that is not one of ours."""
    if error.code is ErrorCode.DIALECT and "title" in error.params:
        params = error.params
        pointer = error.path if error.path.startswith("/included/") else place + error.path
        return Wording(status=params["status"], title=params["title"], detail=params["detail"], pointer=pointer or None)
    if error.code is ErrorCode.DIALECT:
        detail = filled(error.params)
        return Wording(status=400, title="request data constraint", detail=detail, pointer=place + error.path)
    if error.code in (ErrorCode.CRASHED, ErrorCode.TRANSIENT):
        return Wording(status=500, title="runtime exception", detail=_CRASHES[error.code], pointer=place)
    if error.path and not _INCLUDED.fullmatch(error.path):
        error = _seen_from_elsewhere(error)
    status, title, detail = _WORDS[error.code](error.params)
    whole = error.code in _OF_THE_RECORD
    return Wording(status=status, title=title, detail=detail, pointer=_pointer(error, resource, place, whole))


def of_items(
    errors: Iterable[tuple[int, Sequence[FieldError]]], resource: Resource | None, *, place: str
) -> list[Wording]:
    """Of several records of one type, by index, which takes the place of {index} in `place`."""
    return [word(error, resource, place=at(place, index)) for index, found in errors for error in found]


def at(place: str, index: int) -> str:
    return place.replace("{index}", str(index))


def in_linkage(error: FieldError, *, place: str) -> Wording:
    """Of a change of a relationship, whose data are the linkage alone. `place`: of one identifier, or /data of all."""
    worded = word(_seen_from_elsewhere(error), None, place=place)
    position = error.path.rpartition("/")[2]
    if error.code is ErrorCode.DIALECT:
        return replace(worded, pointer="/data" + error.path.partition("/data")[2])
    return replace(worded, pointer=f"{place}/{position}" if place.endswith("/data") and position.isdecimal() else place)


def _seen_from_elsewhere(error: FieldError) -> FieldError:
    """A record that another one is to be related to, and that is not there, or another organization's."""
    is_gone = error.code is ErrorCode.MISSING or (error.code is ErrorCode.FORBIDDEN and error.params.get("foreign"))
    return replace(error, code=ErrorCode.REFERENCE) if is_gone else error


def of_operation(error: FieldError) -> Wording:
    """What was wrong with a request as a whole."""
    if error.code is ErrorCode.DIALECT:
        params = error.params
        return Wording(
            status=params.get("status", 400),
            title=params.get("title", "async operation exception"),
            detail=params.get("detail", params.get("message", "")),
            pointer=error.path or None,
        )
    if error.code is ErrorCode.TOO_LARGE:
        detail = f"With the policy 'all' a request has {error.params.get('limit')} records at most."
        return Wording(status=400, title="async operation exception", detail=detail, pointer=None)
    return Wording(status=500, title="runtime exception", detail=_CRASHES[ErrorCode.CRASHED], pointer=None)


def _pointer(error: FieldError, resource: Resource | None, place: str, whole: bool) -> str:
    """The catalog names fields; the request names attributes and relationships."""
    parts = error.path.split("/")[1:]
    if len(parts) >= 3 and parts[0] == "included":
        resource, place, parts = RESOURCES.get(parts[2]), f"/included/{parts[1]}", parts[3:]
    if whole or not parts:
        return place
    if resource is None:
        return f"{place}{error.path}"
    found = resource.by_field.get(parts[0])
    if found is None:
        found = f"relationships/{parts[0]}" if parts[0] in resource.relations else f"attributes/{parts[0]}"
    if found.startswith("relationships/"):
        found += "/data"
    return "/".join([place, found, *(part for part in parts[1:] if part.isdecimal())])


_CRASHES: Final[Mapping[ErrorCode, str]] = {
    ErrorCode.CRASHED: "The server could not process this again and again, and gave up.",
    ErrorCode.TRANSIENT: "The database was busy or away. Send it again.",
}
_Words = Callable[[Mapping[str, Json]], tuple[int, str, str]]
_OF_THE_RECORD: Final = frozenset(
    {ErrorCode.UNKNOWN, ErrorCode.TAKEN, ErrorCode.EXISTS, ErrorCode.MISSING, ErrorCode.IN_USE, ErrorCode.PROTECTED,
     ErrorCode.FORBIDDEN}
)  # fmt: skip
_EXPECTED: Final = {
    "string": "a string",
    "float": "a number",
    "int": "an integer",
    "bool": "a boolean",
    "datetime": "a date and time with a time zone",
    "object": "an object",
}


def _plain(status: int, title: str, detail: str) -> _Words:
    return lambda params: (status, title, detail)


_WORDS: Final[Mapping[ErrorCode, _Words]] = {
    ErrorCode.REQUIRED: _plain(400, "not blank constraint", "This value should not be blank."),
    ErrorCode.BLANK: _plain(400, "not blank constraint", "This value should not be blank."),
    ErrorCode.TYPE: lambda params: (
        400, _FORM, f"This value is not valid. Expected {_EXPECTED.get(params.get('expected', ''), 'another value')}.",
    ),
    ErrorCode.CHOICE: _plain(400, "choice constraint", "The value you selected is not a valid choice."),
    ErrorCode.TOO_LONG: lambda params: (
        400,
        "length constraint",
        f"This value is too long. It should have {params.get('limit')} characters or less.",
    ),
    ErrorCode.TOO_SMALL: lambda params: (400, _RANGE, f"This value should be {params.get('limit')} or more."),
    ErrorCode.TOO_LARGE: lambda params: (400, _RANGE, f"This value should be {params.get('limit')} or less."),
    ErrorCode.CHARACTER: _plain(400, _FORM, "This value has a character that cannot be stored."),
    ErrorCode.UNKNOWN: _plain(400, "extra fields constraint", "This form should not contain extra fields."),
    ErrorCode.REFERENCE: _plain(400, _FORM, "The entity does not exist."),
    ErrorCode.TAKEN: _plain(409, "conflict constraint", "The entity already exists."),
    ErrorCode.EXISTS: _plain(409, "conflict constraint", "The entity already exists."),
    ErrorCode.MISSING: _plain(
        404, "not found http exception", "An entity with the requested identifier does not exist."
    ),
    ErrorCode.CYCLE: _plain(400, _FORM, "The entity would be its own ancestor."),
    ErrorCode.NESTED: _plain(400, _FORM, "The entity is nested too deep."),
    ErrorCode.IN_USE: _plain(403, _DENIED, "The delete operation is forbidden. Reason: other entities refer to it."),
    ErrorCode.PROTECTED: _plain(403, _DENIED, "No access to the entity."),
    ErrorCode.FORBIDDEN: lambda params: (
        403, _DENIED, "No access to the entity." if params.get("foreign") else "No access to this type of entities.",
    ),
}  # fmt: skip
