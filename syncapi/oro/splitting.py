"""A list's body into items: what a worker does with a PATCH that was accepted unread (contract 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.conf import settings

from asyncops.bodies import Pieces
from asyncops.dialects import BodyRefused
from catalog.commands import Json
from catalog.outcomes import FieldError
from syncapi import jsonstream
from syncapi.jsonstream import Malformed, Run
from syncapi.oro.documents import Included
from syncapi.oro.faults import fault, request_data

DATA: Final = "data"
INCLUDED: Final = "included"
PART_BYTES: Final = 8 << 20  # of records that are in memory at once
INCLUDED_BYTES: Final = 32 << 20  # of a request's included records, which all are
_MEMBERS: Final = frozenset({DATA, INCLUDED})
_SOUGHT: Final = b'"included"'
TITLE: Final = "async operation exception"


def split(body: Pieces, *, size: int, remark: Callable[[FieldError], None]) -> Iterator[Sequence[Json]]:
    """The items in parts of at most `size`. Raises BodyRefused wherever the fault is: the caller takes all or nothing.

    Included records may stand behind those that need them: then the body is read twice.
    """
    included = _included(body) if _may_include(body) else Included()
    if included.errors:
        raise BodyRefused(*included.errors)
    known, found, seen, empty = len(included), 0, set[str](), True
    part: list[Json] = []
    room = PART_BYTES
    for run in _runs(body, seen):
        if run.member == INCLUDED:
            found += len(run.values)
            continue
        empty = False
        part += map(included.item, run.values)
        room -= run.size
        while len(part) >= size or (part and room <= 0):
            yield part[:size]
            part, room = part[size:], PART_BYTES
    if found > known:
        raise BodyRefused(fault("", TITLE, 'The member "included" must be spelled without escapes.'))
    if empty:
        raise BodyRefused(_empty(seen))
    if part:
        yield part
    for error in included.unlinked():
        remark(error)


def emptiness(body: Pieces) -> FieldError | None:
    """What is wrong with a list without records; None if it has one, or is not to be read, which a worker tells."""
    seen: set[str] = set()
    try:
        if any(run.member == DATA for run in _runs(body, seen)):
            return None
    except BodyRefused:
        return None
    return _empty(seen)


def _empty(seen: set[str]) -> FieldError:
    wanted = "should not be empty" if DATA in seen else "should exist"
    return request_data("/data", f"The primary data object collection {wanted}")


def _runs(body: Pieces, seen: set[str] | None = None) -> Iterator[Run]:
    longest, depth = settings.MAX_LINE_BYTES, settings.MAX_JSON_DEPTH
    try:
        yield from jsonstream.runs(body.pieces(), members=_MEMBERS, longest=longest, depth=depth, seen=seen)
    except Malformed as reason:
        raise BodyRefused(unreadable(reason)) from None


def unreadable(reason: Malformed, title: str = TITLE) -> FieldError:
    place = f"[{reason.line}:{reason.column}]"
    return fault("", title, f"Failed to parse the data file. Parsing error in {place}. {reason.reason}")


def _may_include(body: Pieces) -> bool:
    """Whether the member's name stands anywhere; that it may be a value only costs a second reading."""
    end = b""
    for piece in body.pieces():
        if _SOUGHT in end + piece:
            return True
        end = piece[-len(_SOUGHT) :]
    return False


def _included(body: Pieces) -> Included:
    included = Included()
    for run in _runs(body):
        if run.member == INCLUDED:
            included.add(*run.values)
            if included.size > INCLUDED_BYTES:
                detail = f"The section included is larger than {INCLUDED_BYTES} bytes."
                raise BodyRefused(fault("/included", TITLE, detail))
    return included


def small(body: Pieces) -> list[Json] | None:
    """The items of a small body, if nothing is wrong with it as a whole and they make one chunk; else `split` tells."""
    try:
        included, data = whole(body)
    except BodyRefused:
        return None
    items = [included.item(record) for record in data]
    is_right = not included.errors and not any(included.unlinked())
    return items if is_right and len(items) <= settings.CHUNK_RECORDS else None


def whole(body: Pieces) -> tuple[Included, list[Json]]:
    """A body that is small, at once. Raises BodyRefused."""
    included, data, seen = Included(), list[Json](), set[str]()
    for run in _runs(body, seen):
        if run.member == INCLUDED:
            included.add(*run.values)
        else:
            data += run.values
    if not data:
        raise BodyRefused(_empty(seen))
    return included, data


def faults(body: Pieces) -> Iterator[FieldError]:
    """All that would end the operation as failed, and records that are none: for callers who want to know at once."""
    try:
        included = _included(body)
        yield from included.errors
        seen: set[str] = set()
        empty = True
        for run in _runs(body, seen):
            if run.member == DATA:
                empty = False
                yield from not_objects(run.values, first=run.first)
        if empty:
            yield _empty(seen)
    except BodyRefused as refusal:
        yield from refusal.errors


def not_objects(data: Sequence[Json], first: int = 0) -> Iterator[FieldError]:
    for index, record in enumerate(data, first):
        if not isinstance(record, dict):
            yield request_data(f"/data/{index}", "The primary resource object should be an object")
