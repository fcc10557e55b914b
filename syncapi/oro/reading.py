"""Calls that read: lists, single resources, what they are related to (contract 1, 16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.response import Response

from catalog.commands import Json
from catalog.rights import Rights
from syncapi.exchange import ApiRequest
from syncapi.oro import loading, paging, queries, records, selecting
from syncapi.oro.kinds import Relation, Resource, Way
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
    query = queries.of_list(parameters(request), route.resource, external=is_external(request))
    may_show(request, route.resource, query)
    found = _fitting(request, route.resource, query)
    column = selecting.id_column(route.resource, external=is_external(request))
    rows = selecting.ordered(found, query.order, column=column)
    return _page(request, route.resource, rows.values_list("pk", flat=True), query, places, url=places.of(route.type))


def _fitting(request: ApiRequest, resource: Resource, query: Query) -> selecting.Records:
    found = selecting.visible(resource, organization=request.caller.user.organization_id)
    return selecting.fitting(found, query.conditions, resource, external=is_external(request))


def _page(
    request: ApiRequest, resource: Resource, rows: QuerySet[Any, Any], query: Query, places: Places, *, url: str
) -> Response:
    """`rows`: the ids of the records."""
    page, ids, more = _cut(rows, query)
    view = lens(request, places, query)
    shown = loading.show(resource, ids, view, asked=query.included_relations)
    body: dict[str, Json] = {"data": shown}
    if places.hateoas:
        body["links"] = _links(request, page, url, more=more)
    return Response(_with_included(body, resource, shown, view, request), headers=_counted(request, rows))


def _cut(rows: QuerySet[Any, Any], query: Query) -> tuple[Page, list[Any], bool]:
    """What stands on the page, and whether more follows."""
    page = query.page.within(settings.ORO_PAGE_RECORDS)
    found = list(rows[page.first : page.first + page.size + 1]) if page.size else []
    return page, found[: page.size], len(found) > page.size


def _counted(request: ApiRequest, rows: QuerySet[Any, Any]) -> dict[str, str]:
    return {"X-Include-Total-Count": str(rows.count())} if wants(request, "totalCount") else {}


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
    """Linkage alone; of many records a page."""
    may_view(request, route.resource)
    assert route.relation is not None, "the route has one"
    if route.relation.many:
        return _linkage_page(request, route, route.relation, places)
    queries.nothing(parameters(request))
    body: dict[str, Json] = {"data": linkage(request, route, places)}
    if places.hateoas:
        body["links"] = _relationship_links(route, route.relation, places)
    return Response(body)


def _linkage_page(request: ApiRequest, route: Route, relation: Relation, places: Places) -> Response:
    """Whoever asks for some of the records, or for an order, must be allowed to view them."""
    query = queries.of_linkage(parameters(request), RESOURCES[relation.type], external=is_external(request))
    if query.conditions or query.order:
        may_view(request, RESOURCES[relation.type])
        may_show(request, RESOURCES[relation.type], query)
    rows = _leading(request, route, relation, query, shown=True)
    page, ids, more = _cut(rows, query)
    body: dict[str, Json] = {"data": [loading.identifier(relation.type, id) for id in ids]}
    if places.hateoas:
        links = _relationship_links(route, relation, places)
        body["links"] = {**links, **_links(request, page, links["self"], more=more)}
    return Response(body, headers=_counted(request, rows))


def _leading(request: ApiRequest, route: Route, relation: Relation, query: Query, *, shown: bool) -> QuerySet[Any, Any]:
    """Those of a to-many relation that fit, in order: as ids that are shown, or as the records' own."""
    target = RESOURCES[relation.type]
    owner = find(request, route.resource, route.id)
    among = _fitting(request, target, query)
    rows, prefix, usually = selecting.leading(relation, route.resource, owner, among=among)
    column = selecting.id_column(target, external=is_external(request))
    rows = selecting.ordered(rows, query.order, column=column, prefix=prefix, usually=usually)
    return rows.values_list(prefix + (column if shown else "pk"), flat=True)


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
    query = queries.of_list(parameters(request), target, external=is_external(request))
    may_show(request, target, query)
    rows = _leading(request, route, relation, query, shown=False)
    return _page(request, target, rows, query, places, url=places.of(route.type, route.id, relation.name))


def _relationship_links(route: Route, relation: Relation, places: Places) -> dict[str, str]:
    return {
        "self": places.of(route.type, route.id, "relationships", relation.name),
        "related": places.of(route.type, route.id, relation.name),
    }


def is_reverse(route: Route) -> bool:
    return route.relation is not None and route.relation.way is Way.REVERSE
