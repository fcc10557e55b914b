"""What the server says about itself, and the index actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rest_framework.response import Response

from asyncops import doorbell
from catalog import indexing
from catalog.commands import Json
from catalog.models import Dirty
from catalog.registry import Document, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref
from syncapi.exchange import ApiRequest
from syncapi.shopware import faults, privileges, values
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import RESOURCES, Arity, Resource

VERSIONS: Final = {"v3": "6.3.5.4", "": "6.7.10.1"}  # whose behaviour the two families of paths have
_INDEXERS: Final = {"product.indexer": "product", "category.indexer": "category"}
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


def entity_schema(request: ApiRequest, route: Route) -> Response:
    return Response({name: _described(resource) for name, resource in RESOURCES.items()})


def index(request: ApiRequest, route: Route) -> Response:
    """What was held back follows, and everything else is compared with what it should be, in the background."""
    _may_index(request)
    indexing.release()
    doorbell.ring()
    return Response(status=204)


def full_index(request: ApiRequest, route: Route) -> Response:
    index(request, route)
    return Response({})


def indexing_step(request: ApiRequest, route: Route) -> Response:
    """One indexer, at once. Its offset is a client's matter: everything that was held back is done in one step."""
    _may_index(request)
    if not isinstance(request.data, dict) or "offset" not in request.data:
        raise FaultyError(faults.missing_parameter("offset"))
    if entity := _INDEXERS.get(route.path["indexer"]):
        indexing.release(entity)
        indexing.drain()
    return Response({"finish": True})


def index_products(request: ApiRequest, route: Route) -> Response:
    _may_index(request)
    ids = request.data.get("ids") if isinstance(request.data, dict) else None
    if not isinstance(ids, list) or not all(values.is_id(id) for id in ids):
        raise FaultyError(faults.missing_parameter("ids"))
    indexing.release("product")
    doorbell.ring()
    return Response(status=204)


def _may_index(request: ApiRequest) -> None:
    privileges.demand("product", ["change"], by=request.caller)


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
        properties[name] = {
            "type": "association",
            "relation": _RELATIONS[association.arity],
            "entity": association.target,
            "flags": [],
        }
    properties |= {name: {"type": "date", "flags": {"write_protected": [[]]}} for name in ("createdAt", "updatedAt")}
    return {"entity": resource.name, "properties": properties, "write-protected": False, "read-protected": False}


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
