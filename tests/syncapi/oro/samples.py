"""A good call of every route, and a catalog that has one record of every type, made by the calls themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from catalog.entities import ENTITIES
from catalog.registry import Document, Flag, Identifier, Integer, Moment, Number, Text
from syncapi.oro.kinds import Attribute, Relation, Resource, Way
from syncapi.oro.names import RESOURCES

Ids = dict[str, str]  # by type
STATED: Final = frozenset({Way.REF, Way.LINKS, Way.FIRST, Way.REVERSE})
_ORDER: Final = list(ENTITIES)
WRITABLE: Final = sorted((r for r in RESOURCES.values() if r.creates), key=lambda r: _ORDER.index(r.entity))


def value(attribute: Attribute, salt: str) -> Any:
    """A good one; a text is another for each `salt`, since it may have to be unique."""
    if attribute.words:
        return next(iter(attribute.words))
    if attribute.is_currency or attribute.is_email:
        return "EUR" if attribute.is_currency else "ann@example.com"
    match spec := attribute.spec:
        case Text(choices=(first, *_)):
            return first
        case Text(max_length=limit):
            return f"{salt}{spec.name}"[:limit]
        case Integer(minimum=least):
            return max(least, 1)
        case Number():
            return "1.5"
        case Flag():
            return True
        case Moment():
            return "2026-11-22T10:00:00Z"
        case Identifier():
            return "2fbb5fe2-e29a-4d70-aa58-54ce7ce3e20b"
        case Document(array=True):
            return ["a"]
        case Document():
            return {"a": 1}
    raise TypeError(spec)


def record(resource: Resource, known: Ids, salt: str = "n", **members: Any) -> dict[str, Any]:
    """A new one with every attribute, related to all that is known."""
    attributes = {name: value(each, salt) for name, each in resource.attributes.items()}
    related = {relation.name: {"data": linkage(relation, known)} for relation in _relations(resource, known)}
    return {"type": resource.type, "attributes": attributes, "relationships": related, **members}


def _relations(resource: Resource, known: Ids) -> Iterable[Relation]:
    return (r for r in resource.relations.values() if r.type in known and r.way in STATED and r.writable)


def linkage(relation: Relation, known: Ids) -> Any:
    one = {"type": relation.type, "id": known[relation.type]}
    return [one] if relation.many else one


def update(resource: Resource, known: Ids) -> dict[str, Any]:
    """Of the known record, without what ties it to another of its kind: nothing may be its own parent."""
    made = record(resource, {type: id for type, id in known.items() if type != resource.type}, "u")
    return {**made, "id": known[resource.type]}


def operations(resource: Resource, known: Ids) -> dict[str, Any]:
    return {
        "atomic:operations": [
            {"op": "add", "data": record(resource, known, lid="new")},
            {"op": "update", "data": update(resource, known)},
            {"op": "update", "href": f"/api/{resource.type}/{known[resource.type]}", "data": update(resource, known)},
            {
                "op": "add",
                "ref": {"type": "accounts", "id": known["accounts"], "relationship": "contacts"},
                "data": [{"type": "contacts", "id": known["contacts"]}],
            },
            {"op": "remove", "ref": {"type": "tags", "id": known["tags"]}},
        ]
    }


def listing(resource: Resource, known: Ids) -> dict[str, Any]:
    """An update, and where the type can a new one, with an included record that it needs."""
    data: list[Any] = [{**update(resource, known), "meta": {"update": True}}]
    if not resource.creates:
        return {"data": data}
    fresh, included = record(resource, known, id="new"), []
    for relation in resource.relations.values():
        if relation.way is Way.REF and relation.writable and RESOURCES[relation.type].creates:
            target = {type: id for type, id in known.items() if type != resource.type}
            included.append(record(RESOURCES[relation.type], target, "o", id="other"))
            fresh["relationships"][relation.name] = {"data": {"type": relation.type, "id": "other"}}
            break
    return {"data": [*data, fresh], "included": included}
