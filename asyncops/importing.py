"""A file of records becomes an operation like any other: streamed into chunks, accepted whole, then worked off here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction

from asyncops import engine, importing_lines, importing_records, intake, sweeping, understanding
from asyncops.dialects import ItemRefused
from asyncops.importing_faults import Refusal, of_item
from asyncops.importing_lines import Line
from asyncops.intake import ItemsRefused, TooManyItems
from asyncops.models import Operation
from asyncops.submissions import Caller, Submission
from catalog import writing
from catalog.commands import Command, Json, Policy
from catalog.outcomes import ErrorCode, FieldError, Outcome
from catalog.rights import Rights

KIND: Final = "import_catalog"
BATCH_BYTES: Final = 2 * 1024 * 1024
_PAUSE: Final = 0.2  # seconds, while other workers have what is left
_TRIES: Final = 3


@dataclass(frozen=True)
class ImportDialect:
    """The format of import files, as a worker asks for it."""

    name: str = "import"

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.OPERATION_DAYS)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        if fault := item.get("fault"):
            raise ItemRefused(FieldError(path=fault["path"], code=ErrorCode(fault["code"]), params=fault["params"]))
        return importing_records.upsert(context["entity"], item["record"])


IMPORT: Final = ImportDialect()


class LinesRefused(Exception):
    """Some lines cannot be understood, and under policy `all` that refuses the file."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(refusals)
        self.refusals = refusals


class TooMuchAtOnce(Exception):
    """Under policy `all` the whole file is one transaction, and this is more than one may hold."""

    def __init__(self, *, limit: int, unit: str) -> None:
        super().__init__(f"policy all takes {limit:,} {unit} at most; use --policy each")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """An item of a rehearsal, and what would become of it."""

    item: Json
    outcome: Outcome


def limits() -> importing_lines.Limits:
    return importing_lines.Limits(line_bytes=settings.MAX_LINE_BYTES, depth=settings.MAX_JSON_DEPTH)


def batches(lines: Iterable[Line], *, policy: Policy) -> Iterator[list[Json]]:
    """What is written in one transaction each. Under policy `all` raises TooMuchAtOnce."""
    if policy is Policy.ALL:
        yield _whole(lines)
    else:
        yield from importing_lines.batches(lines, records=settings.CHUNK_RECORDS, size=BATCH_BYTES)


def accept(parts: Iterable[Sequence[Json]], *, entity: str, policy: Policy, file: str, by: Caller) -> Operation:
    """Store the file as an operation, or nothing of it. Memory does not grow with the file under policy `each`.

    Under policy `all` raises LinesRefused or TooMuchAtOnce.
    """
    if policy is Policy.EACH:
        return intake.accept_stream(_submission(entity, policy, file), parts, by=by)
    items = [item for part in parts for item in part]
    try:
        return intake.accept(_submission(entity, policy, file, items), by=by)
    except TooManyItems as reason:
        raise TooMuchAtOnce(limit=reason.limit, unit="records") from None
    except ItemsRefused as reason:
        raise LinesRefused([of_item(items[index], errors) for index, errors in reason.errors.items()]) from None


def work_off(operation: Operation, *, seen: Callable[[Operation], None]) -> None:
    """Work like any worker until the operation is final; earlier operations may come first. `seen` after each claim.

    Derived data have followed when this returns.
    """
    while not operation.is_final:
        if not engine.drain(chunks=1):
            sweeping.sweep()
            time.sleep(_PAUSE)
        operation.refresh_from_db()
        seen(operation)
    engine.derive()


def rehearse(parts: Iterable[Sequence[Json]], *, entity: str, policy: Policy, rights: Rights) -> Iterator[list[Judged]]:
    """What would become of each item, written and undone a part at a time: no part sees the records of another."""
    plan = _submission(entity, policy, "")
    operation = Operation(dialect=plan.dialect, kind=plan.kind, context=plan.context, policy=policy)
    for items in parts:
        understood = understanding.understand(operation, items)
        commands = [entry for entry in understood if not isinstance(entry, Outcome)]
        spoiled = policy is Policy.ALL and len(commands) < len(items)
        written = iter([] if spoiled else _undone(commands, policy, rights))
        yield [
            Judged(item=item, outcome=outcome)
            for item, entry in zip(items, understood, strict=True)
            if (outcome := entry if isinstance(entry, Outcome) else next(written, None))
        ]


def _undone(commands: Sequence[Command], policy: Policy, rights: Rights) -> list[Outcome]:
    for last in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                outcomes = writing.apply(commands, policy=policy, rights=rights)
                transaction.set_rollback(True)
                return outcomes
        except OperationalError:  # a deadlock with those who really write
            if last == _TRIES:
                raise
    raise AssertionError("the last try returns or raises")


def _submission(entity: str, policy: Policy, file: str, items: Sequence[Json] = ()) -> Submission:
    context = {"entity": entity, "file": file}
    return Submission(dialect=IMPORT.name, kind=KIND, entity=entity, items=items, context=context, policy=policy)


def _whole(lines: Iterable[Line]) -> list[Json]:
    items: list[Json] = []
    size = 0
    for line in lines:
        items.append(line.item)
        size += line.size
        if len(items) > settings.MAX_ATOMIC_RECORDS:
            raise TooMuchAtOnce(limit=settings.MAX_ATOMIC_RECORDS, unit="records")
        if size > settings.MAX_BODY_BYTES:
            raise TooMuchAtOnce(limit=settings.MAX_BODY_BYTES, unit="bytes")
    return items
