"""One operation of an atomic request: what it is about, and the command that it means (contract 17.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from catalog.commands import Change, Command, Json, Upsert
from catalog.outcomes import ErrorCode, FieldError, NotUnderstoodError
from syncapi.oro import actions, faults, parsing, records
from syncapi.oro.actions import UPDATE, Verb
from syncapi.oro.faults import fault, request_data
from syncapi.oro.kinds import Relation, Resource, Way
from syncapi.oro.names import RESOURCES
from syncapi.oro.records import Setting, local_key

_CHANGES: Final = {"add": Change.ADD, "remove": Change.REMOVE, "update": Change.REPLACE}
_ANY_ID: Final = 1  # where a local id is about to take its place


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A type; a record by its id, or by the local id that an operation gives it; or its relation."""

    type: str
    id: Json = None
    lid: str | None = None
    relation: str | None = None
    member: str = "data"  # of the operation, which names it

    @property
    def is_record(self) -> bool:
        return self.id is not None or self.lid is not None


def command(item: Json, context: Mapping[str, Json]) -> Command:
    """`{"op": "add"|"update"|"remove", "ref"|"href", "data"}`. `context`: also `salt`, a UUID.

    Raises NotUnderstoodError: the dialect's own errors have paths from the operation on, the catalog's from its record.
    """
    target = target_of(item)
    resource = RESOURCES.get(target.type)
    if resource is None:
        raise NotUnderstoodError(faults.unknown_class(target.type, f"/{target.member}"))
    known = target if target.lid is None else replace(target, id=_ANY_ID)
    made = _meant(item, known, resource, {**context, "type": target.type})
    return made if target.lid is None else replace(made, key=local_key(target.type, target.lid, context["salt"]))


def target_of(item: Json) -> Target:
    """By its `ref`, its `href`, or its data. Raises NotUnderstoodError."""
    if not isinstance(item, dict):
        raise NotUnderstoodError(request_data("", "The operation should be an object"))
    if not isinstance(item.get("op"), str) or item["op"] not in _CHANGES:
        place = "/op" if "op" in item else ""
        raise NotUnderstoodError(request_data(place, "The 'op' property should be add, update or remove"))
    if "ref" in item and "href" in item:
        raise NotUnderstoodError(request_data("", "An operation should have either 'ref' or 'href'"))
    if "href" in item:
        target = _addressed(item["href"], item.get("data"))
    else:
        target = _identified(item, "ref" if "ref" in item or item["op"] == "remove" else "data")
    _check_form(item["op"], target)
    return target


def _identified(item: Mapping[str, Json], member: str) -> Target:
    if member not in item:
        raise NotUnderstoodError(request_data("", f"The '{member}' property is required"))
    given = item[member]
    if not isinstance(given, dict):
        raise NotUnderstoodError(request_data(f"/{member}", f"The '{member}' property should be an object"))
    type, lid = _text(given, "type", member), _text(given, "lid", member)
    if type is None:
        raise NotUnderstoodError(request_data(f"/{member}", "The 'type' property is required"))
    relation = _text(given, "relationship", member) if member == "ref" else None
    return Target(type=type, id=given.get("id"), lid=lid, relation=relation, member=member)


