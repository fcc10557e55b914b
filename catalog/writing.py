"""The only place that writes entities: a chunk of commands in, an outcome for each of them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from catalog import deleting, resolving, upserting, validation, waves
from catalog.commands import Command, Delete, Policy, Upsert
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind, refused
from catalog.plans import plan
from catalog.rights import EVERYTHING, Rights
from catalog.rows import Row
from catalog.scopes import Stores
from catalog.sql import run


class _Rejected(Exception):
    """Policy `all` met an error: nothing of the chunk may stay."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def apply(commands: Sequence[Command], *, policy: Policy = Policy.EACH, rights: Rights = EVERYTHING) -> list[Outcome]:
    """Write a chunk inside the caller's transaction; returns one outcome per command, in their order.

    The number of SQL statements does not depend on the number of commands, only on the kinds of record and name
    in it and on how often one record is written. Under Policy.ALL one refused command leaves everything as it was,
    and the others are `untouched`. Raises django.db.OperationalError for deadlocks, serialization failures and lost
    connections, which the caller repeats.
    """
    if not commands:
        return []
    run("SET CONSTRAINTS ALL IMMEDIATE")  # else a broken foreign key would only show at COMMIT
    try:
        with transaction.atomic():
            outcomes = _with_races(commands, rights)
            if policy is Policy.ALL and any(outcome.kind is OutcomeKind.REFUSED for outcome in outcomes):
                raise _Rejected(outcomes)
    except _Rejected as rejected:
        untouched = Outcome(kind=OutcomeKind.UNTOUCHED)
        outcomes = [o if o.kind is OutcomeKind.REFUSED else untouched for o in rejected.outcomes]
    run("SET CONSTRAINTS ALL DEFERRED")  # as Django's migrations declare them
    return outcomes


def _with_races(commands: Sequence[Command], rights: Rights) -> list[Outcome]:
    """The checks found no fault, yet the database did: somebody else was faster. Check again, then close in on it."""
    for _ in range(2):
        try:
            with transaction.atomic():
                return _write(commands, rights)
        except IntegrityError:
            continue
    if len(commands) == 1:
        return [refused(FieldError(path="", code=ErrorCode.TRANSIENT))]
    middle = len(commands) // 2
    return _with_races(commands[:middle], rights) + _with_races(commands[middle:], rights)


def _write(commands: Sequence[Command], rights: Rights) -> list[Outcome]:
    rows = [Row(index=index, command=command) for index, command in enumerate(commands)]
    _validate(rows)
    resolving.identify(rows)
    stores = Stores.load() if any(isinstance(c, Upsert) and c.scope.store for c in commands) else Stores({})
    for number, wave in enumerate(waves.split(rows)):
        if number:
            resolving.identify(wave)
        _write_wave(wave, rights, stores)
    return [row.result() for row in rows]


def _validate(rows: Sequence[Row]) -> None:
    by_entity = defaultdict(list)
    for row in rows:
        if isinstance(row.command, Upsert):
            by_entity[row.command.entity].append((row, row.command.values))
    for entity, records in by_entity.items():
        cleaned = validation.clean(entity, [values for _, values in records])
        for (row, _), (values, errors) in zip(records, cleaned, strict=True):
            row.values = values
            row.errors = list(errors)


def _write_wave(wave: Sequence[Row], rights: Rights, stores: Stores) -> None:
    """What is referred to is written first and deleted last."""
    upserts: dict[str, list[Row]] = defaultdict(list)
    deletes: dict[str, list[Row]] = defaultdict(list)
    for row in wave:
        (deletes if isinstance(row.command, Delete) else upserts)[row.command.entity].append(row)
    for entity in sorted(upserts, key=lambda name: plan(name).rank):
        upserting.write(entity, upserts[entity], granted=rights, stores=stores)
    for entity in sorted(deletes, key=lambda name: -plan(name).rank):
        deleting.delete(entity, deletes[entity], granted=rights)
