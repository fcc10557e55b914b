"""Operations of whatever dialect as Oro shows them: `asyncoperations`, their errors, their results (contract 5, 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from rest_framework.response import Response

from asyncops import dialects, journal
from asyncops.dialects import ItemRefused
from asyncops.journal import ItemView
from asyncops.models import ItemError, Operation, OperationError
from asyncops.states import State
from asyncops.submissions import Caller
from catalog import resolving
from catalog.commands import Json, Policy, Reference
from catalog.outcomes import ErrorCode, FieldError, OutcomeKind
from catalog.plans import plan
from syncapi.oro import selecting, wording
from syncapi.oro.names import OPERATIONS, RESOURCES, TYPES
from syncapi.oro.places import Places
from syncapi.oro.refusals import AccessDenied, NoSuchEntity

CHUNK: Final = 100  # records by which error ids are numbered, whatever the engine's chunks are
HIDDEN: Final = "hidden"  # in an operation's context: a synchronous call, which leaves no operation to be seen
VIEW: Final = "asyncops.view_operation"
ADD: Final = "asyncops.add_operation"


@dataclass(frozen=True, slots=True)
class Found:
    """An operation with the number of errors of its records, and of its request."""

    operation: Operation
    errors: int = 0
    faults: int = 0


def find(id: str, *, by: Caller, denied: str = "No access to the entity.") -> Found:
    """Raises NoSuchEntity, and AccessDenied for what exists and is another organization's (contract 13)."""
    number = int(id) if id.isascii() and id.isdecimal() and len(id) < 19 else 0
    known = Operation.objects.filter(pk=number).select_related("user", "organization")
    operation: Any = known.annotate(errors_found=_count(ItemError), faults_found=_count(OperationError)).first()
    if operation is None or operation.context.get(HIDDEN):
        raise NoSuchEntity
    if operation.organization_id != by.user.organization_id or not allows(by, VIEW):
        raise AccessDenied(denied)
    return Found(operation, operation.errors_found, operation.faults_found)


def counted(operation: Operation) -> Found:
    """With its errors, for whoever has it already."""
    errors = ItemError.objects.filter(operation_id=operation.pk).count()
    return Found(operation, errors, OperationError.objects.filter(operation=operation).count())


def allows(caller: Caller, right: str) -> bool:
    return caller.rights.granted is None or right in caller.rights.granted


def _count(model: type[ItemError] | type[OperationError]) -> Coalesce:
    rows = model._default_manager.filter(operation_id=OuterRef("pk")).order_by().values("operation_id")
    return Coalesce(Subquery(rows.annotate(n=Count("*")).values("n")), 0)


def document(found: Found, places: Places, *, now: datetime, status: int = 200) -> Response:
    """What cannot be missed in `success` is told beside it."""
    body: dict[str, Json] = {"data": shown(found, places, now=now)}
    if found.operation.is_final and (count := error_count(found)):
        body["meta"] = {"hasErrors": True, "errorCount": count}
    headers = {} if found.operation.is_final else {"Retry-After": "1"}
    return Response(body, status=status, headers=headers)


def error_count(found: Found) -> int:
    return found.errors + found.faults


def shown(found: Found, places: Places, *, now: datetime) -> dict[str, Json]:
    """The resource object."""
    operation = found.operation
    return {
        "type": OPERATIONS,
        "id": str(operation.pk),
        **({"links": {"self": places.of(OPERATIONS, operation.pk)}} if places.hateoas else {}),
        "attributes": _attributes(found, now),
        "relationships": {
            "owner": {"data": {"type": "users", "id": str(operation.user.number)}},
            "organization": {"data": {"type": "organizations", "id": str(operation.organization.number)}},
        },
    }


def _attributes(found: Found, now: datetime) -> dict[str, Json]:
    operation = found.operation
    started, ended = operation.started_at, operation.finished_at
    elapsed = int(((ended or now) - started).total_seconds()) if started else 0
    return {
        "entityType": entity_type(operation),
        "status": operation.state,
        "progress": _progress(operation),
        "elapsedTime": max(elapsed, 0),
        "createdAt": moment(operation.accepted_at),
        "updatedAt": moment(ended or started or operation.accepted_at),
        "summary": _summary(found) if operation.is_final else None,
        **({"dryRun": True} if operation.dry_run else {}),
    }


def moment(value: datetime) -> str:
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def entity_type(operation: Operation) -> str:
    """The type of the URL; for another dialect's operation that of its entity."""
    return str(operation.context.get("type") or TYPES.get(operation.entity, operation.entity))


def _progress(operation: Operation) -> float | None:
    if operation.state == State.SUCCESS or (operation.state == State.FAILED and operation.total):
        return 1
    if operation.state == State.NEW or not operation.total:
        return None
    return round(operation.processed / operation.total, 4)


def _summary(found: Found) -> dict[str, Json]:
    operation = found.operation
    started, ended = operation.started_at or operation.accepted_at, operation.finished_at or operation.accepted_at
    return {
        "aggregateTime": int((ended - started).total_seconds() * 1000),
        "readCount": operation.processed + _only_read(operation),
        "writeCount": operation.processed - operation.refused,
        "errorCount": error_count(found),
        "createCount": operation.created,
        "updateCount": operation.updated + operation.unchanged,
    }


def _only_read(operation: Operation) -> int:
    """Records that were looked at and not to be written: as asked for, or as others of a list are refused."""
    all_or_none = operation.policy == Policy.ALL and operation.refused
    return operation.untouched if operation.state == State.SUCCESS or all_or_none else 0


