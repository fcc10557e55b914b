"""Bodies that are stored as they arrive and read again by a worker, a part at a time: memory holds only small ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import RawIOBase
from math import ceil
from typing import Final, Protocol

from django.db import transaction

from asyncops.models import Body
from catalog.sql import run

PART: Final = 1 << 20  # bytes of one row


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
        for number in range(ceil(self.size / PART)):
            [(content,)] = run(_PART, [self.body.pk, number])
            yield bytes(content)


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


_PART: Final = "SELECT content FROM asyncops_bodypart WHERE body_id = %b::bigint AND number = %b::int"
_KEEP: Final = "INSERT INTO asyncops_bodypart (body_id, number, content) VALUES (%b::bigint, %b::int, %b::bytea)"


def store(pieces: Iterable[bytes], *, now: datetime) -> Body:
    """Keep a body, each part as soon as it is full; whatever `pieces` raises comes through.

    Until an operation takes it, it belongs to nobody, and retention deletes it after a while.
    """
    body = Body.objects.create(received_at=now)
    digest = sha256()
    for number, part in enumerate(_parts(pieces)):
        _keep(body, number, part)
        digest.update(part)
        body.size += len(part)
    body.digest = digest.digest()
    body.save(update_fields=["size", "digest"])
    return body


def store_held(held: HeldBody, *, now: datetime) -> Body:
    """`store` of what is all there, also inside of a transaction."""
    body = Body.objects.create(size=held.size, digest=sha256(held.content).digest(), received_at=now)
    for number, part in enumerate(_parts(held.pieces())):
        run(_KEEP, [body.pk, number, part])
    return body


def _keep(body: Body, number: int, part: bytes) -> None:
    """Not waiting for the disk: the commit that makes an operation of the body does, and covers what was before it."""
    with transaction.atomic(durable=True):
        run("SET LOCAL synchronous_commit = off")
        run(_KEEP, [body.pk, number, part])


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for piece in pieces:
        part += piece
        while len(part) >= PART:
            yield bytes(part[:PART])
            del part[:PART]
    if part:
        yield bytes(part)
