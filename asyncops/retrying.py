"""A retry: what an ended operation did not write, accepted again as an operation of its own."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime
from enum import StrEnum
from typing import Final

import orjson
from django.conf import settings
from django.db import transaction

from asyncops import chunkrows, dialects, doorbell, intake, journal, placing, understanding
from asyncops.journal import UNTOUCHED
from asyncops.models import Chunk, Operation
from catalog.commands import Json, Policy
from catalog.models import User
from catalog.outcomes import OutcomeKind

REPLAY: Final = "replay"  # what its operation repeats: everything
SAME: Final = ("organization_id", "dialect", "kind", "entity", "context", "endpoint", "policy", "dry_run")


class Which(StrEnum):
    """The items of an ended operation that can be repeated."""

    REFUSED = "refused"
    UNTOUCHED = "untouched"
    ALL_UNFINISHED = "all_unfinished"  # both


class CannotRetry(Exception):
    """The operation cannot be retried."""


class StillRunning(CannotRetry):
    """The operation has not ended yet."""


class NothingToRetry(CannotRetry):
    """No item of the operation was left unwritten."""


class NoItems(CannotRetry):
    """The operation has no items that could be repeated. Send its request again."""


class AlreadyRetried(CannotRetry):
    """These items are being repeated, or were, by another operation."""


OUTCOMES: Final = {
    Which.REFUSED: frozenset({OutcomeKind.REFUSED.value}),
    Which.UNTOUCHED: frozenset({UNTOUCHED}),
    Which.ALL_UNFINISHED: frozenset({OutcomeKind.REFUSED.value, UNTOUCHED}),
}


EVERYTHING: Final = frozenset({*OutcomeKind, UNTOUCHED})


def retry(operation: Operation, *, which: Which, by: User, now: datetime, dry_run: bool = False) -> Operation:
    """The new operation, a child of this one; its items keep their order. Raises CannotRetry.

    It runs with the rights of whom asks for it, and the child of a dry run is one too. Items that were repeated are
    repeated again from the child only.
    """
    with intake.one_commit() as operations:
        parent = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
        _check(parent, which, dry_run=dry_run)
        child = _child(parent, which, by, now)
        child.dry_run = child.dry_run or dry_run
        _store(child, parent, OUTCOMES[which])
        operations.append(child)
    return child


def replay(operation: Operation, *, by: User, now: datetime) -> Operation:
    """All items of an ended operation once more, as a child of it; as often as one likes. Raises CannotRetry."""
    with intake.one_commit() as operations:
        parent = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
        if not parent.is_final:
            raise StillRunning
        child = _child(parent, REPLAY, by, now)
        _store(child, parent, EVERYTHING)
        operations.append(child)
    return child


def _store(child: Operation, parent: Operation, outcomes: Set[str]) -> None:
    """The child's chunks: the parent's items with these outcomes. Raises NothingToRetry, NoItems."""
    chunks = list(_chunks(child, parent, outcomes))
    child.total = sum(chunk.size for chunk in chunks)
    if not chunks:
        raise NothingToRetry if parent.total else NoItems
    chunkrows.store(chunks)
    transaction.on_commit(doorbell.ring, robust=True)


def _check(parent: Operation, which: Which, *, dry_run: bool) -> None:
    if not parent.is_final:
        raise StillRunning
    if dry_run:
        return
    known = parent.retries.filter(retried__in=list(Which), dry_run=parent.dry_run)
    retries = known.values_list("retried", flat=True)
    repeated = [OUTCOMES[Which(retried)] for retried in retries]
    if any(outcomes & OUTCOMES[which] for outcomes in repeated):
        raise AlreadyRetried


def _child(parent: Operation, which: str, by: User, now: datetime) -> Operation:
    same = {name: getattr(parent, name) for name in SAME}
    lifetime = dialects.get(parent.dialect).lifetime
    return Operation(
        id=placing.number(), parent=parent, retried=which, user=by, accepted_at=now, expires_at=now + lifetime, **same
    )


def _chunks(child: Operation, parent: Operation, outcomes: Set[str]) -> Iterator[Chunk]:
    """As full as any; under policy `all` a single one."""
    size = parent.total if child.policy == Policy.ALL or child.dry_run else settings.CHUNK_RECORDS
    kept: list[Json] = []
    first = number = 0
    for chunk in parent.chunks.order_by("first").defer("writes", "refers").iterator(chunk_size=1):
        kept += _wanted(parent, chunk, outcomes)
        while len(kept) >= size:
            yield from understanding.chunks(child, kept[:size], first=first, number=number, size=size)
            kept, first, number = kept[size:], first + size, number + 1
    if kept:
        yield from understanding.chunks(child, kept, first=first, number=number, size=size)


def _wanted(parent: Operation, chunk: Chunk, outcomes: Set[str]) -> list[Json]:
    views = journal.window(parent, chunk, first=chunk.first, count=chunk.size)
    indexes = [view.index - chunk.first for view in views if view.outcome in outcomes]
    items = orjson.loads(chunk.payload) if indexes else []
    return [items[index] for index in indexes]
