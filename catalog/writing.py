"""The only place that writes entities: a chunk of commands in, an outcome for each of them out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import groupby
from operator import attrgetter
from typing import Final

from django.db import IntegrityError, transaction

from catalog import arranging, changes, deleting, nesting, resolving, scopes, upserting, validation, waves
from catalog.changes import Recording
from catalog.commands import Command, Delete, Indexing, Json, Mode, Policy, Upsert
from catalog.indexing import settle
from catalog.marking import Marks
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind, refused
from catalog.plans import plan
from catalog.resolving import Upcoming
from catalog.rights import EVERYTHING, Rights
from catalog.rows import Row
from catalog.scopes import Stores
from catalog.sharing import Shared
from catalog.sql import run
from catalog.upserting import RacedError

NOTHING: Final[Mapping[str, int]] = {}
_UNDONE: Final = 5  # times that a chunk is written; each finds what waited for those that the one before gave up
_COLUMNS: Final = re.compile(r"Key \(([^)]*)\)=")  # in PostgreSQL's detail of a violated constraint


class _RejectedError(Exception):
    """Policy `all` met an error: nothing of the chunk may stay."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


class _HalfDoneError(Exception):
    """Commands that failed in a wave after one in which they had written: the chunk is written again without them."""

    def __init__(self, outcomes: Mapping[int, Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes  # by index


class _ContestedError(Exception):
    """Commands were refused a unique value that others of their wave give up: the chunk is written again in order."""


def apply(
    commands: Sequence[Command],
    *,
    policy: Policy = Policy.EACH,
    rights: Rights = EVERYTHING,
    indexing: Indexing = Indexing.QUEUED,
    withheld: Mapping[str, int] = NOTHING,
    recording: Recording = Recording.OFF,
    shared: Shared | None = None,
) -> list[Outcome]:
    """Write a chunk inside the caller's transaction; returns one outcome per command, in their order.

    The number of SQL statements does not depend on the number of commands, only on the kinds of record and name
    in it and on how often one record is written. Under Policy.ALL one refused command leaves everything as it was,
    and the others are `untouched`. `indexing` says when derived data follow; `withheld` which of them do not, until
    somebody asks for it: the sum of derivations by entity. `recording` says how much of its changes each outcome tells,
    which takes no further statement. `shared` knows the records that earlier chunks have written under local names, and
    afterwards those of this one. Raises django.db.OperationalError for deadlocks, serialization failures and lost
    connections, which the caller repeats.
    """
    if not commands:
        return []
    run("SET CONSTRAINTS ALL IMMEDIATE")  # else a broken foreign key would only show at COMMIT
    try:
        with transaction.atomic():
            marks = Marks()
            outcomes = _with_races(commands, rights, marks, recording, shared or Shared())
            if policy is Policy.ALL and any(outcome.kind is OutcomeKind.REFUSED for outcome in outcomes):
                raise _RejectedError(outcomes)
            settle(marks, indexing, withheld=withheld)
    except _RejectedError as rejected:
        untouched = Outcome(kind=OutcomeKind.UNTOUCHED)
        outcomes = [o if o.kind is OutcomeKind.REFUSED else untouched for o in rejected.outcomes]
    run("SET CONSTRAINTS ALL DEFERRED")  # as Django's migrations declare them
    return outcomes


def _with_races(
    commands: Sequence[Command], rights: Rights, marks: Marks, recording: Recording, shared: Shared
) -> list[Outcome]:
    """The checks found no fault, yet the database did: somebody else was faster. Check again, then close in on it."""
    for last_try in (False, True):
        try:
            return _without_halves(commands, rights, marks, recording, shared)
        except (IntegrityError, RacedError) as reason:
            if last_try and len(commands) == 1:
                return [refused(_violation(commands[0], reason))]
    middle = len(commands) // 2
    halves = commands[:middle], commands[middle:]
    return [outcome for half in halves for outcome in _with_races(half, rights, marks, recording, shared)]


def _without_halves(
    commands: Sequence[Command], rights: Rights, marks: Marks, recording: Recording, shared: Shared
) -> list[Outcome]:
    """Nothing of a command stays if a part of it fails. Raises RacedError when there is no end to it."""
    undone: dict[int, Outcome] = {}
    ordered = False
    for _ in range(_UNDONE):
        try:
            with transaction.atomic():
                return _write(commands, rights, marks, recording, shared, undone, ordered=ordered)
        except _HalfDoneError as reason:
            undone |= reason.outcomes
        except _ContestedError:
            ordered = True
    raise RacedError


def _violation(command: Command, reason: Exception) -> FieldError:
    """The error of the one record that a constraint of the database refuses, naming its field."""
    diagnosis = getattr(reason.__cause__, "diag", None)
    found = _COLUMNS.search(getattr(diagnosis, "message_detail", None) or "")
    columns = found[1].replace('"', "").split(", ") if found else []
    fields = [field for field in plan(command.entity).spec.fields if field.column in columns]
    if not fields:
        return FieldError(path="", code=ErrorCode.TRANSIENT)
    taken = getattr(diagnosis, "sqlstate", "") == "23505"
    return FieldError(path=f"/{fields[0].name}", code=ErrorCode.TAKEN if taken else ErrorCode.REFERENCE)


def _write(
    commands: Sequence[Command],
    rights: Rights,
    marks: Marks,
    recording: Recording,
    shared: Shared,
    undone: Mapping[int, Outcome],
    *,
    ordered: bool,
) -> list[Outcome]:
    """`undone`: what became of those that may not write; `ordered`: unique values go from one record to another.

    Raises _HalfDoneError and _ContestedError, and then nothing may stay.
    """
    shared.begin()
    rows = nesting.flatten(commands, shared)
    _validate(rows)
    resolving.identify(rows)
    scoped = any(isinstance(row.command, Upsert) and row.command.scope.store is not None for row in rows)
    stores = Stores.load() if scoped else Stores.none()
    failed, parts = set(undone), waves.split(rows, ordered=ordered)
    for number, wave in enumerate(parts):
        if number:
            resolving.identify(wave)
        _write_wave(wave, rights, stores, marks, failed, recorded=recording is not Recording.OFF)
        failed.update(*(row.users or {row.index} for row in wave if not row.good))
    if not ordered and len(parts) == 1 and any(row.might_wait for row in rows if row.barred):
        raise _ContestedError
    outcomes = _outcomes(rows, len(commands), recording)
    if len(parts) > 1 and failed:
        if half := _half_done(rows, failed) - undone.keys():
            raise _HalfDoneError({index: outcomes[index] for index in half})
        outcomes = [undone.get(index, outcome) for index, outcome in enumerate(outcomes)]
    shared.keep()
    return outcomes


def _half_done(rows: Sequence[Row], failed: Set[int]) -> set[int]:
    """The failed commands that have a row which nobody else has, and which was good when its wave was written."""
    owners = (row.users or {row.index} for row in rows if row.good)
    return {index for users in owners if users <= failed for index in users}


def _outcomes(rows: Sequence[Row], commands: int, recording: Recording) -> list[Outcome]:
    if len(rows) == commands:
        return [_outcome([row], recording) for row in rows]
    return [_outcome(list(group), recording) for _, group in groupby(rows, key=attrgetter("index"))]


def _validate(rows: Sequence[Row]) -> None:
    for entity, members in _by_entity(row for row in rows if isinstance(row.command, Upsert)).items():
        inherited = scopes.inherited(members, plan(entity))
        given = [_without(row.given, inherited[row]) if row in inherited else row.given for row in members]
        for row, (values, errors) in zip(members, validation.clean(entity, given), strict=True):
            row.values = values
            if errors:
                row.refuse(*errors)
            if flaws := row.command.flaws:  # type: ignore[union-attr]
                row.refuse(*flaws)
        for row, names in inherited.items():
            row.values |= dict.fromkeys(names)


def _without(given: Mapping[str, Json], names: Sequence[str]) -> Mapping[str, Json]:
    return {name: value for name, value in given.items() if name not in names}


def _write_wave(
    wave: Sequence[Row], rights: Rights, stores: Stores, marks: Marks, failed: Set[int], *, recorded: bool
) -> None:
    """Every check first, then the writes: what is referred to is written first and deleted last.

    `failed`: the commands that have failed in an earlier wave.
    """
    upserts = _by_entity(row for row in wave if isinstance(row.command, Upsert) and not _is_absent(row))
    deletes = _by_entity(row for row in wave if isinstance(row.command, Delete) and row.command.key)
    coming = Upcoming([row for rows in upserts.values() for row in rows])
    order = sorted(upserts, key=lambda name: plan(name).rank)
    targets = {
        name: upserting.check(name, upserts[name], granted=rights, stores=stores, coming=coming) for name in order
    }
    for name, rows in deletes.items():
        deleting.check(name, rows, granted=rights)
    _spoil(wave, failed)
    for name in order:
        good = [row for row in upserts[name] if row.good]
        upserting.write(name, good, stores=stores, targets=targets[name], marks=marks, recorded=recorded)
        arranging.arrange(name, good)
    _drop_replaced(upserts, marks, recorded=recorded)
    for name in sorted(deletes, key=lambda name: -plan(name).rank):
        deleting.delete(name, [row for row in deletes[name] if row.good], marks, recorded=recorded)


def _is_absent(row: Row) -> bool:
    """Whether its record need not be there, and is not: then there is nothing to check and nothing to write.

    Of one that another row writes it is that row that tells why it is not.
    """
    may_be = row.follows is not None or (isinstance(row.command, Upsert) and row.command.mode is Mode.PRESENT)
    absent = may_be and not row.exists
    if absent:
        row.id = None
    return absent


def _drop_replaced(upserts: Mapping[str, Sequence[Row]], marks: Marks, *, recorded: bool) -> None:
    """Delete the children that a command which replaces them did not bring."""
    for name, rows in upserts.items():
        for relation in plan(name).spec.children:
            replacing = [row for row in rows if row.good and row.exists and _replaces(row, relation.name)]
            if replacing:
                kept = [child.id for child in upserts.get(relation.entity, ()) if child.good]
                chosen = [(row.id, *_only(row, relation.name)) for row in replacing]
                changed = deleting.remove_others(relation, chosen, kept, marks, recorded=recorded)
                for row in replacing:
                    if row.id in changed:
                        row.kind, row.others = OutcomeKind.UPDATED, (*row.others, *changed[row.id])


def _replaces(row: Row, relation: str) -> bool:
    command = row.command
    return isinstance(command, Upsert) and (relation in command.replace_children or relation in command.replace_only)


def _only(row: Row, relation: str) -> tuple[str, tuple[str, ...]]:
    """The field and its values that the children to be replaced have; ("", ()) means all children."""
    assert isinstance(row.command, Upsert), "only upserts have children"
    return row.command.replace_only.get(relation, ("", ()))


def _spoil(wave: Sequence[Row], failed: Set[int]) -> None:
    """A record with a bad part is not written, nor is one that refers to a new record that is not written.

    A shared part is bad for all that have it, and is written if one of them is.
    """
    rehearsed = {row.index for row in wave if isinstance(row.command, Upsert) and row.command.rehearsed}
    if not (rehearsed or failed or any(row.errors for row in wave)):
        return
    for row in wave:
        row.kind = OutcomeKind.UNTOUCHED if row.index in rehearsed else row.kind
    while True:
        bad = rehearsed.union(failed, *(row.users or {row.index} for row in wave if row.errors))
        for row in wave:
            row.spoiled = row.users <= bad if row.users else row.index in bad
        waiting = [(r, lost) for r in wave if r.needs and r.index not in rehearsed and (lost := _lost(r))]
        disappointed = [(heir, lost) for row in wave if not row.good for heir, lost in row.heirs if heir.good]
        if not waiting and not disappointed:
            return
        for row, lost in waiting:
            row.refuse(*lost)
        for row, taken in disappointed:
            row.refuse(taken)


def _lost(row: Row) -> list[FieldError]:
    """The errors of its references to new records of other commands that are not written, where none is told yet."""
    told = {error.path for error in row.errors}
    return [
        error
        for need, error in row.needs
        if not (need.exists or need.good or row.index in (need.users or {need.index}) or row.path + error.path in told)
    ]


def _outcome(group: Sequence[Row], recording: Recording) -> Outcome:
    """Of a command: its own row's, with all errors of all its rows; a change inside it counts as a change of it."""
    root, *inner = group
    if not (inner or root.errors or root.shares) and isinstance(root.command, Upsert):
        return Outcome(kind=root.kind, id=root.id, changes=changes.of(group, recording))
    if errors := [error for row in _parts(root, group) for error in row.errors]:
        return refused(*errors, id=root.id if root.exists else None)
    if isinstance(root.command, Delete):
        if not any(row.kind is OutcomeKind.DELETED for row in group):
            return Outcome(kind=OutcomeKind.UNCHANGED)
        gone = tuple(part for row in group for part in row.gone)
        return Outcome(kind=OutcomeKind.DELETED, id=root.id, gone=gone, changes=changes.of(group, recording))
    kind = root.kind
    if kind is OutcomeKind.UNCHANGED and any(row.kind is not OutcomeKind.UNCHANGED for row in inner):
        kind = OutcomeKind.UPDATED
    nested = tuple((row.command.entity, row.id) for row in inner if row.id)
    return Outcome(kind=kind, id=root.id, nested=nested, changes=changes.of(group, recording))


def _parts(root: Row, group: Sequence[Row]) -> Sequence[Row]:
    """The rows that belong to a command: of those that it shares, some stand with the first that had them."""
    return [*group, *(row for row in root.shares if row.index != root.index)] if root.shares else group


def _by_entity(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.command.entity].append(row)
    return found
