"""What became of a job, for people and for `grep`: a line for each row or error, and a summary (contract 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from django.conf import settings

from asyncops import exporting, journal
from asyncops.journal import UNDECIDED, UNTOUCHED, ItemView
from asyncops.models import Operation
from asyncops.states import LIVE, State
from catalog.outcomes import ErrorCode, FieldError
from syncapi.shoptet import moments, names, rows, uploaded, wording
from syncapi.shoptet.names import DIALECT
from syncapi.shoptet.parsing import products
from syncapi.shoptet.refusals import PAYLOAD, Fault

WINDOW: Final = 2000  # items read at once
_ENTITIES: Final = {"product_media": "image", "manufacturer": "brand"}
_DONE: Final = {"created": "created", "updated": "updated", "unchanged": "unchanged", "deleted": "deleted"}


def of(operation: Operation) -> str | None:
    """The text, None before the job has ended. After SHOPTET_LOG_LINES lines it says how many items it leaves out."""
    if operation.state in LIVE:
        return None
    lines = [*_killed(operation), *_as_a_whole(operation)]
    if operation.dialect == DIALECT and operation.kind in names.BATCHES:
        lines += [*_rows(operation), _summary(operation, "rows")]
    elif operation.dialect == DIALECT and operation.kind in names.UPLOADS:
        lines += [_uploads(operation), *_errors(operation)]
    elif operation.dialect == DIALECT and operation.kind in names.EXPORTS:
        lines += [*_export(operation)]
    else:
        lines += [*_errors(operation), _summary(operation, "items")]
    return "\n".join(lines)


def _killed(operation: Operation) -> Iterator[str]:
    if operation.state == State.CANCELLED:
        who = operation.cancel_requested_by.get_username() if operation.cancel_requested_by else "the server"
        yield f"Killed by {who} at {moments.written(operation.cancel_requested_at or operation.finished_at)}."


def _as_a_whole(operation: Operation) -> Iterator[str]:
    """What was wrong with the request and not with an item of it."""
    for error in operation.errors.order_by("pk"):
        fault = wording.fault(FieldError(path=error.path, code=ErrorCode(error.code), params=error.params))
        yield f"ERROR {_sentence(fault, PAYLOAD)}"


def _export(operation: Operation) -> Iterator[str]:
    if (file := exporting.of(operation)) is not None:
        yield f"{file.lines} lines, {file.size} bytes"


def _summary(operation: Operation, what: str) -> str:
    done = operation.processed - operation.refused
    return f"Summary: {operation.total} {what}, {done} ok, {operation.refused} failed{_untouched(operation)}"


def _uploads(operation: Operation) -> str:
    what = "files" if operation.kind == names.FILES else "images"
    stored = operation.processed - operation.refused
    return f"{operation.total} {what}, {stored} stored, {operation.refused} failed{_untouched(operation)}"


def _untouched(operation: Operation) -> str:
    return f", {operation.untouched} not processed" if operation.untouched else ""


def _rows(operation: Operation) -> Iterator[str]:
    """One line for each row of a batch file, with the number of its line there."""
    limit = settings.SHOPTET_LOG_LINES
    for view in _views(operation, min(operation.total, limit), with_payload=True):
        number, data = rows.numbered(view.payload)
        yield f"{number or view.index + 1}: {_outcome(operation, view, rows.named(data))}"
    if operation.total > limit:
        yield f"... {operation.total - limit} more rows, see /operations/{operation.uuid}/refused.jsonl"


def _outcome(operation: Operation, view: ItemView, name: str) -> str:
    if view.errors:
        return f"ERROR {_told(_faults(operation, view, '', name), '')}"
    if view.outcome in {UNDECIDED, UNTOUCHED}:
        return "NOT PROCESSED"
    record = view.record_id if operation.kind != names.DELETE_IMAGES else None  # a row may delete several
    return f"OK {_ENTITIES.get(operation.entity, operation.entity)} {record or name} {_DONE[view.outcome]}"


def _errors(operation: Operation) -> Iterator[str]:
    """The refused items of an operation that is no batch."""
    if not operation.refused:
        return
    named = operation.dialect == DIALECT and operation.kind in names.NAMED
    base = uploaded.place(operation) if named else "data"
    left = settings.SHOPTET_LOG_LINES
    for view in _views(operation, operation.total, with_payload=named):
        if view.errors and left:
            left -= 1
            at = f"{base}[{view.index}]"
            yield f"{at}: {_told(_faults(operation, view, at), at)}"
    if operation.refused > settings.SHOPTET_LOG_LINES:
        yield f"... see /operations/{operation.uuid}/refused.jsonl for all {operation.refused} errors"


def _faults(operation: Operation, view: ItemView, at: str, name: str = "") -> list[Fault]:
    if operation.dialect == DIALECT and operation.kind in names.NAMED:
        return uploaded.faults(view, operation)
    entity = operation.entity if operation.dialect == DIALECT else ""
    errors = [_placed(error, operation, view) for error in wording.telling(view.errors)]
    return [wording.fault(error, at=at, entity=entity, name=name) for error in errors]


def _placed(error: FieldError, operation: Operation, view: ItemView) -> FieldError:
    """What the catalog found, as the row says it; this dialect's own errors stand at their places already."""
    is_row = operation.dialect == DIALECT and operation.kind == names.UPDATE_PRODUCTS
    if not is_row or error.code is ErrorCode.DIALECT:
        return error
    return replace(error, path=products.place(error.path, view.payload))


def _told(faults: Sequence[Fault], at: str) -> str:
    """Every error of an item in one line: its code, its sentence, and the place inside of the item."""
    return "; ".join(_sentence(fault, at) for fault in faults)


def _sentence(fault: Fault, at: str) -> str:
    text = " ".join(f"{fault.code} {fault.message}".split())
    return text if fault.instance in {at, PAYLOAD} else f"{text} ({fault.instance})"


def _views(operation: Operation, last: int, *, with_payload: bool = False) -> Iterator[ItemView]:
    return chain.from_iterable(journal.windows(operation, size=WINDOW, last=last, with_payload=with_payload))
