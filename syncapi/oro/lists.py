"""A list of records in one PATCH: stored as it arrives, cut at once if it is small, or done at once when the caller
waits (contract 4 and 11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.response import Response

from asyncops import bodies, journal, placing
from asyncops.bodies import HeldBody, Pieces, StoredBody
from asyncops.dialects import BodyRefused
from asyncops.intake import ItemsRefused
from asyncops.journal import ItemView
from asyncops.models import Operation
from asyncops.states import State
from asyncops.submissions import Submission
from catalog.commands import Json, Policy
from catalog.outcomes import FieldError
from syncapi import limits, policies, preferences
from syncapi.exchange import ApiRequest
from syncapi.oro import actions, documents, operations, refusals, splitting, synchronous, wording
from syncapi.oro.actions import Verb
from syncapi.oro.loading import CURRENCY
from syncapi.oro.names import OPERATIONS, RESOURCES
from syncapi.oro.operations import HIDDEN, Found
from syncapi.oro.places import Places
from syncapi.oro.refusals import (
    AccessDenied,
    BadHeaderValue,
    OperationEnded,
    Refusals,
    RequestData,
    structural,
)
from syncapi.oro.routes import Route
from syncapi.oro.trying import tried
from syncapi.preferences import Preferences

_LIMIT: str = (
    "The data limit for the synchronous operation exceeded{where}. The maximum number of {what} that can be processed "
    "by the synchronous operation is {limit}."
)


def is_sync(meta: Mapping[str, Json]) -> bool:
    """Raises BadHeaderValue."""
    mode = str(meta.get("HTTP_X_MODE", "async")).strip()
    if mode not in {"sync", "async"}:
        raise BadHeaderValue('The accepted values for the "X-Mode" are "sync" or "async".')
    return mode == "sync"


def receive(request: ApiRequest) -> None:
    """Take in the body before any transaction begins: a small one is held, others are stored as they arrive.

    Raises AccessDenied, RequestData, and what reading raises.
    """
    if not all(operations.allows(request.caller, right) for right in (operations.ADD, operations.VIEW)):
        raise AccessDenied("No access to create the asynchronous operation.")
    if is_sync(request.META):
        return
    pieces = limits.pieces(request._request, limit=settings.MAX_STREAM_BYTES)
    begun = b""
    for piece in pieces:
        begun += piece
        if len(begun) > settings.SMALL_BODY_BYTES:
            request.stored = bodies.store(_all(request, begun, pieces), now=timezone.now())
            return
    request.hold_body(begun)


def _all(request: ApiRequest, begun: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    pieces = chain([begun], rest)
    return request.digested(pieces) if "HTTP_IDEMPOTENCY_KEY" in request.META else pieces


def accept(request: ApiRequest, route: Route, places: Places) -> Response:
    """202 with the operation."""
    body = StoredBody(request.stored) if request.stored else HeldBody(request.body_read)
    if not body.size:
        raise refusals.empty_body()
    if body.size <= bodies.PART and (fault := splitting.emptiness(body)):
        raise structural(fault)
    if Preferences.of(request.META).strict:
        _read_through(body)
    return accepted(_operation(request, route, body), request, places)


def _operation(request: ApiRequest, route: Route, body: StoredBody | HeldBody) -> Operation:
    """A worker splits its body, unless that is small and right, and nothing that came before is still to be split."""
    wanted = submission(request, route)
    if isinstance(body, StoredBody):
        return preferences.accept_body(request, wanted, body.body)
    items = None if placing.is_awaited(request.caller.user.organization_id) else splitting.small(body)
    if items is None:
        return preferences.accept_body(request, wanted, bodies.store_held(body, now=timezone.now()))
    return preferences.accept(request, replace(wanted, items=items, lenient=True))


def accepted(operation: Operation, request: ApiRequest, places: Places) -> Response:
    operation.user, operation.organization = request.caller.user, request.caller.user.organization
    body = {"data": operations.shown(Found(operation), places, now=timezone.now())}
    headers = {"Content-Location": places.of(OPERATIONS, operation.pk)}
    return Response(body, status=202, headers=headers)


def submission(
    request: ApiRequest, route: Route, items: Sequence[Json] = (), *, policy: Policy | None = None
) -> Submission:
    return Submission(
        dialect="oro",
        kind="list",
        entity=route.resource.entity,
        items=items,
        context={**request_context(request, route.type), "type": route.type},
        policy=policy or policies.of(request.META),
    )


def request_context(request: ApiRequest, *types: str) -> dict[str, Json]:
    """What a request says for all of its records, which are of these types, and who sends it."""
    user = request.caller.user
    context: dict[str, Json] = {"owner": str(user.pk), "organization": str(user.organization_id)}
    if request.headers.get("X-Integration-Type", "").strip().lower() == "ext_id":
        context["external"] = True
    if any(RESOURCES[type].has_currency for type in types):
        context["currency"] = CURRENCY.values_list("iso_code", flat=True).get()
    return context


def accept_at_once(request: ApiRequest, route: Route, places: Places) -> Response:
    """One chunk under policy `all`, for which the caller waits; the answer is 202 unless it ends in time."""
    body = request.body_read
    if not body:
        raise refusals.empty_body()
    wanted = submission(request, route, _few_items(body), policy=Policy.ALL)
    try:
        operation = preferences.accept(request, wanted)
    except ItemsRefused:
        raise _all_errors(request, route, wanted) from None
    return accepted(operation, request, places)


def _all_errors(request: ApiRequest, route: Route, wanted: Submission) -> Refusals:
    """Also those that only the catalog finds."""
    with tried(request, replace(wanted, lenient=True)) as outcomes:
        return _refusals([(index, outcome.errors) for index, outcome in enumerate(outcomes)], route)


def _refusals(errors: Iterable[tuple[int, Sequence[FieldError]]], route: Route) -> Refusals:
    return refusals.worded(wording.of_items(errors, route.resource, place="/data/{index}"))


def outcome(operation: Operation, request: ApiRequest, route: Route, places: Places) -> Response:
    """What the caller waited for: the records, or why none was written. The operation is seen no more."""
    operation.context[HIDDEN] = True
    operation.save(update_fields=["context"])
    views = journal.items(operation, with_payload=True)
    if operation.state == State.SUCCESS:
        ids = operations.record_ids(operation, views)
        with _as_if_written(request, route, [view for view in views if view.index not in ids]) as others:
            return Response(synchronous.document(operation, views, ids | others, route.resource, places))
    if not any(view.errors for view in views):
        raise OperationEnded("The operation ended before it was done.")
    raise _refusals([(view.index, view.errors) for view in views], route)


@contextmanager
def _as_if_written(request: ApiRequest, route: Route, views: Sequence[ItemView]) -> Iterator[dict[int, UUID]]:
    """By index the ids of records that were only to be looked at. They are there until the end of the block."""
    if not views:
        yield {}
        return
    items = [actions.without_flag(view.payload, Verb.VALIDATE) for view in views]
    with tried(request, submission(request, route, items)) as outcomes:
        yield {view.index: each.id for view, each in zip(views, outcomes, strict=True) if each.id is not None}


def _few_items(body: bytes) -> list[Json]:
    """Raises Refusal for what cannot be read, Refusals for what is wrong with `included`, RequestData for too many."""
    try:
        included, data = splitting.whole(HeldBody(body))
    except BodyRefused as refusal:
        raise structural(refusal.errors[0]) from None
    if len(data) > settings.ORO_SYNC_RECORDS:
        raise RequestData(_LIMIT.format(where="", what="records", limit=settings.ORO_SYNC_RECORDS))
    if len(included) > settings.ORO_SYNC_INCLUDED:
        limit = settings.ORO_SYNC_INCLUDED
        raise RequestData(_LIMIT.format(where=' for the section "included"', what="included records", limit=limit))
    items = [included.item(record) for record in data]
    errors = [*(included.errors or included.unlinked(documents.UNLINKED)), *splitting.not_objects(data)]
    if errors:
        raise _of_the_body(errors)
    return items


def _read_through(body: Pieces) -> None:
    """`Prefer: handling=strict`: whatever would end the operation as failed is an error of the request."""
    errors = list(splitting.faults(body))
    if errors:
        raise _of_the_body(errors)


def _of_the_body(errors: Iterable[FieldError]) -> Refusals:
    return refusals.worded([wording.word(error, None, place="") for error in errors])
