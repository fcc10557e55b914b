"""Bodies that are stored as they arrive and read again by a worker, a part at a time: memory never holds one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import RawIOBase
from typing import Final, Protocol

from django.db import transaction

from asyncops.models import Body
from catalog.sql import run

PART: Final = 1 << 20  # bytes of one row


class Pieces(Protocol):
    """A body as a dialect sees it."""

    def pieces(self) -> Iterator[bytes]:
        """The whole body, from its beginning, as often as it is asked for."""


@dataclass(frozen=True, slots=True)
class StoredBody:
    id: int

    def pieces(self) -> Iterator[bytes]:
        number = 0
        while rows := run(_PART, [self.id, number]):
            yield bytes(rows[0][0])
            number += 1


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
