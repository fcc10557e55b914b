"""A revert: a child operation that brings an operation's records back to what they were, where nobody wrote since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from json import loads
from typing import Final

from django.conf import settings
from django.db import transaction

from asyncops import chunkrows, doorbell, intake, placing, understanding, undoing
from asyncops.models import Operation
from asyncops.states import State
from catalog.commands import Command, Json, Policy
from catalog.entities import ENTITIES
from catalog.models import User
from catalog.plans import plan
from catalog.registry import Number
from catalog.sql import stream

NAME: Final = "revert"  # of the dialect, of the kind, and what its operation repeats


class CannotRevert(Exception):
    """The operation cannot be reverted."""


class StillRunning(CannotRevert):
    """The operation has not ended yet."""


class WasDryRun(CannotRevert):
    """The operation was a dry run, which changed nothing."""


class NothingToRevert(CannotRevert):
    """The operation changed nothing."""


class AlreadyReverted(CannotRevert):
    """The operation is being reverted, or was."""


@dataclass(frozen=True)
class RevertDialect:
    """What a worker asks about the items of a revert."""

    name: str = NAME

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.OPERATION_DAYS)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        return undoing.command(item)


REVERT: Final = RevertDialect()

# What is to be deleted comes last and in the order against references, what comes back first and along with them.
_STEPS: Final = """
    SELECT entity, id, max(index), max(at)::text, array_agg(change::text ORDER BY index, nth)
      FROM (SELECT i.index, e.nth, e.change, e.change ->> 'entity' AS entity, e.change ->> 'id' AS id,
                   c.applied_at AS at
              FROM asyncops_item i
             CROSS JOIN LATERAL (SELECT applied_at FROM asyncops_chunk c
                                  WHERE c.operation_id = i.operation_id AND c.first <= i.index
                                  ORDER BY c.first DESC LIMIT 1) c
             CROSS JOIN LATERAL jsonb_array_elements(i.changes) WITH ORDINALITY AS e (change, nth)
             WHERE i.operation_id = %b::bigint AND i.changes IS NOT NULL) s
     GROUP BY entity, id
     ORDER BY CASE WHEN bool_or(change ->> 'kind' = 'created') THEN 1000 - array_position(%b::text[], entity)
                   ELSE array_position(%b::text[], entity) END,
              id"""
_UNRECORDED: Final = """
    SELECT index, record_id::text FROM asyncops_item
     WHERE operation_id = %b::bigint AND outcome IN ('created', 'updated', 'deleted') AND changes IS NULL
     ORDER BY index"""


def revert(operation: Operation, *, by: User, now: datetime, dry_run: bool = False) -> Operation:
    """The new operation, a child of this one, with an item for every record that it changed. Raises CannotRevert.

    It runs with the rights of whom asks for it. What cannot be reverted becomes a refused item with the reason.
    """
    with intake.one_commit() as operations:
        parent = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
        _check(parent, dry_run=dry_run)
        child = _child(parent, by, now)
        child.dry_run = dry_run
        size = settings.MAX_ATOMIC_RECORDS if dry_run else settings.CHUNK_RECORDS
        for number, items in enumerate(_batches(_items(parent), size=size)):
            chunks = understanding.chunks(child, items, first=child.total, number=number, size=size)
            chunkrows.store(chunks)
            child.total += len(items)
        if not child.total:
            raise NothingToRevert
        operations.append(child)
        transaction.on_commit(doorbell.ring, robust=True)
    return child


def _check(parent: Operation, *, dry_run: bool) -> None:
    if not parent.is_final:
        raise StillRunning
    if parent.dry_run:
        raise WasDryRun
    reverts = parent.retries.filter(retried=NAME, dry_run=False)
    if not dry_run and reverts.exclude(state__in=(State.FAILED, State.CANCELLED)).exists():
        raise AlreadyReverted


def _child(parent: Operation, by: User, now: datetime) -> Operation:
    return Operation(
        id=placing.number(),
        organization_id=parent.organization_id,
        user=by,
        dialect=NAME,
        kind=NAME,
        entity=parent.entity,
        parent=parent,
        retried=NAME,
        policy=Policy.EACH,
        accepted_at=now,
        expires_at=now + REVERT.lifetime,
    )


def _items(parent: Operation) -> Iterator[Json]:
    """First what cannot be reverted, then a record each. Read while it is consumed: memory does not grow."""
    for index, record in stream(_UNRECORDED, [parent.pk]):
        yield {"item": index, "id": record, "reason": undoing.UNRECORDED}
    order = sorted(ENTITIES, key=lambda name: plan(name).rank)
    for entity, id, index, at, texts in stream(_STEPS, [parent.pk, order, order]):
        taken = [_plain(loads(text, parse_float=Decimal), entity) for text in texts]
        if step := undoing.step(taken):
            yield {"entity": entity, "id": id, "item": index, "at": at, **step}


def _batches(items: Iterator[Json], *, size: int) -> Iterator[list[Json]]:
    while batch := list(islice(items, size)):
        yield batch


def _plain(entry: dict[str, Json], entity: str) -> dict[str, Json]:
    """Without Decimals: those of decimal columns keep their digits as text, others become floats again."""
    exact = {field.column for field in ENTITIES[entity].fields if isinstance(field, Number)}
    plain = {name: _floats(part) for name, part in entry.items()}
    for name, pair in entry.get("fields", {}).items():
        if name in exact:
            plain["fields"][name] = [None if value is None else str(value) for value in pair]
    for name in exact & entry.get("row", {}).keys():
        value = entry["row"][name]
        plain["row"][name] = None if value is None else str(value)
    return plain


def _floats(value: Json) -> Json:
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {name: _floats(member) for name, member in value.items()}
        case list():
            return [_floats(member) for member in value]
    return value
