"""Errands: leased, done in a thread with a connection of its own, and done again when their worker dies."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from asyncops import finishing, leasing, splitting
from asyncops.errand_models import Errand, ErrandState, Purpose
from asyncops.models import Operation, OperationError
from asyncops.network import Kind, Work
from asyncops.states import State, move
from catalog.outcomes import ErrorCode, FieldError
from catalog.sql import run

BACK_OFF: Final = (1.0, 10.0, 60.0)  # seconds before the next attempt
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task(Work):
    """An errand that this process has leased."""

    operation: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """An attempt that ended without an outcome. `for_good`: another would end alike."""

    reason: str
    error: FieldError | None = None  # what to tell when it is given up
    for_good: bool = False


Done = TypeVar("Done")

_DUE: Final = f"""
    e.purpose = %b AND e.state = 'open' AND {leasing.FREE}
    AND (e.available_at IS NULL OR e.available_at <= statement_timestamp())
    AND o.state IN ('new', 'running') AND o.cancel_requested_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM asyncops_pause p
                     WHERE p.organization_id = o.organization_id OR p.organization_id IS NULL)"""
_LEASE: Final = f"""
    UPDATE asyncops_errand w
       SET attempt = attempt + 1, lease_owner = %b,
           failures = failures + (lease_until IS NOT NULL)::int,
           last_error = CASE WHEN lease_until IS NULL THEN last_error ELSE 'The worker died.' END,
           lease_until = statement_timestamp() + make_interval(secs => %b::float8)
     WHERE id IN (SELECT e.id FROM asyncops_errand e JOIN asyncops_operation o ON o.id = e.operation_id
                   WHERE {_DUE} ORDER BY e.id LIMIT %b::int FOR UPDATE OF e SKIP LOCKED)
    RETURNING id, attempt, operation_id"""
_IS_DUE: Final = f"""
    SELECT EXISTS (SELECT 1 FROM asyncops_errand e JOIN asyncops_operation o ON o.id = e.operation_id WHERE {_DUE})"""
_FREE: Final = """
    UPDATE asyncops_errand
       SET failures = failures + 1, last_error = %b, lease_until = NULL,
           available_at = statement_timestamp() + make_interval(secs => (%b::float8[])[failures + 1])
     WHERE id = %b::bigint AND attempt = %b::int AND state = 'open'"""


class Errands(Kind[Task, Done | Failed], Generic[Done]):
    """What the errands of one purpose have in common."""

    table = "asyncops_errand"
    purpose: ClassVar[Purpose]

    def claim(self, most: int, *, owner: str) -> list[Task]:
        with transaction.atomic():
            rows = run(_LEASE, [owner, float(settings.LEASE_SECONDS), self.purpose.value, most])
            tasks = [Task(id=id, attempt=attempt, operation=operation) for id, attempt, operation in rows]
            begun = Operation.objects.filter(pk__in=[task.operation for task in tasks], state=State.NEW)
            move(begun, State.RUNNING, started_at=timezone.now())
        return tasks

    def act(self, work: Task) -> Done | Failed:
        with _own_connection():
            try:
                return self.perform(work)
            except Exception as reason:
                log.exception("errand_failed", purpose=self.purpose, operation=work.operation)
                return Failed(reason=type(reason).__name__)

    def store(self, done: Sequence[tuple[Task, Done | Failed]]) -> None:
        for task, outcome in done:
            if isinstance(outcome, Failed):
                self._fail(task, outcome)
            else:
                self._end(task, outcome)

    def is_due(self) -> bool:
        [(due,)] = run(_IS_DUE, [self.purpose.value])
        return bool(due)

    @abstractmethod
    def perform(self, work: Task) -> Done | Failed:
        """The work itself."""

    @abstractmethod
    def keep(self, operation: Operation, work: Task, outcome: Done) -> None:
        """Store the outcome, in the transaction that makes the errand `done`."""

    def _end(self, task: Task, outcome: Done) -> None:
        with transaction.atomic():
            errand = fenced(task)
            if errand is None:
                return
            cancelled = errand.operation.cancel_requested_at is not None
            if not cancelled:
                self.keep(errand.operation, task, outcome)
            _close(errand, ErrandState.CANCELLED if cancelled else ErrandState.DONE)
        finishing.finalise({task.operation})

    def _fail(self, task: Task, failed: Failed) -> None:
        if not failed.for_good:
            run(_FREE, [failed.reason, list(BACK_OFF), task.id, task.attempt])
            give_up(errands=[task.id], error=failed.error)
            return
        with transaction.atomic():
            errand = fenced(task)
            if errand is not None:
                bury(errand, failed.error)
        finishing.finalise({task.operation})


def fenced(task: Task) -> Errand | None:
    """The errand, if it is still ours, locked until the end of the transaction."""
    ours = Errand.objects.filter(pk=task.id, attempt=task.attempt, state=ErrandState.OPEN)
    return ours.select_for_update(of=("self",)).select_related("operation").first()


def give_up(*, errands: Collection[int] | None = None, error: FieldError | None = None) -> None:
    """End the errands that failed too often, all or some of these; their operations fail."""
    often = Errand.objects.filter(state=ErrandState.OPEN, failures__gte=settings.MAX_ATTEMPTS)
    often = often.exclude(lease_until__gte=Now())
    for errand in (often if errands is None else often.filter(pk__in=errands)).select_related("operation"):
        with transaction.atomic():
            locked = often.filter(pk=errand.pk).select_for_update(of=("self",), skip_locked=True).first()
            if locked is not None:
                bury(errand, error)
        finishing.finalise({errand.operation_id})


def bury(errand: Errand, error: FieldError | None) -> None:
    told = error or FieldError(path="", code=ErrorCode.CRASHED)
    _close(errand, ErrandState.DEAD)
    if errand.purpose == Purpose.BODY:
        splitting.refuse(errand.operation, told)
        return
    OperationError.objects.create(
        operation_id=errand.operation_id, path=told.path, code=told.code, params=dict(told.params)
    )


def cancel(operations: Collection[int]) -> None:
    """End those that nobody has begun."""
    waiting = Errand.objects.filter(operation__in=operations, state=ErrandState.OPEN, lease_until=None)
    waiting.update(state=ErrandState.CANCELLED)


def skip_unwanted() -> None:
    """Errands of cancelled operations that no worker holds."""
    asked = Errand.objects.filter(operation__cancel_requested_at__isnull=False, state=ErrandState.OPEN)
    with transaction.atomic():
        idle = asked.exclude(lease_until__gte=Now())
        free = list(idle.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
        Errand.objects.filter(pk__in=free).update(state=ErrandState.CANCELLED, lease_until=None)


def _close(errand: Errand, state: ErrandState) -> None:
    Errand.objects.filter(pk=errand.pk).update(state=state, lease_until=None)


@contextmanager
def _own_connection() -> Iterator[None]:
    """A thread's connection ends with its work; the worker's limits of a statement are not for work that is slow."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '0', false)")
        yield
    finally:
        connection.close()
