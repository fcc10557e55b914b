"""From an item to a command. Pure: a worker does it again with the item as stored.

An item of a list is a resource object as it was sent; with records of `included` that it needs it is a pair
`[object, {position: included object}]`. `context`: `type` of the URL, `external`, `owner`, `organization`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from catalog.commands import Change, Command, Delete, Json, Link, LinkSet, Mode, Reference, Upsert
from catalog.outcomes import ErrorCode, FieldError, NotUnderstoodError
from syncapi.oro import faults, records
from syncapi.oro.actions import UPDATE
from syncapi.oro.kinds import Resource, Way
from syncapi.oro.names import RESOURCES
from syncapi.oro.records import Setting, label, local_key


def of_list(item: Json, context: Mapping[str, Json]) -> Upsert:
    """A record of a list PATCH (contract 4 to 8)."""
    record, included = item if isinstance(item, list) else (item, None)
    resource = RESOURCES[context["type"]]
    _check_type(record, resource)
    if not included:
        return _record(record, resource, Setting.of(context))
    return _with_included(record, included, resource, context)


def of_one(item: Json, context: Mapping[str, Json]) -> Upsert:
    """The record of a single request; the request was checked when it came in (contract 16)."""
    return of_list(item, context)


def deletion(item: Json, context: Mapping[str, Json]) -> Delete:
    """`{"id": "5"}` -> the end of that record."""
    resource = RESOURCES[context["type"]]
    key = records.key_of(resource, item["id"], external=bool(context.get("external")))
    if key is None:
        raise NotUnderstoodError(FieldError(path="", code=ErrorCode.MISSING, params={"by": "id", "value": item["id"]}))
    return Delete(entity=resource.entity, key=key)


def relationship(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"id", "relation", "change", "data"}` -> the record with that relation changed; or, when the mapping belongs to

    the other side, `{"target": identifier, ...}` -> the other record with a link to this one.
    """
    resource, setting = RESOURCES[context["type"]], Setting.of(context)
    relation = resource.relations[item["relation"]]
    key = records.key_of(resource, item["id"], external=setting.external)
    if key is None:
        raise NotUnderstoodError(FieldError(path="", code=ErrorCode.MISSING, params={"by": "id", "value": item["id"]}))
    if relation.way is Way.REVERSE:
        other = records.identifier(item["target"], relation, setting, item["path"])
        links = {relation.source: LinkSet(links=(Link(target=key),), change=Change(item["change"]))}
        entity = RESOURCES[relation.type].entity
        return Upsert(entity=entity, key=other, values={}, links=links, mode=Mode.UPDATE)
    made = records.upsert(
        {"relationships": {relation.name: {"data": item["data"]}}, "id": item["id"]},
        resource,
        setting,
        UPDATE,
    )
    changed = {name: replace(links, change=Change(item["change"])) for name, links in made.links.items()}
    return replace(made, links=changed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What an operation is about: a record by its id, or by the local id that an earlier operation gave it."""

    type: str = ""
    id: Json = None
    lid: Json = None
    relation: str | None = None


def atomic(item: Json, context: Mapping[str, Json]) -> Command:
    """`{"op": "add"|"update"|"remove", "ref"|"href", "data"}` (contract 17.1). `context`: also `salt`, a UUID."""
    op = item.get("op") if isinstance(item, dict) else None
    if op not in ("add", "update", "remove"):
        raise NotUnderstoodError(faults.request_data("", "The 'op' property should be add, update or remove"))
    target = target_of(item)
    resource = RESOURCES.get(target.type)
    if resource is None:
        raise NotUnderstoodError(faults.unknown_class(target.type, ""))
    known = target if target.lid is None else replace(target, id=_ANY_ID)
    made = _operation(item, known, resource, {**context, "type": target.type})
    return made if target.lid is None else replace(made, key=local_key(target.type, target.lid, context["salt"]))


_ANY_ID: Final = 1


def _operation(item: Mapping[str, Json], target: Target, resource: Resource, context: Mapping[str, Json]) -> Command:
    if target.relation is not None:
        return _atomic_relation(item, resource, target, context)
    if item["op"] == "remove":
        if not resource.deletes:
            raise NotUnderstoodError(faults.not_allowed("delete"))
        return deletion({"id": target.id}, context)
    record = item.get("data")
    if not isinstance(record, dict):
        raise NotUnderstoodError(faults.request_data("", "The primary data object should exist"))
    if item["op"] == "add":
        return _record(record, resource, Setting.of(context))
    changed = {**record, "id": record.get("id", target.id), "meta": {"update": True}}
    return _record(changed, resource, Setting.of(context))


def _atomic_relation(
    item: Mapping[str, Json], resource: Resource, target: Target, context: Mapping[str, Json]
) -> Command:
    relation = resource.relations.get(target.relation or "")
    if relation is None or relation.way is Way.REVERSE or not relation.writable:
        raise NotUnderstoodError(faults.extra_fields([str(target.relation)]))
    changes = {"add": Change.ADD, "remove": Change.REMOVE, "update": Change.REPLACE}
    made = {"id": target.id, "relation": relation.name, "change": changes[item["op"]], "data": item.get("data")}
    return relationship({**made, "path": ""}, context)


def target_of(item: Json) -> Target:
    """Its `ref`, its `href`, or its data."""
    given = item if isinstance(item, dict) else {}
    ref, href, data = given.get("ref"), given.get("href"), given.get("data")
    if isinstance(ref, dict):
        relation = ref.get("relationship")
        known = None if relation is None else str(relation)
        return Target(type=str(ref.get("type")), id=ref.get("id"), lid=ref.get("lid"), relation=known)
    lid = data.get("lid") if isinstance(data, dict) else None
    if isinstance(href, str):
        match href.partition("?")[0].rpartition("/api/")[2].strip("/").split("/"):
            case [type, id, "relationships", name]:
                return Target(type=type, id=id, relation=name)
            case [type, id]:
                return Target(type=type, id=id)
            case [type]:
                return Target(type=type, lid=lid)
    return Target(type=str(data.get("type")), id=data.get("id"), lid=lid) if isinstance(data, dict) else Target()


PARSERS: Final[Mapping[str, Callable[[Json, Mapping[str, Json]], Command]]] = {
    "list": of_list,
    "one": of_one,
    "delete": deletion,
    "relationship": relationship,
    "atomic": atomic,
}


def _check_type(record: Json, resource: Resource) -> None:
    if not isinstance(record, dict) or record.get("type") is None:
        raise NotUnderstoodError(faults.no_class())
    if not isinstance(record["type"], str):
        raise NotUnderstoodError(faults.request_data("/type", "The 'type' property should be a string"))
    if record["type"] != resource.type:
        raise NotUnderstoodError(faults.wrong_class(record["type"]))


def _record(record: Mapping[str, Json], resource: Resource, setting: Setting) -> Upsert:
    return records.upsert(record, resource, setting, records.action_of(record, resource, setting))


def _with_included(
    record: Mapping[str, Json], included: Mapping[str, Json], resource: Resource, context: Mapping[str, Json]
) -> Upsert:
    """The command with the included records that it needs. Relations stated from their side are ours as well."""
    own = label(record["type"], record.get("id", record.get("lid")))
    labels = frozenset({own, *(label(other["type"], other.get("id", other.get("lid"))) for other in included.values())})
    setting = Setting.of(context, labels)
    errors: list[FieldError] = []
    also: list[Upsert] = []
    for position, other in included.items():
        try:
            also.append(_included(other, position, setting))
        except NotUnderstoodError as reason:
            errors.extend(_placed(error, f"/included/{position}", other["type"]) for error in reason.errors)
    try:
        made = _record(record, resource, setting)
    except NotUnderstoodError as reason:
        raise NotUnderstoodError(*reason.errors, *errors) from None
    if errors:
        raise NotUnderstoodError(*errors)
    return _joined(replace(made, local=own), also)


def _joined(primary: Upsert, included: list[Upsert]) -> Upsert:
    """What an included record says of its relation to the primary one becomes a link of that."""
    links, also = dict(primary.links), []
    for other in included:
        ours = [i for i in other.beside if isinstance(i, Upsert) and i.key == Reference("local", primary.local)]
        for name in (name for inner in ours for name in inner.links):
            before = links.get(name, LinkSet(links=()))
            links[name] = replace(before, links=(*before.links, Link(target=Reference("local", other.local))))
        also.append(replace(other, beside=tuple(inner for inner in other.beside if inner not in ours)))
    return replace(primary, links=links, beside=(*primary.beside, *also))


def _included(other: Mapping[str, Json], position: str, setting: Setting) -> Upsert:
    resource = RESOURCES.get(other["type"])
    if resource is None:
        raise NotUnderstoodError(faults.unknown_class(other["type"], ""))
    action = records.action_of(other, resource, setting, included=True)
    made = records.upsert(other, resource, setting, action)
    name = label(other["type"], other.get("id", other.get("lid")))
    return replace(made, local=name, shared=True, path=f"/included/{position}/{resource.type}")


def _placed(error: FieldError, place: str, type: str) -> FieldError:
    """The catalog's own errors name the type, so that their fields can be worded; ours have been already."""
    middle = "" if error.code is ErrorCode.DIALECT else f"/{type}"
    return replace(error, path=f"{place}{middle}{error.path}")
