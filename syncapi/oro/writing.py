"""Calls that write single records and relationships, in the request (contract 16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.conf import settings
from rest_framework.response import Response

from asyncops.intake import ItemsRefused
from asyncops.submissions import Submission
from catalog.commands import Change, Json, Policy
from catalog.outcomes import FieldError, NotUnderstoodError, Outcome, OutcomeKind
from syncapi import preferences
from syncapi.exchange import ApiRequest
from syncapi.oro import actions, bodies, lists, queries, reading, refusals, selecting, wording
from syncapi.oro.actions import Verb
from syncapi.oro.kinds import Resource
from syncapi.oro.places import Places
from syncapi.oro.queries import Query
from syncapi.oro.refusals import BadFilter, NoSuchEntity, ValueRefused
from syncapi.oro.routes import Route
from syncapi.oro.trying import tried
from syncapi.oro.wording import Wording

MOST_DELETED: Final = 100  # by one DELETE of a list
_NO_ID: Final = "The upsert operation is not supported for resources with auto-generated identifier value."
_ONLY_ID: Final = "Only the entity identifier can be used by the upsert operation to find an entity."


def create(request: ApiRequest, route: Route, places: Places) -> Response:
    """201 with the new record, 200 when an upsert found one. What cannot be shown as it is asked for is not written."""
    query = _shown_by(request, route)
    document = bodies.decode(request.body_read, max_depth=settings.MAX_JSON_DEPTH)
    record = bodies.primary(document)
    bodies.check_type(record, route.type)
    made = bodies.item(document, record)
    asked = _flag(record, route.resource)
    if asked is Verb.UPDATE:
        raise refusals.worded([wording.word(actions.not_supported(asked), route.resource, place="/data")])
    if asked is Verb.VALIDATE:
        return _validated(request, route, places, made, query, status=201)
    return _answer(request, route.resource, _run(request, route, made), places, query)


def update(request: ApiRequest, route: Route, places: Places) -> Response:
    """200 with the record; 201 when an upsert made it. Only what was sent changes."""
    query = _shown_by(request, route)
    document = bodies.decode(request.body_read, max_depth=settings.MAX_JSON_DEPTH)
    record = bodies.primary(document)
    bodies.check_type(record, route.type)
    bodies.check_id(record, route.id)
    asked = _flag(record, route.resource)
    if asked is Verb.UPSERT:
        _check_upsert(record["meta"]["upsert"], route.resource, external=reading.is_external(request))
    else:
        reading.find(request, route.resource, route.id)
    made = bodies.item(document, {**record, "meta": {"upsert" if asked is Verb.UPSERT else "update": True}})
    if asked is Verb.VALIDATE:
        return _validated(request, route, places, made, query, status=200)
    return _answer(request, route.resource, _run(request, route, made), places, query)


def _shown_by(request: ApiRequest, route: Route) -> Query:
    """How the record is to be shown. Raises BadFilter, AccessDenied."""
    query = queries.of_one(reading.parameters(request), route.resource)
    reading.may_show(request, route.resource, query)
    return query


def delete(request: ApiRequest, route: Route, places: Places) -> Response:
    reading.find(request, route.resource, route.id)
    _perform(request, route, [{"id": route.id}], kind="delete", place="")
    return _gone(request)


def delete_list(request: ApiRequest, route: Route, places: Places) -> Response:
    """By filter, a hundred at most; what else the query holds is an error, and so is no filter at all."""
    resource = route.resource
    external = reading.is_external(request)
    conditions = queries.conditions(reading.parameters(request), resource, external=external)
    if not conditions:
        raise BadFilter("At least one filter must be provided.")
    reading.may_show(request, resource, Query(conditions=conditions))
    column = selecting.id_column(resource, external=external)
    found = selecting.visible(resource, organization=request.caller.user.organization_id)
    fitting = selecting.fitting(found, conditions, resource, external=external).order_by("number")
    ids = [str(id) for id in fitting.values_list(column, flat=True)[:MOST_DELETED]]
    if ids:
        _perform(request, route, [{"id": id} for id in ids], kind="delete", place="")
    response = _gone(request)
    if reading.wants(request, "deletedCount"):
        response.headers["X-Include-Deleted-Count"] = str(len(ids))
    return response


def relate(request: ApiRequest, route: Route, places: Places, change: Change) -> Response:
    """204. The linkage is replaced, added to, or taken from."""
    relation = route.relation
    assert relation is not None, "the route has one"
    document = bodies.decode(request.body_read, max_depth=settings.MAX_JSON_DEPTH)
    data = bodies.linkage(document, many=relation.many)
    reading.find(request, route.resource, route.id)
    common = {"id": route.id, "relation": relation.name}
    if reading.is_reverse(route):
        items = [common | item for item in _of_the_others(request, route, places, data, change)]
    else:
        items = [{**common, "change": change, "data": data, "path": "/data"}]
    if items:
        _change(request, route, items)
    return Response(status=204)


def _change(request: ApiRequest, route: Route, items: Sequence[Mapping[str, Json]]) -> None:
    """Raises Refusals, each error at its place in the linkage."""
    try:
        _, outcomes = preferences.run_now(request, submission(request, route, items, kind="relationship", place=""))
        errors: Mapping[int, Sequence[FieldError]] = {n: outcome.errors for n, outcome in enumerate(outcomes)}
    except ItemsRefused as refusal:
        errors = refusal.errors
    _refuse([wording.in_linkage(e, place=items[index]["path"]) for index, found in errors.items() for e in found])


def _of_the_others(
    request: ApiRequest, route: Route, places: Places, data: Sequence[Json], change: Change
) -> Iterator[dict[str, Json]]:
    """A change of each record whose mapping table it is; replacing also takes the link from those not named."""
    added = Change.ADD if change is Change.REPLACE else change
    for position, target in enumerate(data):
        yield {"target": target, "change": added, "path": f"/data/{position}"}
    if change is Change.REPLACE:
        kept = {str(target.get("id")) for target in data if isinstance(target, dict)}
        for other in reading.linkage(request, route, places):
            if other["id"] not in kept:
                yield {"target": other, "change": Change.REMOVE, "path": "/data"}


def _run(request: ApiRequest, route: Route, item: Json) -> Outcome:
    return _perform(request, route, [item], kind="one", place="/data")[0]


def _perform(request: ApiRequest, route: Route, items: Sequence[Json], *, kind: str, place: str) -> Sequence[Outcome]:
    """Raises Refusals with every error, and then nothing is written."""
    _, outcomes = preferences.run_now(request, submission(request, route, items, kind=kind, place=place))
    refuse_if_wrong(outcomes, route.resource, place)
    return outcomes


def refuse_if_wrong(outcomes: Sequence[Outcome], resource: Resource, place: str) -> None:
    errors = [(index, outcome.errors) for index, outcome in enumerate(outcomes)]
    _refuse(wording.of_items(errors, resource, place=place))


def _refuse(worded: Sequence[Wording]) -> None:
    if worded:
        raise refusals.worded(worded)


def submission(request: ApiRequest, route: Route, items: Sequence[Json], *, kind: str, place: str) -> Submission:
    return Submission(
        dialect="oro",
        kind=kind,
        entity=route.resource.entity,
        items=items,
        context={**lists.request_context(request, route.type), "type": route.type, "place": place},
        policy=Policy.ALL,
    )


def _answer(request: ApiRequest, resource: Resource, outcome: Outcome, places: Places, query: Query) -> Response:
    if outcome.id is None:
        raise NoSuchEntity
    body = reading.one(request, resource, outcome.id, places, query)
    if outcome.kind is not OutcomeKind.CREATED:
        return Response(body)
    return Response(body, status=201, headers={"Location": places.of(resource.type, body["data"]["id"])})


def _gone(request: ApiRequest) -> Response:
    """204; a document for those who ask for one, since some clients read a body whatever the status."""
    if "return=representation" in request.META.get("HTTP_PREFER", "").replace(" ", ""):
        return Response({"meta": {}}, headers={"Preference-Applied": "return=representation"})
    return Response(status=204)


def _flag(record: Mapping[str, Json], resource: Resource) -> Verb:
    """Raises Refusals."""
    try:
        return actions.flag(record)
    except NotUnderstoodError as reason:
        raise refusals.worded([wording.word(error, resource, place="/data") for error in reason.errors]) from None


def _check_upsert(asked: Json, resource: Resource, *, external: bool) -> None:
    """Of the record that the URL names. Raises ValueRefused."""
    if asked not in (True, ["id"]):
        raise ValueRefused(_ONLY_ID, pointer="/meta/upsert")
    if not (external and resource.external):
        raise ValueRefused(_NO_ID, pointer="/meta/upsert")


def _validated(request: ApiRequest, route: Route, places: Places, item: Json, query: Query, *, status: int) -> Response:
    """As if it were written, and it is not: the answer is made before all of it is undone."""
    wanted = submission(request, route, [actions.without_flag(item, Verb.VALIDATE)], kind="one", place="/data")
    with tried(request, wanted) as outcomes:
        refuse_if_wrong(outcomes, route.resource, "/data")
        id: UUID | None = outcomes[0].id
        assert id is not None, "a record that is written has an id"
        return Response(reading.one(request, route.resource, id, places, query), status=status)
