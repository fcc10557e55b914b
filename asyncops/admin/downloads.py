"""What became of an operation's items, as files for staff: read and sent a window at a time, without credentials."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import orjson
from django.db.models import Q
from django.http import StreamingHttpResponse

from asyncops import redacting, results
from asyncops.models import ItemError, Operation
from asyncops.results import ResultSet
from catalog.outcomes import ErrorCode, FieldError
from catalog.wording import say

WINDOW = 1000  # errors
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a cell would begin to calculate


class _Echo:
    """What csv writes a line to, to get it back."""

    def write(self, line: str) -> str:
        return line


def result_set(operation: Operation, wanted: ResultSet) -> StreamingHttpResponse:
    """JSON Lines as of `results.lines`."""
    lines = (redacting.line(text) for part in results.lines(operation, wanted) for text in part.splitlines())
    return _file(lines, f"{operation.uuid}.{wanted}.jsonl", "application/jsonl")


def errors(operation: Operation) -> StreamingHttpResponse:
    """CSV: item, path, code, what is wrong, and the parameters of that as JSON."""
    return _file(_rows(operation), f"{operation.uuid}.errors.csv", "text/csv; charset=utf-8")


def _rows(operation: Operation) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(("item", "path", "code", "error", "parameters"))
    place = (-1, 0)
    while found := _after(operation, place):
        for error in found:
            yield writer.writerow(_cells(error))
        place = (found[-1].index, found[-1].pk)


def _after(operation: Operation, place: tuple[int, int]) -> list[ItemError]:
    later = Q(index__gt=place[0]) | Q(index=place[0], pk__gt=place[1])
    errors = ItemError.objects.filter(later, operation_id=operation.pk, index__gte=place[0])
    return list(errors.order_by("index", "pk")[:WINDOW])


def _cells(row: ItemError) -> list[str]:
    params = redacting.of_error(row.path, row.params)
    said = say(FieldError(path=row.path, code=ErrorCode(row.code), params=params))
    return [str(row.index), *map(_harmless, (row.path, row.code, said, orjson.dumps(params).decode()))]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _file(parts: Iterator[bytes] | Iterator[str], name: str, kind: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