def errors(found: Found, *, first: int, count: int) -> list[dict[str, Json]]:
    """Errors [first, first + count), those of the request before those of its records."""
    operation = found.operation
    faults = OperationError.objects.filter(operation=operation).order_by("pk")[first : first + count]
    shown = [_shown_error(operation, 0, first + n, wording.of_operation(_value(e))) for n, e in enumerate(faults, 1)]
    if len(shown) < count:
        shown += _item_errors(operation, first=max(first - found.faults, 0), count=count - len(shown))
    return shown


def _item_errors(operation: Operation, *, first: int, count: int) -> list[dict[str, Json]]:
    rows = list(ItemError.objects.filter(operation_id=operation.pk).order_by("index", "pk")[first : first + count])
    number, chunk = (_earlier_in_chunk(operation, rows[0]), rows[0].index // CHUNK) if rows else (0, 0)
    shown = []
    for row in rows:
        if row.index // CHUNK != chunk:
            number, chunk = 0, row.index // CHUNK
        number += 1
        place = place_of(operation, row.index)
        worded = wording.word(_value(row), RESOURCES.get(entity_type(operation)), place=place)
        shown.append(_shown_error(operation, chunk + 1, number, worded))
    return shown


def place_of(operation: Operation, index: int) -> str:
    """Where in its request an item stands."""
    pattern = operation.context.get("place", "/data/{index}") if operation.dialect == "oro" else "/data/{index}"
    return wording.at(str(pattern), index)


def _earlier_in_chunk(operation: Operation, row: ItemError) -> int:
    begins = row.index // CHUNK * CHUNK
    same = ItemError.objects.filter(operation_id=operation.pk, index__gte=begins)
    return same.filter(Q(index__lt=row.index) | Q(index=row.index, pk__lt=row.pk)).count()


def _value(row: ItemError | OperationError) -> FieldError:
    return FieldError(path=row.path, code=ErrorCode(row.code), params=row.params)


def _shown_error(operation: Operation, chunk: int, number: int, worded: wording.Wording) -> dict[str, Json]:
    return {
        "type": "asyncoperationerrors",
        "id": f"{operation.pk}-{chunk}-{number}",
        "attributes": {
            "status": worded.status,
            "title": worded.title,
            "detail": worded.detail,
            "source": worded.source,
        },
    }


def results(found: Found, *, first: int, count: int) -> list[dict[str, Json]]:
    """What became of items [first, first + count): one object each, so that async callers learn the new ids."""
    operation = found.operation
    views = journal.items(operation, first=first, count=count, with_payload=True)
    ids = _shown_ids(operation, views)
    return [_shown_result(operation, view, ids.get(view.index)) for view in views]


def _shown_result(operation: Operation, view: ItemView, id: Json) -> dict[str, Json]:
    return {
        "type": "asyncoperationresults",
        "id": f"{operation.pk}-{view.index}",
        "attributes": {
            "index": view.index,
            "dataId": label_of(view),
            "entityType": entity_type(operation),
            "entityId": _text(id),
            "outcome": _outcome(operation, view),
        },
    }


def _outcome(operation: Operation, view: ItemView) -> str:
    if view.outcome == OutcomeKind.REFUSED:
        return "failed"
    is_validated = view.outcome == journal.UNTOUCHED and operation.state == State.SUCCESS
    return "validated" if is_validated else str(view.outcome)


def record_of(payload: Json) -> dict[str, Json]:
    """The resource object of an item, as it was sent."""
    record = payload[0] if isinstance(payload, list) and payload else payload
    return record if isinstance(record, dict) else {}


def label_of(view: ItemView) -> str | None:
    """What its sender calls the record: its id, whatever that means, or its local id."""
    record = record_of(view.payload)
    return _text(record.get("id", record.get("lid")))


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Part:
    """What of an operation is paged."""

    page: Callable[..., list[dict[str, Json]]]
    total: Callable[[Found], int]


def _shown_ids(operation: Operation, views: Sequence[ItemView]) -> dict[int, Json]:
    """By index: the id of the record, external if the operation has such."""
    if operation.entity not in TYPES:
        return {}
    ids, resource = record_ids(operation, views), RESOURCES.get(entity_type(operation))
    external = operation.dialect == "oro" and bool(operation.context.get("external"))
    column = selecting.id_column(resource, external=external) if resource else "number"
    model = plan(operation.entity).model._default_manager
    shown = dict(model.filter(pk__in=set(ids.values())).values_list("pk", column))
    return {index: shown[id] for index, id in ids.items() if id in shown}


def record_ids(operation: Operation, views: Sequence[ItemView]) -> dict[int, UUID]:
    """By index: the record. An unchanged item is journalled without it: its own name leads there."""
    ids = {view.index: view.record_id for view in views if view.record_id is not None}
    return ids | _unchanged(operation, [view for view in views if view.outcome == OutcomeKind.UNCHANGED])


def _unchanged(operation: Operation, views: Iterable[ItemView]) -> dict[int, UUID]:
    keys = dict(_keys(operation, views))
    names = {index: (key.by, resolving.comparable(operation.entity, key)) for index, key in keys.items()}
    wanted: dict[tuple[str, str], set[Json]] = {}
    for by, value in names.values():
        wanted.setdefault((operation.entity, by), set()).add(value)
    found = resolving.find(wanted)
    return {index: id for index, (by, value) in names.items() if (id := found.get((operation.entity, by, value)))}


def _keys(operation: Operation, views: Iterable[ItemView]) -> Iterator[tuple[int, Reference]]:
    dialect = dialects.get(operation.dialect)
    for view in views:
        try:
            command = dialect.parse(operation.kind, view.payload, operation.context)
        except ItemRefused:
            continue
        if command.key is not None and not isinstance(command.key.value, tuple):
            yield view.index, command.key


PARTS: Final[Mapping[str, Part]] = {
    "errors": Part(errors, error_count),
    "results": Part(results, lambda found: found.operation.total),
}
