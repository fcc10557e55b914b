"""Every entity as Shopware's administration describes it: its clients learn here what to write and what to delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rest_framework.response import Response

from catalog.commands import Json
from catalog.registry import Document, FieldSpec, Flag, Identifier, Integer, Moment, Number, Ref
from syncapi.exchange import ApiRequest
from syncapi.shopware.names import BACKWARDS, NamedMapping
from syncapi.shopware.routing import Route
from syncapi.shopware.schema import (
    ALL,
    MAPPING_OF,
    RESOURCES,
    TEXTS,
    TRANSLATIONS,
    Arity,
    Association,
    Resource,
    Translation,
    associations_of,
)

_GOES_ALONG: Final = {"cascade_delete": True}


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
        properties[name.removesuffix("Id")] = _one(name, entity)
    return _framed(described.name, properties)


def _association(resource: Resource, association: Association) -> dict[str, Json]:
    target = RESOURCES[association.target]
    match association.arity:
        case Arity.ONE:
            return _one(resource.property_of(association.relation), target.name)
        case Arity.CHILDREN:
            children = next(each for each in resource.spec.children if each.name == association.relation)
            return _many(target.name, target.property_of(children.field), flags=_GOES_ALONG)
        case Arity.REVERSE:
            return _many(target.name, target.property_of(association.relation))
        case Arity.LINKS:
            mapping = MAPPING_OF[resource.spec.name, association.relation]
            return _linked(mapping, target.name, local=mapping.owner_id, reference=mapping.target_id)
    mapping = MAPPING_OF[BACKWARDS[resource.spec.name, association.name]]
    return _linked(mapping, target.name, local=mapping.target_id, reference=mapping.owner_id)


def _one(key: str, entity: str) -> dict[str, Json]:
    return _related("many_to_one", entity, localField=key, referenceField="id")


def _many(entity: str, field: str, *, flags: Json = None) -> dict[str, Json]:
    return _related("one_to_many", entity, flags=flags, localField="id", referenceField=field, primary="id")


def _linked(mapping: NamedMapping, entity: str, *, local: str, reference: str) -> dict[str, Json]:
    return _related("many_to_many", entity, mapping=mapping.name, local=local, reference=reference)


def _related(relation: str, entity: str, *, flags: Json = None, **more: Json) -> dict[str, Json]:
    return {"type": "association", "relation": relation, "entity": entity, "flags": flags or [], **more}


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
        properties[name] = _association(resource, association)
    if (texts := TRANSLATIONS.get(f"{resource.name}_translation")) is not None:
        properties[TEXTS] = _many(texts.name, texts.owner_id, flags=_GOES_ALONG)
    properties |= {name: {"type": "date", "flags": {"write_protected": [[]]}} for name in ("createdAt", "updatedAt")}
    return _framed(resource.name, properties)


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
