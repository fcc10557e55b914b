"""Reading over the Admin API: lists, searches, single records and what they are associated with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db.models import Q
from rest_framework.response import Response

from catalog.commands import Json
from catalog.plans import plan
from syncapi.exchange import ApiRequest
from syncapi.shopware import (
    contexts,
    criteria,
    faults,
    parts,
    privileges,
    reading,
    rendering,
    searching,
    sources,
    textsearch,
    values,
)
from syncapi.shopware.aggregating import Sums
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.headers import Headers
from syncapi.shopware.reading import Eyes, Shown
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import ALL, RESOURCES, Anything, Association, Resource, Translation
from syncapi.shopware.searching import Search


def listing(request: ApiRequest, route: Route) -> Response:
    return _found(request, route, listed(route), criteria.of_query(_pairs(request)))


def search(request: ApiRequest, route: Route) -> Response:
    return _found(request, route, listed(route), criteria.of_body(request.data or None))


def search_ids(request: ApiRequest, route: Route) -> Response:
    return _ids(request, route, listed(route), criteria.of_body(request.data or None))


def detail(request: ApiRequest, route: Route) -> Response:
    return one(request, route, resource_of(route), id_of(route.path["id"]))


def nested(request: ApiRequest, route: Route) -> Response:
    target, within = below(request, route)
    return _found(request, route, target, criteria.of_query(_pairs(request)), within=within)


def search_nested(request: ApiRequest, route: Route) -> Response:
    target, within = below(request, route)
    return _found(request, route, target, criteria.of_body(request.data or None), within=within)


def search_ids_nested(request: ApiRequest, route: Route) -> Response:
    target, within = below(request, route)
    return _ids(request, route, target, criteria.of_body(request.data or None), within=within)


def one(request: ApiRequest, route: Route, resource: Resource, id: UUID) -> Response:
    """Raises FaultyError: 404."""
    asked = asked_of(request, resource)
    records = reading.read(resource, [id], asked, _eyes(request, route))
    if not records:
        raise FaultyError(faults.no_resource(resource.name, id.hex))
    if is_flat(request):
        return Response({"data": rendering.flat(records[0], asked)})
    address = request.build_absolute_uri()
    document = rendering.resource_document(resource, records[0], asked, base=base(request, route), address=address)
    return Response(document, content_type=rendering.JSON_API)


def asked_of(request: ApiRequest, resource: Resource) -> Criteria:
    """How a record is to be shown. Raises FaultyError for whatever would keep it from being so."""
    asked = parts.expand(criteria.of_query(_pairs(request)), resource)
    privileges.demand_reading(resource, asked, by=request.caller)
    reading.check(resource, asked)
    return asked


def listed(route: Route) -> Anything:
    """What has a list: records, rows of mappings, texts."""
    return ALL[route.entity]


def resource_of(route: Route) -> Resource:
    """Raises FaultyError for what has no records of its own, such as a mapping."""
    resource = RESOURCES.get(route.entity)
    if resource is None:
        raise route.absent
    return resource


def id_of(text: str) -> UUID:
    """Raises FaultyError."""
    if not values.is_id(text):
        raise FaultyError(faults.invalid_id(text[:100]))
    return UUID(text)


def association_of(resource: Resource, name: str, route: Route) -> Association:
    """By its name in the path, with dashes or without. Raises FaultyError: 404."""
    first, *rest = name.split("-")
    spelled = first + "".join(part[:1].upper() + part[1:] for part in rest)
    if spelled not in resource.associations:
        raise route.absent
    return resource.associations[spelled]


def below(request: ApiRequest, route: Route) -> tuple[Resource, Q]:
    """What `/{e}/{id}/{association}[/{id}/{association}...]` names: the records, and the condition of the way."""
    resource, owner, rest = resource_of(route), id_of(route.path["id"]), route.rest
    privileges.demand(resource.name, ["view"], by=request.caller)
    while len(rest) > 2:
        resource, owner, rest = RESOURCES[association_of(resource, rest[0], route).target], id_of(rest[1]), rest[2:]
    association = association_of(resource, rest[0], route)
    target = RESOURCES[association.target]
    within = _belonging(resource, association, owner)
    return target, within & Q(pk=id_of(rest[1])) if len(rest) == 2 else within


def _belonging(resource: Resource, association: Association, owner: UUID) -> Q:
    model = plan(resource.spec.name).model
    if not model._default_manager.filter(pk=owner).exists():
        raise FaultyError(faults.no_resource(resource.name, owner.hex))
    rows, mine, other = reading.linking(resource, association, RESOURCES[association.target])
    return Q(pk__in=rows.filter(**{mine: owner}).values(other))


def _found(
    request: ApiRequest, route: Route, described: Anything, asked: Criteria, *, within: Q | None = None
) -> Response:
    asked = parts.expand(asked, described)
    privileges.demand_reading(described, asked, by=request.caller)
    eyes = _eyes(request, route)
    if isinstance(described, Translation):
        texts = textsearch.find(described, asked)
        rows = textsearch.read(described, texts.keys)
        reading.show_sides(described, rows, asked, eyes)
        return _answered(request, route, described, asked, rows, texts.total, {})
    search = Search(source=sources.of(described.name), criteria=asked, languages=eyes.languages, within=within)
    found = searching.find(search)
    sums = Sums(search=search, show=partial(_shown, asked=asked, eyes=eyes)).all()
    if isinstance(described, Resource):
        records = reading.read(described, found.keys, asked, eyes)
    else:
        records = reading.read_links(described, found.keys, asked, eyes)
    return _answered(request, route, described, asked, records, found.total, sums)


def _answered(
    request: ApiRequest,
    route: Route,
    described: Anything,
    asked: Criteria,
    records: Sequence[Shown],
    total: int,
    sums: Json,
) -> Response:
    if is_flat(request):
        return Response(rendering.flat_list(records, asked, total=total, aggregations=sums))
    pages = rendering.page_links(request.build_absolute_uri(request.path), _pairs(request), asked, total=total)
    document = rendering.resource_list(
        described,
        records,
        asked,
        base=base(request, route),
        links={**pages, "self": request.build_absolute_uri()},
        total=total,
        aggregations=sums,
    )
    return Response(document, content_type=rendering.JSON_API)


def _shown(entity: str, ids: Sequence[UUID], *, asked: Criteria, eyes: Eyes) -> Json:
    records = reading.read(RESOURCES[entity], ids, Criteria(), eyes)
    return [rendering.flat(record, asked) for record in records]


def _ids(
    request: ApiRequest,
    route: Route,
    described: Anything,
    asked: Criteria,
    *,
    within: Q | None = None,
) -> Response:
    """The ids; of mappings and texts the keys of their rows."""
    privileges.demand_reading(described, asked, by=request.caller)
    if isinstance(described, Translation):
        texts = textsearch.find(described, asked)
        pairs = [{described.owner_id: owner.hex, "languageId": language.hex} for owner, language in texts.keys]
        return Response({"total": texts.total, "data": pairs})
    languages = _eyes(request, route).languages
    source = sources.of(described.name)
    found = searching.find(Search(source=source, criteria=asked, languages=languages, within=within))
    if isinstance(described, Resource):
        return Response({"total": found.total, "data": [id.hex for id in found.keys]})
    keys = [{described.owner_id: owner.hex, described.target_id: target.hex} for owner, target in found.keys]
    return Response({"total": found.total, "data": keys})


def is_flat(request: ApiRequest) -> bool:
    """Whoever names application/json gets it; everybody else gets JSON:API, as upstream does."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.META.get("HTTP_ACCEPT", "").split(",")]
    return rendering.FLAT in accepted and rendering.JSON_API not in accepted


def base(request: ApiRequest, route: Route) -> str:
    return request.build_absolute_uri(route.prefix)


def _eyes(request: ApiRequest, route: Route) -> Eyes:
    headers = Headers(meta=request.META, family=route.family)
    return Eyes.of(contexts.spoken(headers), inherits=headers.inherits, site=request.build_absolute_uri("/"))


def _pairs(request: ApiRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, given in request.query_params.lists() for value in given]
