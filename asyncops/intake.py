"""The one way in: a submission becomes an operation, at once and whole, or an error and nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from asyncops import chunking, chunkrows, dialects, doorbell, journal, keeping, outbox, placing, tallying, understanding
from asyncops.dialects import ItemRefused
from asyncops.errand_models import QUEUES, Errand, Purpose
from asyncops.models import Body, Operation, Split
from asyncops.outbox import Ended
from asyncops.states import SplitState, State
from asyncops.submissions import Caller, Submission
from catalog import writing
from catalog.commands import Command, Indexing, Json, Policy, Upsert
from catalog.outcomes import FieldError, Outcome, OutcomeKind, refused

DEADLOCKS = 2  # after which a synchronous write is tried for the last time


class ItemsRefused(Exception):
    """Some items cannot be understood, so the whole request is refused."""

    def __init__(self, errors: Mapping[int, tuple[FieldError, ...]]) -> None:
        super().__init__(errors)
        self.errors = errors  # by index of the item


class TooManyItems(Exception):
    """The request has more items than the server takes at once."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


def accept(submission: Submission, *, by: Caller, now: datetime | None = None) -> Operation:
    """Promise to do it: when this returns, the operation is stored and will reach a final state.

    Raises ItemsRefused or TooManyItems, and then nothing is stored.
    """
    dry_run, count = submission.dry_run, len(submission.items)
    if dry_run and count > settings.MAX_ATOMIC_RECORDS:
        raise TooManyItems(limit=settings.MAX_ATOMIC_RECORDS)
    size = count if dry_run else settings.CHUNK_RECORDS  # what one part would write, the next one must see
    operation = _unnumbered(submission, by, now or timezone.now())
    cuts = chunking.cut(
        understand(submission), policy=submission.policy, size=size, scope=operation.uuid, dry_run=dry_run
    )
    if len(cuts) == 1 and _open.get() is None:  # most are like this, and one statement is quicker than a transaction
        placing.store_with(operation, understanding.chunk(operation, 0, cuts[0], submission.items))
        transaction.on_commit(doorbell.ring, robust=True)
        return operation
    with one_commit() as operations:
        operation.pk = placing.number()
        chunkrows.store(understanding.chunk(operation, n, cut, submission.items) for n, cut in enumerate(cuts))
        if not cuts:  # nothing to do is done
            operation.state, operation.finished_at = State.SUCCESS, operation.accepted_at
        operations.append(operation)
        transaction.on_commit(doorbell.ring, robust=True)
    return operation


def accept_stream(
    submission: Submission, parts: Iterable[Sequence[Json]], *, by: Caller, now: datetime | None = None
) -> Operation:
    """`accept` for more items than memory holds: `submission` has none, they come in `parts`, each with its own chunks.

    Nobody sees a chunk before the operation is there, in the same transaction: a crash halfway leaves nothing. An item
    that cannot be understood is refused alone, so the policy must be `each`. Whatever `parts` raises comes through.
    """
    assert submission.policy is Policy.EACH, "under policy all one item decides about the others"
    with one_commit() as operations:
        operation, number = _new(submission, by, now or timezone.now()), 0
        for items in parts:
            cuts = understanding.chunks(
                operation, items, first=operation.total, number=number, size=settings.CHUNK_RECORDS
            )
            number += chunkrows.store(cuts)
            operation.total += len(items)
        if not number:
            operation.state, operation.finished_at = State.SUCCESS, operation.accepted_at
        operations.append(operation)
        transaction.on_commit(doorbell.ring, robust=True)
    return operation


def accept_body(
    submission: Submission, body: Body | None = None, *, by: Caller, now: datetime | None = None
) -> Operation:
    """`accept` without looking at the items: a worker splits the body. `submission` has none.

    Without a body the operation waits until `splitting.begin` gives it one, or `splitting.refuse` ends it. Its place in
    the accept order is the one that it takes when it has been split.
    """
    with one_commit() as operations:
        operation = _new(submission, by, now or timezone.now())
        state = SplitState.WAITING if body is None else SplitState.QUEUED
        Split.objects.bulk_create([Split(operation=operation, body=body, state=state)])
        operations.append(operation)
        transaction.on_commit(doorbell.ring, robust=True)
    return operation


def accept_errand(submission: Submission, purpose: Purpose, *, by: Caller, now: datetime | None = None) -> Operation:
    """`accept` of what takes long and writes no records itself. `submission` has no items.

    An export has none ever; those of a body come once it was downloaded and split.
    """
    with one_commit() as operations:
        operation = _new(submission, by, now or timezone.now())
        Errand.objects.bulk_create([Errand(operation=operation, purpose=purpose)])
        if purpose is Purpose.BODY:
            Split.objects.bulk_create([Split(operation=operation, state=SplitState.WAITING)])
        operations.append(operation)
        transaction.on_commit(partial(doorbell.ring, QUEUES[purpose]), robust=True)
    return operation


@dataclass(frozen=True, kw_only=True, slots=True)
class Performed:
    """A submission that was done in its request: what each item meant (or why it means nothing), and its outcome."""

    operation: Operation
    understood: Sequence[Command | Outcome]
    outcomes: Sequence[Outcome]


def run_now(submission: Submission, *, by: Caller, now: datetime | None = None) -> tuple[Operation, list[Outcome]]:
    """`perform`, for who knows what he has sent."""
    performed = perform(submission, by=by, now=now)
    return performed.operation, list(performed.outcomes)


