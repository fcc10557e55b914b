"""What the server says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.urls import resolve, reverse
from rest_framework.response import Response

from catalog.commands import Json
from catalog.models import Dirty
from catalog.registry import Document, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref
from syncapi.exchange import ApiRequest
from syncapi.shopware.names import NamedMapping, dashed
from syncapi.shopware.routing import ROUTES, Route
from syncapi.shopware.schema import ALL, RESOURCES, TEXTS, Arity, Resource, Translation, associations_of

VERSIONS: Final = {"v3": "6.3.5.4", "": "6.7.10.1"}  # whose behaviour the two families of paths have
_MOST_COUNTED: Final = 1000


def version(request: ApiRequest, route: Route) -> Response:
    return Response({"version": VERSIONS[route.family]})


def config(request: ApiRequest, route: Route) -> Response:
    version = VERSIONS[route.family]
    return Response({"version": version, "versionRevision": "", "adminWorker": {"enableAdminWorker": False},
                     "bundles": [], "settings": {"enableUrlFeature": False}})  # fmt: skip


def health(request: ApiRequest, route: Route) -> Response:
    return Response(status=200)


def queue(request: ApiRequest, route: Route) -> Response:
    """How many derivations wait, counted no further than a thousand."""
    waiting = Dirty.objects.filter(held=False)[:_MOST_COUNTED].count()
    return Response([{"name": "catalog.indexing", "size": waiting}] if waiting else [])


def message_stats(request: ApiRequest, route: Route) -> Response:
    waiting = Dirty.objects.filter(held=False)[:_MOST_COUNTED].count()
    return Response({"enabled": True, "stats": {"totalMessagesWaiting": waiting}})


def openapi(request: ApiRequest, route: Route) -> Response:
    """The document that describes this API in the form in which every API here is described."""
    described = resolve(reverse("openapi-shopware")).func(request._request)
    return Response(described.data)


def routes(request: ApiRequest, route: Route) -> Response:
    """Every route, those of entities for each of them."""
    found = [
        {"path": f"{route.prefix}/{path}", "methods": list(methods)}
        for pattern, methods in ROUTES.items()
        for path in _paths(pattern)
    ]
    return Response({"endpoints": found})


def _paths(pattern: str) -> list[str]:
    return [pattern.replace("{e}", dashed(name)) for name in RESOURCES] if "{e}" in pattern else [pattern]


def entity_schema(request: ApiRequest, route: Route) -> Response:
    return Response(
        {name: _described(resource) for name, resource in RESOURCES.items()}
        | {name: _rows(described) for name, described in ALL.items() if not isinstance(described, Resource)}
    )


def _rows(described: NamedMapping | Translation) -> dict[str, Json]:
    """A mapping, or the texts of an entity: two keys, and for texts what they may have."""
    properties: dict[str, Json] = {}
    if isinstance(described, Translation):
        sides = {described.owner_id: described.resource.name, "languageId": "language"}
        properties = {n: {"type": _type(field), "flags": []} for n, field in described.resource.translated.items()}
    else:
        sides = {side.relation: side.target for side in associations_of(described).values()}
    for name, entity in sides.items():
        properties[name] = {"type": "uuid", "flags": {"primary_key": True, "required": True}}
        properties[name.removesuffix("Id")] = _association("many_to_one", entity)
    return _framed(described.name, properties)


def _association(relation: str, entity: str) -> dict[str, Json]:
    return {"type": "association", "relation": relation, "entity": entity, "flags": []}


def _framed(name: str, properties: Mapping[str, Json]) -> dict[str, Json]:
    return {"entity": name, "properties": properties, "write-protected": False, "read-protected": False}


def _described(resource: Resource) -> dict[str, Json]:
    properties: dict[str, Json] = {"id": {"type": "uuid", "flags": {"primary_key": True, "required": True}}}
    for name, field in resource.fields.items():
        flags = {"required": True} if field.name in resource.named.required else {}
        flags |= {"translatable": True} if field.translated else {}
        properties[name] = {"type": _type(field), "flags": flags or []}
    for name in resource.protected:
        properties[name] = {"type": "json_object", "flags": {"write_protected": [[]]}}
    if resource.is_priced:
        required = {"required": True} if "prices_other" in resource.named.required else {}
        properties["price"] = {"type": "json_object", "flags": required or []}
    for name, association in resource.associations.items():
        properties[name] = _association(_RELATIONS[association.arity], association.target)
    if resource.spec.translated:
        properties[TEXTS] = _association("one_to_many", f"{resource.name}_translation")
    properties |= {name: {"type": "date", "flags": {"write_protected": [[]]}} for name in ("createdAt", "updatedAt")}
    return _framed(resource.name, properties)


_RELATIONS: Final = {
    Arity.ONE: "many_to_one",
    Arity.CHILDREN: "one_to_many",
    Arity.REVERSE: "one_to_many",
    Arity.LINKS: "many_to_many",
    Arity.BACKWARDS: "many_to_many",
}
_TYPES: Final[Mapping[type[FieldSpec], str]] = {
    Number: "float",
    Integer: "int",
    Flag: "boolean",
    Moment: "date",
    Identifier: "uuid",
    Ref: "uuid",
    Document: "json_object",
}


def _type(field: FieldSpec) -> str:
    return _TYPES.get(type(field), "string")
