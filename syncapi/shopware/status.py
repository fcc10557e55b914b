"""An operation of whatever dialect as an answer of the current sync route: what was written, deleted, absent, refused.

Beside Shopware's four members stands `operation`, with the state and the counts of all of its items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from rest_framework.response import Response

from asyncops import journal
from asyncops.journal import ItemView
from asyncops.models import Operation
from catalog import wording as plain
from catalog.commands import Json
from catalog.models import Organization
from catalog.outcomes import FieldError, OutcomeKind
from syncapi.auth import has_any
from syncapi.exchange import ApiRequest
from syncapi.jsontext import token
from syncapi.shopware import criteria, faults, privileges, touched, wording
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.malformed import VIOLATION
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import ALL, Resource, name_of
from syncapi.shopware.touched import Rows
from syncapi.shopware.words import Record

_WRITTEN: Final = (OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.UNCHANGED)


def view(request: ApiRequest, route: Route) -> Response:
    """`page` and `limit` choose the items that are told; the counts are of all. Raises FaultyError."""
    if not has_any(request.caller.rights, ["asyncops.view_operation"]):
        privileges.deny(["operation:read"])
    pairs = [(name, request.query_params[name]) for name in ("page", "limit") if name in request.query_params]
    asked = criteria.of_query(pairs)
    found = _find(route.path["operation"], organization=request.caller.user.organization)
    return Response(shown(found, first=(asked.page - 1) * asked.limit, count=asked.limit))


def shown(operation: Operation, *, first: int = 0, count: int) -> dict[str, Json]:
    """Of its items `count` from the `first` on."""
    views = journal.items(operation, first=first, count=count, with_payload=True)
    told = [(view, _item(operation, view)) for view in views]
    written, deleted, absent = Rows(), Rows(), Rows()
    for view, item in told:
        if view.outcome == OutcomeKind.DELETED or (item["action"] == "delete" and view.outcome == OutcomeKind.UPDATED):
            _add(deleted, item, view.record_id)
        elif item["action"] == "delete" and view.outcome == OutcomeKind.UNCHANGED:
            absent.add(item["entity"], touched.key_sent(item))
        elif view.outcome in _WRITTEN:
            _add(written, item, view.record_id)
    return {
        "extensions": [],
        "data": written.shown,
        "notFound": absent.shown,
        "deleted": deleted.shown,
        "errors": [error for view, item in told for error in _errors(view, item)],
        "operation": _told(operation),
    }


def _find(uuid: str, *, organization: Organization) -> Operation:
    """Raises FaultyError: another organization's is not told from one that is not there."""
    try:
        found = Operation.objects.filter(uuid=UUID(uuid), organization=organization).first()
    except ValueError:
        raise FaultyError(faults.invalid_id(uuid[:100])) from None
    if found is None:
        raise FaultyError(faults.no_resource("operation", uuid))
    return found


def _told(operation: Operation) -> dict[str, Json]:
    """The state is one of new, running, success, failed, cancelled."""
    counts = operation.counts
    return {
        "id": str(operation.uuid),
        "state": operation.state,
        "total": operation.total,
        "written": operation.processed - operation.refused,
        "refused": operation.refused,
        "untouched": counts["untouched"],
        "dryRun": operation.dry_run,
        "acceptedAt": operation.accepted_at,
        "finishedAt": operation.finished_at,
    }


def _item(operation: Operation, view: ItemView) -> Mapping[str, Json]:
    """As this dialect's items are; those of other dialects have no payload that could be read here."""
    if operation.dialect == "shopware":
        item: Mapping[str, Json] = view.payload
        return item
    return {
        "operation": "",
        "entity": name_of(operation.entity) or operation.entity or "record",
        "action": "upsert",
        "index": view.index,
        "payload": {},
    }


def _add(rows: Rows, item: Mapping[str, Json], id: UUID | None) -> None:
    described = ALL.get(item["entity"])
    if described is None or isinstance(described, Resource):
        own = item["payload"].get("id") if id is None else id.hex
        if isinstance(own, str):
            rows.add(item["entity"], own)
    else:
        rows.add(item["entity"], touched.key_of(item, id))


def _errors(view: ItemView, item: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    place = f"/{token(item['operation'])}/{item['index']}" if item["operation"] else f"/{item['index']}"
    if item["entity"] in ALL and item["operation"]:
        record = Record(entity=item["entity"], payload=item["payload"], place=place)
        yield from wording.errors(view.errors, record)
    else:
        yield from _plain(view.errors, place)


def _plain(errors: Sequence[FieldError], place: str) -> Iterator[dict[str, Json]]:
    """Of a record that was written over another API: in plain words, at the place that it had there."""
    for error in errors:
        text = f"This value {plain.say(error)}."
        yield {
            "code": VIOLATION,
            "status": "400",
            "detail": text,
            "template": text,
            "meta": {"parameters": []},
            "source": {"pointer": place + error.path},
        }
