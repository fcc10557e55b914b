"""Doing something to thousands of operations is an operation itself: with progress, an exact report, and a way to stop.

Each item names an operation. A worker acts on a chunk of them in the transaction that journals what became of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction

from asyncops import control, doorbell, intake, placing
from asyncops.dialects import ItemRefused
from asyncops.models import Chunk, Operation, OperationQuerySet
from asyncops.retrying import CannotRetry, Which
from asyncops.states import FINAL, LIVE
from catalog.commands import Command, Json
from catalog.models import User
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind, refused

NAME: Final = "console"


class Kind(StrEnum):
    CANCEL = "cancel"
    RETRY_REFUSED = "retry refused"


RIGHTS: Final = {Kind.CANCEL: "asyncops.cancel_operation", Kind.RETRY_REFUSED: "asyncops.retry_operation"}
SIZES: Final = {Kind.CANCEL: 500, Kind.RETRY_REFUSED: 20}  # operations of one transaction


@dataclass(frozen=True)
class ConsoleDialect:
    """What a worker asks about operations that act on others."""

    name: str = NAME

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.OPERATION_DAYS)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        """It means no record of the catalog."""
        raise ItemRefused

    def act(self, kind: str, items: Sequence[Json], *, by: User) -> list[Outcome]:
        """With the rights that `by` has now, on what it may see now."""
        found = visible(by).filter(uuid__in=[UUID(item["operation"]) for item in items])
        known = {operation.uuid: operation for operation in found}
        targets = [known.get(UUID(item["operation"])) for item in items]
        if not by.has_perm(RIGHTS[Kind(kind)]):
            return [refused(FieldError(path="", code=ErrorCode.FORBIDDEN, params={"right": RIGHTS[Kind(kind)]}))] * len(
                items
            )
        return list(_cancel(targets, by) if kind == Kind.CANCEL else _retry(targets, by))


CONSOLE: Final = ConsoleDialect()


def visible(user: User) -> OperationQuerySet:
    """The operations of the user's organization; of all for superusers."""
    everything: OperationQuerySet = Operation.objects.all()
    return everything if user.is_superuser else everything.of(user.organization)


def candidates(operations: OperationQuerySet, kind: Kind) -> OperationQuerySet:
    """Those of which there is something to do, and none that acts on others itself."""
    others = operations.exclude(dialect=NAME)
    return others.filter(state__in=LIVE) if kind is Kind.CANCEL else others.filter(state__in=FINAL, refused__gt=0)


def accept(kind: Kind, operations: Sequence[UUID], *, by: User, now: datetime) -> Operation:
    """Promise to act on each of these: the operation that does it."""
    with intake.one_commit() as accepted:
        operation = Operation(
            id=placing.number(),
            organization=by.organization,
            user=by,
            dialect=NAME,
            kind=kind,
            entity="",
            total=len(operations),
            accepted_at=now,
            expires_at=now + CONSOLE.lifetime,
        )
        Chunk.objects.bulk_create(_chunks(operation, operations, SIZES[kind]))
        accepted.append(operation)
        transaction.on_commit(doorbell.ring, robust=True)
    return operation


def _chunks(operation: Operation, operations: Sequence[UUID], size: int) -> Iterator[Chunk]:
    for number, first in enumerate(range(0, len(operations), size)):
        items = [{"operation": str(uuid)} for uuid in operations[first : first + size]]
        payload = orjson.dumps(items)
        yield Chunk(
            operation=operation, number=number, first=first, size=len(items), payload=payload, writes=[], refers=[]
        )


def _cancel(targets: Sequence[Operation | None], by: User) -> Iterator[Outcome]:
    live = {target.pk for target in targets if target and not target.is_final}
    control.cancel_at_once(live, by=by)
    for target in targets:
        if target is None:
            yield _GONE
        else:
            kind = OutcomeKind.UPDATED if target.pk in live else OutcomeKind.UNCHANGED
            yield Outcome(kind=kind, id=target.uuid)


def _retry(targets: Sequence[Operation | None], by: User) -> Iterator[Outcome]:
    with intake.one_commit():  # their places in the accept order are drawn together, at the end
        for target in targets:
            yield _GONE if target is None else _retried(target, by)


def _retried(target: Operation, by: User) -> Outcome:
    try:
        child = control.retry(target, which=Which.REFUSED, by=by)
    except CannotRetry as reason:
        return refused(FieldError(path="", code=ErrorCode.DIALECT, params={"message": reason.__doc__}))
    return Outcome(kind=OutcomeKind.CREATED, id=child.uuid)


_GONE: Final = refused(FieldError(path="", code=ErrorCode.MISSING))
