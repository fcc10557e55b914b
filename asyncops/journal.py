"""What became of every item: written in the transaction of the writes, read by every view of an operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import F, Model
from psycopg.types.json import Jsonb

from asyncops import chunkrows, faults, payloads
from asyncops.done import Done
from asyncops.models import Chunk, Item, ItemError, ItemOutcome, Operation
from asyncops.states import ChunkState, State
from catalog.changes import Recording
from catalog.commands import Command, Json, Policy
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind
from catalog.sql import copy_in, run

UNDECIDED: Final = "undecided"  # its chunk is still to come
UNTOUCHED: Final = "untouched"  # the operation ended without it
JOURNALLED: Final = {OutcomeKind(outcome): outcome for outcome in ItemOutcome.values}  # the others have no row
_ITEM: Final = ("operation_id", "index", "outcome", "record_id", "changes")
_ERROR: Final = ("operation_id", "index", "path", "code", "params")
COUNTED: Final = ("created", "updated", "unchanged", "deleted", "refused")


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemView:
    """An item as a view of its operation shows it. `outcome`: an OutcomeKind's value, undecided or untouched."""

    index: int
    outcome: str
    record_id: UUID | None = None
    errors: tuple[FieldError, ...] = ()
    payload: Json = None  # the item as sent, when it was asked for


def recording(*, dry_run: bool = False) -> Recording:
    """How much of its changes a write that is journalled tells: a dry run is made for them."""
    if dry_run:
        return Recording.VALUES
    return Recording.CHANGES if settings.JOURNAL_CHANGES else Recording.OFF


def record(done: Sequence[Done]) -> None:
    """Store items and errors of applied chunks. A fixed number of statements, whatever the number of items."""
    items, errors = [], []
    for entry in done:
        operation, first = entry.chunk.operation_id, entry.chunk.first
        for index, outcome in enumerate(entry.outcomes, first):
            if (kind := JOURNALLED.get(outcome.kind)) is not None:
                changes = Jsonb(outcome.changes, dumps=str.encode) if outcome.changes else None
                items.append((operation, index, kind, outcome.id, changes))
            for error in outcome.errors:
                errors.append((operation, index, error.path, error.code.value, Jsonb(dict(error.params), dumps=_json)))
    _copy(Item, _ITEM, ("int8", "int4", "varchar", "uuid", "jsonb"), items)
    _copy(ItemError, _ERROR, ("int8", "int4", "text", "varchar", "jsonb"), errors)
    faults.record(done)


def record_finished(
    operation: Operation,
    items: Sequence[Json],
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
    understood: Sequence[Command | Outcome] = (),
) -> None:
    """An operation that was done in its request: stores one finished chunk and its items; sets the final state."""
    chunk = Chunk(
        operation=operation,
        number=0,
        first=0,
        size=len(items),
        payload=orjson.dumps(items),
        writes=[],
        refers=[],
        state=ChunkState.DONE,
        attempt=1,
        applied_at=run("SELECT now()")[0][0],  # the time of the transaction, which its writes have too
    )
    entry = Done(chunk=chunk, outcomes=outcomes, understood=understood)
    chunk.unchanged = entry.unchanged
    chunkrows.store([chunk])
    record([entry])
    failed = operation.policy == Policy.ALL and entry.counts[OutcomeKind.REFUSED]
    operation.state = State.FAILED if failed else State.SUCCESS
    for name in COUNTED:
        setattr(operation, name, entry.counts[name])
    operation.untouched = operation.total - operation.processed
    operation.finished_at = now


def items(
    operation: Operation, *, first: int = 0, count: int | None = None, with_payload: bool = False
) -> list[ItemView]:
    """Items [first, first + count) of an operation, in order, decided or not.

    A fixed number of queries, whatever their number; of a part of a chunk the payload is read a piece at a time.
    """
    last = operation.total if count is None else min(operation.total, first + count)
    found = operation.chunks.filter(first__lt=last, first__gt=first - F("size")).order_by("first")
    chunks = list(found.defer("payload", "writes", "refers"))
    rows, errors = _rows(operation, first, last), _errors(operation, first, last)
    each = (_chunk_views(operation, chunk, rows, errors, first=first, last=last) for chunk in chunks)
    views = list(chain.from_iterable(each))
    return _with_payloads(views, _payloads(chunks, first, last)) if with_payload else views


