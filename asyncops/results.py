"""The three result sets of an operation: disjoint, and together its input once it has ended.

Read a window at a time, each in its own short query, so that neither memory nor a transaction grows with the
operation or with a reader who takes his time.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import orjson

from asyncops import journal, payloads
from asyncops.journal import UNDECIDED, UNTOUCHED, ItemView
from asyncops.models import Chunk, Operation
from catalog.commands import Json
from catalog.outcomes import OutcomeKind

WINDOW: Final = 1000  # items


class ResultSet(StrEnum):
    WRITTEN = "written"  # the catalog is as the item asked, whether that took a write or not
    REFUSED = "refused"  # with the errors
    UNTOUCHED = "untouched"  # the operation ended without it


def set_of(view: ItemView) -> ResultSet | None:
    """Where an item is listed; None while it is undecided."""
    if view.outcome == UNDECIDED:
        return None
    named = {OutcomeKind.REFUSED.value: ResultSet.REFUSED, UNTOUCHED: ResultSet.UNTOUCHED}
    return named.get(view.outcome, ResultSet.WRITTEN)


def lines(operation: Operation, wanted: ResultSet | None) -> Iterator[bytes]:
    """JSON Lines, in the order of the items, a window at a time. `wanted` None: every item that is decided.

    Each line: `index` (position in the request), `outcome`, `record` (id, or null), `input` (the item as sent), and
    for a refused item `errors`: a list of `path` (JSON pointer below the item), `code`, `params`.
    """
    first = -1
    while chunk := _chunk_after(operation, first):
        first = chunk.first
        yield from _of_chunk(operation, chunk, wanted)


def _chunk_after(operation: Operation, first: int) -> Chunk | None:
    later = operation.chunks.filter(first__gt=first).order_by("first")
    return later.defer("payload", "writes", "refers").first()


def _of_chunk(operation: Operation, chunk: Chunk, wanted: ResultSet | None) -> Iterator[bytes]:
    """The payload is read as far as an item of it is wanted."""
    inputs = enumerate(payloads.texts(chunk.pk), chunk.first)
    for first in range(chunk.first, chunk.first + chunk.size, WINDOW):
        window = journal.window(operation, chunk, first=first, count=WINDOW)
        views = [view for view in window if _is_in(set_of(view), wanted)]
        if views:
            yield b"".join(_line(view, _until(view.index, inputs)) for view in views)


def _is_in(found: ResultSet | None, wanted: ResultSet | None) -> bool:
    return found is not None and wanted in {found, None}


def _until(wanted: int, inputs: Iterator[tuple[int, str]]) -> str:
    return next(text for index, text in inputs if index == wanted)


def _line(view: ItemView, text: str) -> bytes:
    told: dict[str, Json] = {"index": view.index, "outcome": view.outcome, "record": view.record_id}
    if set_of(view) is ResultSet.REFUSED:
        told["errors"] = [{"path": e.path, "code": e.code, "params": e.params} for e in view.errors]
    return b'%b,"input":%b}\n' % (orjson.dumps(told)[:-1], text.encode())
