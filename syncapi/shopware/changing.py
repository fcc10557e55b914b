"""Writing over the Admin API: one record at a time, each of them an operation of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from rest_framework.response import Response

from asyncops.submissions import Submission
from catalog.commands import Command, Json, Policy
from catalog.outcomes import ErrorCode, Outcome
from catalog.rights import Action
from syncapi import preferences
from syncapi.exchange import ApiRequest
from syncapi.shopware import (
    answers,
    contexts,
    documents,
    errors,
    exploring,
    faults,
    privileges,
    rendering,
    sources,
    syncing,
    variants,
    wording,
    words,
)
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.headers import Headers
from syncapi.shopware.names import dashed
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import MAPPING_OF, RESOURCES, Arity, Association, Resource

_ONE_BY_ONE = (
    "Only single write operations are supported. Please send the entities one by one or use the /sync api endpoint."
)
_ABSENT = (ErrorCode.MISSING, ErrorCode.REFERENCE)
_TYPES = frozenset({"", rendering.FLAT, rendering.JSON_API})


def create(request: ApiRequest, route: Route) -> Response:
    resource = exploring.resource_of(route)
    _demand(request, resource, "add", shown=resource)
    outcome = write(request, route, resource, item_of(resource.name, "create", _record(request)))
    assert outcome.id is not None, "a record that was written has an id"
    return written(request, route, resource, outcome.id)


def update(request: ApiRequest, route: Route) -> Response:
    resource, id = exploring.resource_of(route), exploring.id_of(route.path["id"])
    _demand(request, resource, "change", shown=resource)
    write(request, route, resource, item_of(resource.name, "update", {**_record(request), "id": id.hex}))
    return written(request, route, resource, id)


def delete(request: ApiRequest, route: Route) -> Response:
    resource, id = exploring.resource_of(route), exploring.id_of(route.path["id"])
    privileges.demand(resource.name, ["delete"], by=request.caller)
    write(request, route, resource, item_of(resource.name, "delete", {"id": id.hex}))
    return Response(status=204)


def create_nested(request: ApiRequest, route: Route) -> Response:
    """A record that belongs to another, or is linked to it: an update of that one."""
    resource, owner, association, _ = _way(route)
    target = RESOURCES[association.target]
    _demand(request, resource, "change", shown=target)
    record = _record(request)
    record.setdefault("id", contexts.new_id())
    value: Json = [record] if association.is_list else record
    item = item_of(resource.name, "update", {"id": owner.hex, association.name: value})
    write(request, route, resource, item, below=f"/{association.name}" + ("/0" if association.is_list else ""))
    return written(request, route, target, exploring.id_of(str(record["id"])))


def update_nested(request: ApiRequest, route: Route) -> Response:
    _, _, association, child = _way(route, with_child=True)
    target = RESOURCES[association.target]
    _demand(request, target, "change", shown=target)
    _, within = exploring.below(request, route)
    if not sources.of(target.name).model._default_manager.filter(within).exists():
        raise FaultyError(faults.no_resource(target.name, child.hex))
    write(request, route, target, item_of(target.name, "update", {**_record(request), "id": child.hex}))
    return written(request, route, target, child)


def delete_nested(request: ApiRequest, route: Route) -> Response:
    """Ends a link, or the record that belongs to the other."""
    resource, owner, association, child = _way(route, with_child=True)
    target = RESOURCES[association.target]
    match association.arity:
        case Arity.LINKS:
            item = _unlinking(resource, association, owner, child)
        case Arity.BACKWARDS:
            item = _unlinking(target, association, child, owner)
        case Arity.ONE:
            item = item_of(resource.name, "update", {"id": owner.hex, f"{association.name}Id": None})
        case _:
            item = item_of(target.name, "delete", {"id": child.hex})
    action = "delete" if item["action"] == "delete" and item["entity"] in RESOURCES else "change"
    privileges.demand(item["entity"], [action], by=request.caller)  # type: ignore[list-item]
    write(request, route, resource, item)
    return Response(status=204)


def _demand(request: ApiRequest, resource: Resource, action: Action, *, shown: Resource) -> None:
    """Before anything is written: also all that may keep the record from being shown, when that is to be the answer."""
    privileges.demand(resource.name, [action], by=request.caller)
    if request.query_params.get("_response"):
        exploring.asked_of(request, shown)


def _unlinking(owner: Resource, association: Association, owner_id: UUID, target_id: UUID) -> dict[str, Json]:
    mapping = MAPPING_OF[owner.spec.name, association.relation]
    return item_of(mapping.name, "delete", {mapping.owner_id: owner_id.hex, mapping.target_id: target_id.hex})


def _way(route: Route, *, with_child: bool = False) -> tuple[Resource, UUID, Association, UUID]:
    """The record before the last association of a path, that association, and the record behind it."""
    resource, owner, rest = exploring.resource_of(route), exploring.id_of(route.path["id"]), route.rest
    while len(rest) > 2:
        association = exploring.association_of(resource, rest[0], route)
        resource, owner, rest = RESOURCES[association.target], exploring.id_of(rest[1]), rest[2:]
    if (len(rest) == 2) is not with_child:
        raise route.absent
    child = exploring.id_of(rest[1]) if with_child else owner
    return resource, owner, exploring.association_of(resource, rest[0], route), child


def _record(request: ApiRequest) -> dict[str, Json]:
    """Raises FaultyError."""
    media = (request.content_type or "").partition(";")[0].strip().lower()
    if media not in _TYPES:
        detail = f'The Content-Type "{media[:100]}" is unsupported.'
        raise FaultyError(Fault(code="0", status=415, title="Unsupported Media Type", detail=detail))
    data = request.data if request.body_read else {}
    if media == rendering.JSON_API and request.body_read:
        data = documents.record(data)
    if isinstance(data, list) and data:
        raise FaultyError(Fault(code="0", detail=_ONE_BY_ONE))
    if data not in ({}, []) and not isinstance(data, dict):
        raise FaultyError(faults.malformed_body())
    return dict(data) if isinstance(data, dict) else {}


def item_of(entity: str, action: str, payload: Mapping[str, Json]) -> dict[str, Json]:
    return {"operation": "0", "entity": entity, "action": action, "index": 0, "payload": payload}


def write(
    request: ApiRequest, route: Route, resource: Resource, item: Mapping[str, Json], *, below: str = ""
) -> Outcome:
    """Raises FaultyError, RespondAsync."""
    headers = Headers(meta=request.META, family=route.family)
    context = contexts.writing(headers) | {"must_exist": True}
    submission = Submission(
        dialect="shopware",
        kind=f"{request.method} {route.prefix}/{dashed(item['entity'])}",
        entity=resource.spec.name,
        items=variants.marked([item]),
        context=context,
        policy=Policy.ALL,
        lenient=True,
        indexing=headers.indexing,
        withheld=syncing.withheld(headers),
    )
    performed = preferences.perform(request, submission)
    [outcome] = performed.outcomes
    if outcome.errors:
        raise _refusal(outcome, performed.understood[0], item, bool(context.get("language")), below)
    return outcome


def _refusal(
    outcome: Outcome, command: Command | Outcome, item: Mapping[str, Json], other_language: bool, below: str
) -> FaultyError:
    """The pointers of one record are /0/<property>, also where it was written as a part of another."""
    if missing := answers.missing_privileges([outcome]):
        return FaultyError(errors.forbidden(missing))
    record = words.Record(entity=item["entity"], payload=item["payload"], place="/0", other_language=other_language)
    if item["action"] == "delete" and any(error.code in _ABSENT for error in outcome.errors):
        return FaultyError(faults.no_row(item["entity"], item["payload"]))
    told = wording.errors(outcome.errors, record)
    for entry in told:
        if below and "source" in entry:
            entry["source"]["pointer"] = entry["source"]["pointer"].replace(f"/0{below}", "/0", 1)
    return wording.Refused(told)


def written(request: ApiRequest, route: Route, resource: Resource, id: UUID) -> Response:
    """204 and where it is, or the record when the client asked for it."""
    if request.query_params.get("_response"):
        return exploring.one(request, route, resource, id)
    location = f"{exploring.base(request, route)}/{dashed(resource.name)}/{id.hex}"
    return Response(status=204, headers={"Location": location})