def windows(
    operation: Operation, *, size: int, last: int | None = None, with_payload: bool = False
) -> Iterator[list[ItemView]]:
    """All items of an operation, or those before `last`, `size` at a time. Their payloads are read through once."""
    chunks = operation.chunks.order_by("first").values_list("pk", flat=True)
    sent = map(orjson.loads, chain.from_iterable(payloads.texts(chunk) for chunk in chunks))
    last = operation.total if last is None else last
    for first in range(0, last, size):
        views = items(operation, first=first, count=min(size, last - first))
        yield _with_payloads(views, sent) if with_payload else views


def window(operation: Operation, chunk: Chunk, *, first: int, count: int) -> Iterator[ItemView]:
    """Items [first, first + count) of one chunk, as far as it has them, without payload. Two queries."""
    last = min(first + count, chunk.first + chunk.size)
    rows, errors = _rows(operation, first, last), _errors(operation, first, last)
    return _chunk_views(operation, chunk, rows, errors, first=first, last=last)


def _chunk_views(
    operation: Operation,
    chunk: Chunk,
    rows: Mapping[int, tuple[str, UUID | None]],
    errors: Mapping[int, tuple[FieldError, ...]],
    *,
    first: int,
    last: int,
) -> Iterator[ItemView]:
    """Those of the chunk's items that lie in [first, last)."""
    first, last = max(first, chunk.first), min(last, chunk.first + chunk.size)
    ranges = (range(max(low, first), min(high + 1, last)) for low, high in chunk.unchanged)
    unchanged = set(chain.from_iterable(ranges))
    absent = UNTOUCHED if operation.is_final else UNDECIDED
    for index in range(first, last):
        outcome, record_id = rows.get(index, (OutcomeKind.UNCHANGED.value if index in unchanged else absent, None))
        yield ItemView(index=index, outcome=outcome, record_id=record_id, errors=errors.get(index, ()))


def _with_payloads(views: Iterable[ItemView], sent: Iterable[Json]) -> list[ItemView]:
    """`sent` is read no further than there are views."""
    return [replace(view, payload=payload) for view, payload in zip(views, sent, strict=False)]


def _payloads(chunks: Sequence[Chunk], first: int, last: int) -> Iterator[Json]:
    """Of the items [first, last), which `chunks` hold."""
    if len(chunks) == 1 and chunks[0].size > last - first:
        return map(orjson.loads, islice(payloads.texts(chunks[0].pk), first - chunks[0].first, None))
    ids = [chunk.pk for chunk in chunks]
    whole = Chunk.objects.filter(pk__in=ids).order_by("first").values_list("payload", flat=True)
    return islice(chain.from_iterable(map(orjson.loads, whole)), first - chunks[0].first if chunks else 0, None)


def _rows(operation: Operation, first: int, last: int) -> Mapping[int, tuple[str, UUID | None]]:
    found = Item.objects.filter(operation_id=operation.pk, index__gte=first, index__lt=last)
    return {
        index: (outcome, record_id) for index, outcome, record_id in found.values_list("index", "outcome", "record_id")
    }


def _errors(operation: Operation, first: int, last: int) -> Mapping[int, tuple[FieldError, ...]]:
    found: dict[int, tuple[FieldError, ...]] = {}
    rows = ItemError.objects.filter(operation_id=operation.pk, index__gte=first, index__lt=last).order_by("pk")
    for row in rows:
        error = FieldError(path=row.path, code=ErrorCode(row.code), params=row.params)
        found[row.index] = (*found.get(row.index, ()), error)
    return found


def _copy(model: type[Model], columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        copy_in(model._meta.db_table, columns, types, rows)


def _json(value: Json) -> bytes:
    return orjson.dumps(value, default=str)
