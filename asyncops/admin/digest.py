"""The errors of an operation in short: what is the same is counted, with one example each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asyncops import redacting
from asyncops.models import Fault, Operation, OperationError
from catalog.outcomes import ErrorCode, FieldError
from catalog.wording import say

MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    path: str
    code: str
    said: str  # of the example
    count: int
    index: int  # of the example


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    of_the_request: Sequence[Line]  # errors of no single item
    faults: Sequence[Line]  # the most frequent first
    is_cut: bool


def of(operation: Operation) -> Digest:
    rows = list(Fault.objects.filter(operation_id=operation.pk).order_by("-count", "index")[: MOST_SHOWN + 1])
    whole = OperationError.objects.filter(operation=operation).order_by("pk")[:MOST_SHOWN]
    return Digest(
        of_the_request=[_line(row, count=1, index=0) for row in whole],
        faults=[_line(row, count=row.count, index=row.index) for row in rows[:MOST_SHOWN]],
        is_cut=len(rows) > MOST_SHOWN,
    )


def _line(row: Fault | OperationError, *, count: int, index: int) -> Line:
    params = redacting.of_error(row.path, row.params)
    said = say(FieldError(path=row.path, code=ErrorCode(row.code), params=params))
    return Line(path=row.path, code=row.code, said=said, count=count, index=index)