def _text(given: Mapping[str, Json], name: str, member: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise NotUnderstoodError(request_data(f"/{member}/{name}", f"The '{name}' property should be a string"))
    return value


def _addressed(href: Json, data: Json) -> Target:
    path = href.partition("?")[0].rpartition("/api/")[2] if isinstance(href, str) else ""
    match [unquote(part) for part in path.strip("/").split("/")]:
        case [type, id, "relationships", name]:
            return Target(type=type, id=id, relation=name, member="href")
        case [type, id]:
            return Target(type=type, id=id, member="href")
        case [type] if type:
            lid = _text(data, "lid", "data") if isinstance(data, dict) else None
            return Target(type=type, lid=lid, member="href")
    detail = "The 'href' property should be the address of a type, a resource or a relationship"
    raise NotUnderstoodError(request_data("/href", detail))


def _check_form(op: str, target: Target) -> None:
    """What is added has no id yet, unless it is added to a relation; anything else is about a record."""
    place = f"/{target.member}"
    if op == "add" and target.relation is None:
        if target.member != "data" and target.id is not None:
            raise NotUnderstoodError(request_data(place, "A new record has no address"))
    elif not target.is_record:
        error = faults.no_identifier(place) if target.member == "data" else None
        raise NotUnderstoodError(error or request_data(place, "The 'id' property is required"))


def _meant(item: Mapping[str, Json], target: Target, resource: Resource, context: Mapping[str, Json]) -> Command:
    if target.relation is not None:
        return _related(item, target, resource, context)
    if item["op"] == "remove":
        if not resource.deletes:
            raise NotUnderstoodError(faults.not_allowed("delete", f"/{target.member}"))
        return parsing.deletion({"id": target.id}, context)
    record, setting = _record(item, target), Setting.of(context)
    try:
        if item["op"] == "update":
            record = {**record, "id": target.id, "meta": {"update": True}}
        elif actions.flag(record) is Verb.UPDATE:
            raise NotUnderstoodError(actions.not_supported(Verb.UPDATE))
        return records.upsert(record, resource, setting, records.action_of(record, resource, setting))
    except NotUnderstoodError as reason:
        raise NotUnderstoodError(*(_within_data(error) for error in reason.errors)) from None


def _within_data(error: FieldError) -> FieldError:
    return replace(error, path=f"/data{error.path}") if error.code is ErrorCode.DIALECT else error


def _record(item: Mapping[str, Json], target: Target) -> Mapping[str, Json]:
    """The resource object, which is what the operation is about."""
    if "data" not in item:
        raise NotUnderstoodError(request_data("", "The 'data' property is required"))
    record = item["data"]
    if not isinstance(record, dict):
        raise NotUnderstoodError(request_data("/data", "The primary data object should be an object"))
    given = {"type": target.type, **({} if target.lid else {"id": target.id}), "lid": target.lid}
    for name, expected in given.items():
        if expected is not None and record.get(name) is not None and str(record[name]) != str(expected):
            detail = f"The '{name}' property of the primary data object should match the target of the operation"
            raise NotUnderstoodError(fault(f"/data/{name}", "conflict constraint", detail, status=409))
    return record


def _related(item: Mapping[str, Json], target: Target, resource: Resource, context: Mapping[str, Json]) -> Upsert:
    """The record with its relation changed; or with changes of the records whose relation it is."""
    relation = _relation(item, target, resource)
    known = {"relationships": {relation.name: {"data": item["data"]}}, "id": target.id}
    try:
        made = records.upsert(known, resource, Setting.of(context), UPDATE)
    except NotUnderstoodError as reason:
        errors = (replace(error, path=f"/data{error.path.partition('/data')[2]}") for error in reason.errors)
        raise NotUnderstoodError(*errors) from None
    change = _CHANGES[item["op"]]
    beside = tuple(_changed(inner, change) for inner in made.beside if isinstance(inner, Upsert))
    return replace(_changed(made, change), beside=beside)


def _changed(upsert: Upsert, change: Change) -> Upsert:
    return replace(upsert, links={name: replace(links, change=change) for name, links in upsert.links.items()})


def _relation(item: Mapping[str, Json], target: Target, resource: Resource) -> Relation:
    """It can be changed as the operation says."""
    place, relation = f"/{target.member}", resource.relations.get(target.relation or "")
    if relation is None:
        raise NotUnderstoodError(fault(place, "relationship constraint", "Unsupported subresource.", status=404))
    if not resource.updates or not (relation.writable or relation.way is Way.REVERSE):
        raise NotUnderstoodError(faults.not_allowed("update", place))
    if item["op"] != "update" and not relation.many:
        raise NotUnderstoodError(request_data("/op", "The relation has one end, which can only be updated"))
    if item["op"] == "update" and relation.way is Way.REVERSE:
        detail = "The relation is kept at its other end: it can be added to or removed from"
        raise NotUnderstoodError(request_data("/op", detail))
    if "data" not in item:
        raise NotUnderstoodError(request_data("", "The 'data' property is required"))
    return relation
