"""The error report of an import: equal faults once, with how many there are and where the first of them stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from asyncops.models import Operation
from asyncops.results import ResultSet, lines
from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from catalog.wording import say

_LINES_NAMED: Final = 5
_FAULTS_NAMED: Final = 50
_FAULTS_KEPT: Final = 1000  # in memory, however many kinds there are
_POSITION: Final = re.compile(r"/\d+(?=/|$)")
_OF_ONE_RECORD: Final = frozenset({"value", "column", "ids"})  # parameters in which equal faults may differ


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A refused line of the file. `shown`: {"record": ...}, or {"text": ...} where it holds none."""

    line: int
    errors: tuple[FieldError, ...]
    shown: Json

    def as_json(self) -> bytes:
        errors = [{"path": e.path, "code": e.code, "message": say(e)} for e in self.errors]
        return orjson.dumps({"line": self.line, "errors": errors, **self.shown}, default=str) + b"\n"


@dataclass(slots=True)
class _Fault:
    example: FieldError
    count: int = 0
    lines: list[int] = field(default_factory=list)
    differ: bool = False  # others of its kind say something else in detail

    def add(self, line: int, error: FieldError) -> None:
        self.count += 1
        self.differ = self.differ or error.params != self.example.params
        if len(self.lines) < _LINES_NAMED and line not in self.lines:
            self.lines.append(line)

    def __str__(self) -> str:
        places = ", ".join(map(str, self.lines)) + (", ..." if self.count > len(self.lines) else "")
        words = f"{_POSITION.sub('/*', self.example.path)} {say(self.example)}".strip()
        return f"{self.count:>8} x {words}{', for example' if self.differ else ''}; line {places}"


class Report:
    """Fed with refusals one by one; says them grouped. Memory does not grow with their number."""

    def __init__(self) -> None:
        self.records = 0
        self._faults: dict[tuple[str, ...], _Fault] = {}
        self._beyond = 0

    def add(self, refusal: Refusal) -> None:
        self.records += 1
        for error in refusal.errors:
            kind = _kind(error)
            if kind not in self._faults and len(self._faults) == _FAULTS_KEPT:
                self._beyond += 1
                continue
            self._faults.setdefault(kind, _Fault(example=error)).add(refusal.line, error)

    def __str__(self) -> str:
        faults = sorted(self._faults.values(), key=lambda fault: -fault.count)
        shown = [str(fault) for fault in faults[:_FAULTS_NAMED]]
        if rest := sum(fault.count for fault in faults[_FAULTS_NAMED:]) + self._beyond:
            shown.append(f"{rest:>8} x other faults")
        return "\n".join(shown)


def refusals(operation: Operation) -> Iterator[Refusal]:
    """The refused lines of a finished import, in the order of the file."""
    for text in lines(operation, ResultSet.REFUSED):
        for row in text.splitlines():
            told = orjson.loads(row)
            yield of_item(told["input"], [_error(error) for error in told["errors"]])


def of_item(item: Json, errors: Sequence[FieldError]) -> Refusal:
    shown = {name: item[name] for name in ("record", "text") if name in item}
    return Refusal(line=item["line"], errors=tuple(errors), shown=shown)


def _error(told: Json) -> FieldError:
    return FieldError(path=told["path"], code=ErrorCode(told["code"]), params=told["params"])


def _kind(error: FieldError) -> tuple[str, ...]:
    same = (f"{name}={value}" for name, value in sorted(error.params.items()) if name not in _OF_ONE_RECORD)
    return (_POSITION.sub("/*", error.path), error.code, *same)
