"""An operation of whatever dialect as Magento's bulk: its items as Magento's operations (contract 5.1 and 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import islice
from typing import Final
from uuid import UUID

import orjson

from asyncops import journal
from asyncops.journal import UNDECIDED, UNTOUCHED, ItemView
from asyncops.models import ItemError, Operation
from asyncops.states import State
from catalog import resolving
from catalog.commands import Json, Policy
from catalog.outcomes import ErrorCode, OutcomeKind
from catalog.rows import Row
from syncapi.magento import answers, rendering, wording
from syncapi.magento.routes import Shows, WriteRoute
from syncapi.magento.stores import Stores
from syncapi.problems import NotFound


class Status(IntEnum):
    COMPLETE = 1
    RETRY = 2  # failed, and may be sent again as it is
    FAILED = 3  # failed, and must be changed
    OPEN = 4
    REJECTED = 5  # cancelled before it was processed


WINDOW: Final = 1000  # items that are in memory at a time
_NEVER_DONE: Final = {
    State.CANCELLED: (Status.REJECTED, "The operation was cancelled before this item was processed."),
    State.FAILED: (Status.RETRY, "Unknown Error"),
}
_NOT_ALONE: Final = "Another item was refused, and this bulk is written whole or not at all."


def find(uuid: str, *, organization_id: UUID) -> Operation:
    """The operation, if it is this organization's. Raises NotFound: another's is not told from an unknown one."""
    try:
        known = Operation.objects.filter(uuid=UUID(uuid), organization_id=organization_id)
    except ValueError:
        raise NotFound(entity="operation", value=uuid) from None
    operation = known.select_related("user").first()
    if operation is None:
        raise NotFound(entity="operation", value=uuid)
    return operation


def short(operation: Operation, route: WriteRoute | None, *, most: int) -> dict[str, Json]:
    """`most`: of the items no more than the first so many."""
    return {"operations_list": list(islice(elements(operation, route), most)), **envelope(operation, route)}


def elements(
    operation: Operation, route: WriteRoute | None, *, stores: Stores | None = None
) -> Iterator[dict[str, Json]]:
    """Its items in their order, read a window at a time; with `stores` in every detail."""
    needed = stores is not None or operation.refused > 0
    for views in journal.windows(operation, size=WINDOW, with_payload=needed):
        if stores is None:
            yield from (_result(view, operation, route) for view in views)
        else:
            yield from detailed(views, operation, route, stores)


def detailed(
    views: Sequence[ItemView], operation: Operation, route: WriteRoute | None, stores: Stores
) -> Iterator[dict[str, Json]]:
    results = _results(views, operation, route)
    for view in views:
        yield {
            "id": view.index,
            "bulk_uuid": str(operation.uuid),
            "topic_name": topic(operation, route),
            "serialized_data": _serialized(view, operation, stores),
            "result_serialized_data": results.get(view.index),
            **_result(view, operation, route),
        }


def count(uuid: str, wanted: int, *, organization_id: UUID) -> int:
    """How many items have this status; an unknown bulk has none of any (contract 7)."""
    try:
        operation = find(uuid, organization_id=organization_id)
    except NotFound:
        return 0
    return _counts(operation).get(wanted, 0)


def _counts(operation: Operation) -> dict[int, int]:
    """Items by status, from the operation's counters."""
    transient = ItemError.objects.filter(operation_id=operation.id, code=ErrorCode.TRANSIENT)
    retry = transient.values("index").distinct().count() if operation.refused else 0
    counts = Counter[int]({Status.RETRY: retry, Status.FAILED: operation.refused - retry})
    counts[Status.COMPLETE] += operation.processed - operation.refused
    rest = _NEVER_DONE[State(operation.state)][0] if operation.state in _NEVER_DONE else Status.OPEN
    counts[rest] += operation.total - operation.processed
    return dict(counts)


def topic(operation: Operation, route: WriteRoute | None) -> str:
    """Magento's topic; for an operation of another dialect a name in its form."""
    if route is not None and operation.dialect == "magento":
        return route.topic
    return f"async.{operation.dialect}.{operation.entity}"


def envelope(operation: Operation, route: WriteRoute | None) -> dict[str, Json]:
    """What is said of the bulk as a whole; its elements come before it."""
    return {
        "user_type": 2 if operation.interactive else 1,  # an administrator's login, or an integration
        "bulk_id": str(operation.uuid),
        "description": f"Topic {topic(operation, route)}{' (dry run)' if operation.dry_run else ''}",
        "start_time": rendering.moment(operation.accepted_at),
        "user_id": operation.user.number,
        "operation_count": operation.total,
    }


def _result(view: ItemView, operation: Operation, route: WriteRoute | None) -> dict[str, Json]:
    status, text = _judged(view, operation, route)
    failed = status not in {Status.COMPLETE, Status.OPEN}
    return {"id": view.index, "status": status, "result_message": text, "error_code": 0 if failed else None}


def _judged(view: ItemView, operation: Operation, route: WriteRoute | None) -> tuple[int, str | None]:
    if view.outcome == UNDECIDED:
        return Status.OPEN, None
    if view.outcome == UNTOUCHED:
        if operation.policy == Policy.ALL and operation.refused:
            return Status.RETRY, _NOT_ALONE
        return _NEVER_DONE.get(State(operation.state), _NEVER_DONE[State.FAILED])
    if not view.errors:
        return Status.COMPLETE, f"Service execution success {route.implementation if route else ''}".strip()
    found = wording.messages_of(view.errors, item=view.payload, entity=operation.entity)
    text = "; ".join(message.rendered() for message in found)
    transient = any(error.code is ErrorCode.TRANSIENT for error in view.errors)
    return Status.RETRY if transient else Status.FAILED, text


def _serialized(view: ItemView, operation: Operation, stores: Stores) -> str | None:
    """The item as sent, until it succeeded."""
    if _is_complete(view):
        return None
    return rendering.serialized(view.payload, stores.numbers.get(operation.context.get("store") or "", 0))


def _results(views: Sequence[ItemView], operation: Operation, route: WriteRoute | None) -> dict[int, str]:
    """By index: what the single synchronous call would have answered, as JSON. Of today's values: none are kept."""
    done = [view for view in views if _is_complete(view)]
    ids = {view.index: view.record_id for view in done if view.outcome != OutcomeKind.DELETED}
    if route is not None:
        ids |= _ids_of_unchanged([view for view in done if view.record_id is None], operation, route)
    known = list({id for id in ids.values() if id is not None})
    shows = Shows.RECORD if route is None else route.shows
    shown = answers.many(known, entity=operation.entity, shows=shows, store=operation.context.get("store"))
    texts = {index: _json(shown.get(id, True) if id else True) for index, id in ids.items()}
    return {view.index: texts.get(view.index, "true") for view in done}


def _ids_of_unchanged(views: Sequence[ItemView], operation: Operation, route: WriteRoute) -> dict[int, UUID | None]:
    """Unchanged items are journalled without their record: it is looked up by the name that the item gives."""
    rows = [Row(index=view.index, command=route.parse(view.payload, operation.context)) for view in views]
    resolving.identify(rows)
    return {row.index: row.id if row.exists else None for row in rows}


def _is_complete(view: ItemView) -> bool:
    return view.outcome not in {UNDECIDED, UNTOUCHED} and not view.errors


def _json(value: Json) -> str:
    return orjson.dumps(value).decode()
