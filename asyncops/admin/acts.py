"""What staff can have done about one operation that has ended: each is a child operation, and is asked for twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest

from asyncops import control
from asyncops.models import Operation
from asyncops.retrying import CannotRetry, Which
from asyncops.reverting import CannotRevert
from catalog.admin.reading import staff
from catalog.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    name: str  # in its address
    label: str  # of its button
    question: str
    right: str  # permission
    is_possible: Callable[[Operation], bool]
    do: Callable[[Operation, User], Operation]  # the child


def _retry(which: Which) -> Callable[[Operation, User], Operation]:
    return lambda operation, by: control.retry(operation, which=which, by=by)


def _wrote(operation: Operation) -> bool:
    wrote = operation.created + operation.updated + operation.deleted
    return operation.is_final and not operation.dry_run and wrote > 0


ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        Act(
            name="retry-refused",
            label="Retry refused",
            question="Send the refused items again, as they were, as a new operation in your name?",
            right="asyncops.retry_operation",
            is_possible=lambda operation: operation.is_final and operation.refused > 0,
            do=_retry(Which.REFUSED),
        ),
        Act(
            name="retry-untouched",
            label="Retry untouched",
            question="Send the items that were never processed again, as a new operation in your name?",
            right="asyncops.retry_operation",
            is_possible=lambda operation: operation.is_final and operation.untouched > 0,
            do=_retry(Which.UNTOUCHED),
        ),
        Act(
            name="replay",
            label="Replay",
            question="Send all items again, as they were, as a new operation in your name? "
            "What was changed since is overwritten.",
            right="asyncops.retry_operation",
            is_possible=lambda operation: operation.is_final and operation.total > 0,
            do=lambda operation, by: control.replay(operation, by=by),
        ),
        Act(
            name="revert",
            label="Revert operation",
            question="Bring the records back to what they were before this operation? "
            "Those that somebody changed since stay as they are, and are listed.",
            right="asyncops.revert_operation",
            is_possible=_wrote,
            do=lambda operation, by: control.revert(operation, by=by),
        ),
    )
}


def possible(operation: Operation, request: HttpRequest) -> list[Act]:
    """Those with a button."""
    return [act for act in ACTS.values() if act.is_possible(operation) and staff(request).has_perm(act.right)]


def do(act: Act, operation: Operation, request: HttpRequest) -> Operation | None:
    """The child; None when it cannot be, which is told."""
    try:
        child = act.do(operation, staff(request))
    except (CannotRetry, CannotRevert) as reason:
        messages.error(request, reason.__doc__ or "")
        return None
    messages.success(request, f"{act.label}: this is the new operation, a child of operation {operation.pk}.")
    return child