def perform(submission: Submission, *, by: Caller, now: datetime | None = None) -> Performed:
    """Do it in this request: the writes and the finished operation are one transaction.

    It may overtake writes to the same records that still wait in the queue. Two that meet in a deadlock: the one that
    the database breaks off is done again. Raises like `accept`.
    """
    understood = understand(submission)
    for _ in range(DEADLOCKS):
        try:
            return _perform(submission, understood, by, now)
        except OperationalError as reason:
            if not isinstance(reason.__cause__, DeadlockDetected):
                raise
    return _perform(submission, understood, by, now)


def _perform(
    submission: Submission, understood: Sequence[Command | Outcome], by: Caller, now: datetime | None
) -> Performed:
    moment = now or timezone.now()
    with one_commit() as operations:
        operation = _new(submission, by, moment)
        outcomes = _applied(submission, understood, by)
        operation.started_at = moment
        journal.record_finished(operation, submission.items, outcomes, understood=understood, now=now or timezone.now())
        operations.append(operation)
        if submission.indexing is Indexing.QUEUED:
            transaction.on_commit(doorbell.ring, robust=True)
    return Performed(operation=operation, understood=understood, outcomes=outcomes)


def _applied(submission: Submission, understood: Sequence[Command | Outcome], by: Caller) -> list[Outcome]:
    """The outcome of each item. Under policy `all` one that means nothing leaves the others checked and unwritten."""
    commands = understanding.commands(understood)
    with transaction.atomic():
        written = writing.apply(
            commands,
            policy=submission.policy,
            rights=by.rights,
            indexing=submission.indexing,
            withheld=submission.withheld,
            recording=journal.recording(dry_run=submission.dry_run),
        )
        doomed = submission.policy is Policy.ALL and len(commands) < len(understood)
        if doomed:
            transaction.set_rollback(True)
    return understanding.outcomes(understood, iter(map(_spared, written) if doomed else written))


def _spared(outcome: Outcome) -> Outcome:
    return outcome if outcome.kind is OutcomeKind.REFUSED else Outcome(kind=OutcomeKind.UNTOUCHED)


_open: ContextVar[list[Operation] | None] = ContextVar("operations of the open commit", default=None)


@contextmanager
def one_commit() -> Iterator[list[Operation]]:
    """A transaction that ends with drawing the place in the accept order of the operations put into the list.

    Everybody waits for who holds that lock, so whatever else belongs into the transaction is done inside, before it.
    """
    outer = _open.get()
    if outer is not None:
        with transaction.atomic():
            yield outer
        return
    operations: list[Operation] = []
    token = _open.set(operations)
    try:
        with transaction.atomic():
            yield operations
            if operations and not transaction.get_rollback():
                if final := [operation for operation in operations if operation.is_final]:
                    outbox.write([_ended(operation) for operation in final])
                    tallying.done_at_once(final)
                placing.store(operations)
    finally:
        _open.reset(token)


def understand(submission: Submission) -> list[Command | Outcome]:
    """The command that each item means. One that means nothing is a refusal if the submission is lenient.

    Else ItemsRefused is raised, with every error of every item. Contents of files are kept here already: a worker
    writes the records alone, and no network is in its transaction.
    """
    if len(submission.items) > settings.MAX_ITEMS:
        raise TooManyItems(limit=settings.MAX_ITEMS)
    parse = partial(dialects.get(submission.dialect).parse, submission.kind, context=submission.context)
    understood: list[Command | Outcome] = []
    errors = {}
    for index, item in enumerate(submission.items):
        try:
            understood.append(parse(item))
        except ItemRefused as refusal:
            understood.append(refused(*refusal.errors))
            errors[index] = refusal.errors
    if errors and not submission.lenient:
        raise ItemsRefused(errors)
    if not submission.dry_run:
        files = (file for entry in understood if isinstance(entry, Upsert) for file in entry.files)
        keeping.keep(files, now=timezone.now())
    return understood


def _new(submission: Submission, by: Caller, now: datetime) -> Operation:
    operation = _unnumbered(submission, by, now)
    operation.pk = placing.number()
    return operation


def _unnumbered(submission: Submission, by: Caller, now: datetime) -> Operation:
    return Operation(
        organization_id=by.user.organization_id,
        user=by.user,
        interactive=by.interactive,
        dialect=submission.dialect,
        kind=submission.kind,
        entity=submission.entity,
        context=dict(submission.context),
        endpoint=submission.endpoint,
        policy=submission.policy,
        dry_run=submission.dry_run,
        total=len(submission.items),
        accepted_at=now,
        expires_at=now + dialects.get(submission.dialect).lifetime,
    )


def take_place(operation: Operation, *, total: int) -> None:
    """A new place in the accept order, after all that has one, for an operation that has `total` items now.

    The last step before the commit, as for a new one.
    """
    operation.seq = placing.draw()
    Operation.objects.filter(pk=operation.pk).update(seq=operation.seq, total=total)


def _ended(operation: Operation) -> Ended:
    """It was done in its request, or there was nothing to do."""
    assert operation.finished_at is not None, "a final operation has ended"
    wrote = operation.created + operation.updated + operation.deleted > 0 and not operation.dry_run
    organization = operation.organization_id
    return Ended(operation=operation.pk, organization=organization, at=operation.finished_at, wrote=wrote)
