"""Bodies that are stored as they arrive and read again by a worker, a part at a time: memory holds only small ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from math import ceil
from typing import Final, Protocol

from django.db import transaction

from asyncops.models import Body
from catalog.sql import copy_in, run

ROW: Final = 8000  # bytes, so that a row fills a page of the database: larger values are cut up, which takes longer
PART: Final = 128 * ROW  # bytes that are stored, or read again, at once


class Pieces(Protocol):
    """A body as a dialect sees it."""

    @property
    def size(self) -> int:
        """In bytes."""

    def pieces(self) -> Iterator[bytes]:
        """The whole body, from its beginning, as often as it is asked for."""


@dataclass(frozen=True, slots=True)
class StoredBody:
    body: Body

    @property
    def size(self) -> int:
        return self.body.size

    def pieces(self) -> Iterator[bytes]:
        for first in range(0, ceil(self.size / ROW), PART // ROW):
            yield b"".join(content for (content,) in run(_PART, [self.body.pk, first, first + PART // ROW]))


@dataclass(frozen=True, slots=True)
class HeldBody:
    """One that is small enough to be held in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def pieces(self) -> Iterator[bytes]:
        yield self.content


class BodyFile(RawIOBase):
    """A body as a file to read from; wrap it in io.BufferedReader to read lines."""

    def __init__(self, body: Pieces) -> None:
        self._pieces = body.pieces()
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


_PART: Final = """
    SELECT content FROM asyncops_bodypart
     WHERE body_id = %b::bigint AND number >= %b::int AND number < %b::int ORDER BY number"""


def store(pieces: Iterable[bytes], *, now: datetime) -> Body:
    """Keep a body, each part as soon as it is full; whatever `pieces` raises comes through.

    Until an operation takes it, it belongs to nobody, and retention deletes it after a while.
    """
    with _unhurried():
        body = Body.objects.create(received_at=now)
    for part in _parts(pieces):
        with _unhurried():
            _keep(body, part)
    with _unhurried():
        body.save(update_fields=["size"])
    return body


def store_held(held: HeldBody, *, now: datetime) -> Body:
    """`store` of what is all there, also inside of a transaction."""
    body = Body.objects.create(received_at=now)
    _keep(body, memoryview(held.content))
    body.save(update_fields=["size"])
    return body


@contextmanager
def _unhurried() -> Iterator[None]:
    """Not waiting for the disk: the commit that makes an operation of the body does, and covers what was before it."""
    with transaction.atomic(durable=True):
        run("SET LOCAL synchronous_commit = off")
        yield


def _keep(body: Body, part: memoryview) -> None:
    """Add it to what is there, which fills its rows."""
    begins = range(0, len(part), ROW)
    rows = [(body.pk, number, part[at : at + ROW]) for number, at in enumerate(begins, body.size // ROW)]
    copy_in("asyncops_bodypart", ["body_id", "number", "content"], ["int8", "int4", "bytea"], rows)
    body.size += len(part)


def _parts(pieces: Iterable[bytes]) -> Iterator[memoryview]:
    """All but the last fill their rows."""
    waiting, size = list[bytes | memoryview](), 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PART:
            whole = memoryview(b"".join(waiting))
            size %= ROW
            end = len(whole) - size
            yield whole[:end]
            waiting = [whole[end:]]
    if size:
        yield memoryview(b"".join(waiting))
