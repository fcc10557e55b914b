"""Calls that read: lists, single resources, what they are related to (contract 1, 16)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from rest_framework.response import Response

from catalog.commands import Json
from catalog.rights import Rights
from syncapi.exchange import ApiRequest
from syncapi.oro import loading, paging, queries, records, selecting
from syncapi.oro.kinds import Resource, Way
from syncapi.oro.loading import Lens
from syncapi.oro.names import RESOURCES
from syncapi.oro.paging import Page
from syncapi.oro.places import Places
from syncapi.oro.queries import Parameters, Query
from syncapi.oro.refusals import AccessDenied, NoSuchEntity
from syncapi.oro.routes import Route


def parameters(request: ApiRequest) -> Parameters:
    return dict(request.query_params.lists())


def is_external(request: ApiRequest) -> bool:
    return request.headers.get("X-Integration-Type", "").strip().lower() == "ext_id"


def wants(request: ApiRequest, name: str) -> bool:
    """Whether `X-Include` asks for this."""
    return name in [word.strip() for word in request.headers.get("X-Include", "").replace(",", ";").split(";")]


def lens(request: ApiRequest, places: Places, query: Query) -> Lens:
    return Lens(query=query, places=places, external=is_external(request))


def may_view(request: ApiRequest, resource: Resource) -> None:
    """Raises AccessDenied."""
    rights: Rights = request.caller.rights
    if not rights.allow("view", resource.entity):
        raise AccessDenied("No access to this type of entities.")


def may_show(request: ApiRequest, resource: Resource, query: Query) -> None:
    """What the query touches beside the type itself. Raises AccessDenied."""
    for touched in query.touched(resource):
        may_view(request, touched)


def find(request: ApiRequest, resource: Resource, id: str) -> UUID:
    """Raises NoSuchEntity, and AccessDenied for what is another organization's."""
    key = records.key_of(resource, id, external=is_external(request))
    if key is None:
        raise NoSuchEntity
    named = selecting.named(resource, key)
    found = selecting.visible(resource, organization=request.caller.user.organization_id, among=named)
    if (pk := found.values_list("pk", flat=True).first()) is not None:
        return UUID(str(pk))
    if named.exists():
        raise AccessDenied("No access to the entity.")
    raise NoSuchEntity


def one(request: ApiRequest, resource: Resource, id: UUID, places: Places, query: Query) -> Json:
    """The document of one resource."""
    view = lens(request, places, query)
    shown = loading.show(resource, [id], view, asked=query.included_relations)
    if not shown:
        raise NoSuchEntity
    return _with_included({"data": shown[0]}, resource, shown, view, request)


def item(request: ApiRequest, route: Route, places: Places) -> Response:
    may_view(request, route.resource)
    query = queries.of_one(parameters(request), route.resource)
    may_show(request, route.resource, query)
    id = find(request, route.resource, route.id)
    return Response(one(request, route.resource, id, places, query))


def listing(request: ApiRequest, route: Route, places: Places) -> Response:
    may_view(request, route.resource)
    query = queries.of_list(parameters(request), route.resource)
    may_show(request, route.resource, query)
    records = selecting.visible(route.resource, organization=request.caller.user.organization_id)
    return _page(request, route.resource, records, query, places, url=places.of(route.type))


def _page(
    request: ApiRequest, resource: Resource, found: selecting.Records, query: Query, places: Places, *, url: str
) -> Response:
    external = is_external(request)
    found = selecting.fitting(found, query.conditions, resource, external=external)
    column = selecting.id_column(resource, external=external)
    page = query.page.within(settings.ORO_PAGE_RECORDS)
    rows = selecting.ordered(found, query.order, column=column).values_list("pk", flat=True)
    ids = list(rows[page.first : page.first + page.size + 1]) if page.size else []
    view = lens(request, places, query)
    shown = loading.show(resource, ids[: page.size], view, asked=query.included_relations)
    body: dict[str, Json] = {"data": shown}
    if places.hateoas:
        body["links"] = _links(request, page, url, more=len(ids) > page.size)
    headers = {"X-Include-Total-Count": str(found.count())} if wants(request, "totalCount") else {}
    return Response(_with_included(body, resource, shown, view, request), headers=headers)


def _links(request: ApiRequest, page: Page, url: str, *, more: bool) -> Mapping[str, str]:
    own = {name: ",".join(values) for name, values in parameters(request).items()}
    asked = {name: value for name, value in own.items() if name not in {paging.SIZE, paging.NUMBER}}
    return paging.links(url, asked, page, more=more, own=own)


def _with_included(
    body: dict[str, Json], resource: Resource, shown: list[Json], view: Lens, request: ApiRequest
) -> dict[str, Json]:
    if view.query.included:
        organization = request.caller.user.organization_id
        body["included"] = loading.include(resource, shown, view, organization=organization)
    return body


def relationship(request: ApiRequest, route: Route, places: Places) -> Response:
    """Linkage alone."""
    may_view(request, route.resource)
    data = linkage(request, route, places)
    body: dict[str, Json] = {"data": data}
    if places.hateoas:
        body["links"] = _relationship_links(route, places)
    return Response(body)


def linkage(request: ApiRequest, route: Route, places: Places) -> Json:
    assert route.relation is not None, "the route has one"
    id, name = find(request, route.resource, route.id), route.relation.name
    query = Query(fields={route.type: frozenset({name})})
    shown = loading.show(route.resource, [id], lens(request, places, query), asked=frozenset({name}))
    return shown[0]["relationships"][name]["data"] if shown else None


def related(request: ApiRequest, route: Route, places: Places) -> Response:
    """The resources at the other end; of a to-one relation without one, null."""
    relation = route.relation
    assert relation is not None, "the route has one"
    target = RESOURCES[relation.type]
    may_view(request, route.resource)
    may_view(request, target)
    if relation.many:
        return _related_page(request, route, places)
    query = queries.of_one(parameters(request), target)
    may_show(request, target, query)
    linked = linkage(request, route, places)
    if linked is None:
        return Response({"data": None})
    return Response(one(request, target, find(request, target, linked["id"]), places, query))


def _related_page(request: ApiRequest, route: Route, places: Places) -> Response:
    relation = route.relation
    assert relation is not None, "the route has one"
    target = RESOURCES[relation.type]
    query = queries.of_list(parameters(request), target)
    may_show(request, target, query)
    id = find(request, route.resource, route.id)
    model, owner, other = selecting.joining(relation, route.resource)
    column = f"{other}_id" if other else "pk"
    rows = model._default_manager.filter(**{owner: id}).values(column)
    found = selecting.visible(target, organization=request.caller.user.organization_id).filter(pk__in=rows)
    return _page(request, target, found, query, places, url=places.of(route.type, route.id, relation.name))


def _relationship_links(route: Route, places: Places) -> dict[str, str]:
    assert route.relation is not None, "the route has one"
    name = route.relation.name
    return {
        "self": places.of(route.type, route.id, "relationships", name),
        "related": places.of(route.type, route.id, name),
    }


def is_reverse(route: Route) -> bool:
    return route.relation is not None and route.relation.way is Way.REVERSE
