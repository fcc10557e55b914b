"""Items that were accepted once, understood again: by a worker, for the parts of a split chunk, and for a retry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import orjson

from asyncops import chunking, dialects
from asyncops.chunking import Cut, Entry
from asyncops.dialects import ItemRefused
from asyncops.models import Chunk, Operation
from catalog.commands import Command, Json, Policy
from catalog.outcomes import Outcome, refused


def understand(operation: Operation, items: Sequence[Json]) -> list[Command | Outcome]:
    """The command of each item, or its refusal: what was understood at the door may be wrong by now."""
    dialect = dialects.get(operation.dialect)
    understood: list[Command | Outcome] = []
    for item in items:
        try:
            understood.append(dialect.parse(operation.kind, item, operation.context))
        except ItemRefused as refusal:
            understood.append(refused(*refusal.errors))
    return understood


def commands(understood: Iterable[Command | Outcome]) -> list[Command]:
    return [entry for entry in understood if not isinstance(entry, Outcome)]


def outcomes(understood: Iterable[Command | Outcome], written: Iterator[Outcome]) -> list[Outcome]:
    """Of each item: what was written for its command, which is taken from `written`, or why it has none."""
    return [entry if isinstance(entry, Outcome) else next(written) for entry in understood]


def concerned(operation: Operation, items: Sequence[Json]) -> list[Entry]:
    """What each item concerns, or, where that cannot be told without, what it means."""
    dialect = dialects.naming(operation.dialect)
    if dialect is None:
        return [*understand(operation, items)]
    namer = dialect.namer(operation.kind, operation.context)
    found = [namer(item) for item in items]
    meant = iter(understand(operation, [item for item, names in zip(items, found, strict=True) if names is None]))
    return [next(meant) if names is None else names for names in found]


def chunks(operation: Operation, items: Sequence[Json], *, first: int, number: int, size: int) -> Iterator[Chunk]:
    """Unsaved chunks of `items`, the first of which is item `first` of the operation and goes to chunk `number`."""
    policy = Policy(operation.policy)
    found, dry_run = concerned(operation, items), operation.dry_run
    cuts = chunking.cut(found, policy=policy, size=size, scope=operation.uuid, dry_run=dry_run)
    for offset, cut in enumerate(cuts):
        yield chunk(operation, number + offset, cut, items, first=first)


def chunk(operation: Operation, number: int, cut: Cut, items: Sequence[Json], *, first: int = 0) -> Chunk:
    """An unsaved one of the `items` that were cut, the first of which is item `first` of the operation."""
    return Chunk(
        operation=operation,
        number=number,
        first=first + cut.first,
        size=cut.size,
        payload=orjson.dumps(items[cut.first : cut.first + cut.size]),
        writes=cut.writes,
        refers=cut.refers,
        deletes=cut.deletes,
        shares=cut.shares,
    )
