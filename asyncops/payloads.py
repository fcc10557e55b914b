"""The items of a chunk as they were sent. A chunk may hold 100,000 of them: it is read a piece at a time."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Final

from catalog.sql import run

PIECE: Final = 1 << 20  # bytes
_DECODER: Final = JSONDecoder()


def texts(chunk: int) -> Iterator[str]:
    """The items of the chunk with this id as they stand in its payload, a JSON list without spaces."""
    decode = getincrementaldecoder("utf-8")().decode
    buffer, at, offset, size = "", 0, 1, PIECE  # byte 0 is the opening bracket
    while True:
        while (end := _end_of_value(buffer, at)) is not None:
            yield buffer[at:end]
            if buffer[end] == "]":
                return
            at = end + 1
        size = PIECE if at else size * 2  # an item longer than a piece must not be parsed again for each of many
        piece = _piece(chunk, offset, size)
        if not piece:
            return
        buffer, at, offset = buffer[at:] + decode(piece), 0, offset + len(piece)


def _end_of_value(buffer: str, at: int) -> int | None:
    """Where the JSON value that begins at `at` ends; None when it may be cut short: a number can look complete."""
    try:
        _, end = _DECODER.raw_decode(buffer, at)
    except JSONDecodeError:
        return None
    return end if buffer[end : end + 1] in {",", "]"} else None


def _piece(chunk: int, offset: int, size: int) -> bytes:
    statement = "SELECT substring(payload FROM %b::int FOR %b::int) FROM asyncops_chunk WHERE id = %b::bigint"
    rows = run(statement, [offset + 1, size, chunk])
    return bytes(rows[0][0]) if rows else b""
