"""From an item to a command. Pure: a worker does it again with the item as stored.

An item of a list is a resource object as it was sent; with records of `included` that it needs it is a pair
`[object, {position: included object}]`. `context`: `type` of the URL, `external`, `owner`, `organization`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from catalog.commands import Change, Delete, Json, Link, LinkSet, Mode, Reference, Upsert
from catalog.outcomes import ErrorCode, FieldError, NotUnderstoodError
from syncapi.oro import faults, records, unseen
from syncapi.oro.actions import UPDATE
from syncapi.oro.kinds import Resource, Way
from syncapi.oro.names import RESOURCES
from syncapi.oro.records import Setting, label_of


def of_list(item: Json, context: Mapping[str, Json]) -> Upsert:
    """A record of a list PATCH (contract 4 to 8), or the one of a request that was checked when it came in (16)."""
    record, included = item if isinstance(item, list) else (item, None)
    resource = RESOURCES[context["type"]]
    _check_type(record, resource)
    if not included:
        return _record(record, resource, Setting.of(context))
    return _with_included(record, included, resource, context)


def deletion(item: Json, context: Mapping[str, Json]) -> Delete:
    """`{"id": "5"}` -> the end of that record."""
    resource = RESOURCES[context["type"]]
    key = records.key_of(resource, item["id"], external=bool(context.get("external")))
    if key is None:
        raise NotUnderstoodError(faults.no_record(item["id"]))
    return Delete(entity=resource.entity, key=key)


def relationship(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"id", "relation", "change", "data"}` -> the record with that relation changed; or, when the mapping belongs to

    the other side, `{"target": identifier, ...}` -> the other record with a link to this one.
    """
    resource, setting = RESOURCES[context["type"]], Setting.of(context)
    relation = resource.relations[item["relation"]]
    key = records.key_of(resource, item["id"], external=setting.external)
    if key is None:
        raise NotUnderstoodError(faults.no_record(item["id"]))
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
    own = label_of(record)
    labels = frozenset({own, *map(label_of, included.values())})
    setting = Setting.of(context, labels)
    primary = _tried(partial(_record, record, resource, setting))
    also = {position: _tried(partial(_included, other, position, setting)) for position, other in included.items()}
    understood = [other for other in also.values() if isinstance(other, Upsert)]
    if isinstance(primary, Upsert) and len(understood) == len(also):
        return _joined(replace(primary, local=own), understood)
    errors = [*_errors(primary, resource)]
    for position, other in also.items():
        type = included[position]["type"]
        errors += (_placed(error, f"/included/{position}", type) for error in _errors(other, RESOURCES.get(type)))
    raise NotUnderstoodError(*errors)


def _tried(understand: Callable[[], Upsert]) -> Upsert | NotUnderstoodError:
    try:
        return understand()
    except NotUnderstoodError as reason:
        return reason


def _errors(found: Upsert | NotUnderstoodError, resource: Resource | None) -> Iterable[FieldError]:
    """All that is wrong with a record of those that come together, one of which is not understood."""
    if isinstance(found, NotUnderstoodError):
        return found.errors
    assert resource is not None, "its type is known, or it would not be understood"
    return unseen.of(found, resource)


def _joined(primary: Upsert, included: list[Upsert]) -> Upsert:
    """What an included record says of its relation to the primary one becomes a link of that.

    What records say of relations that other included ones keep comes when all of them are there.
    """
    links, also, later = dict(primary.links), list[Upsert](), list[Upsert | Delete]()
    for other in included:
        others, ours, rest = _apart(other, primary)
        for name in (name for inner in ours for name in inner.links):
            before = links.get(name, LinkSet(links=()))
            links[name] = replace(before, links=(*before.links, Link(target=Reference("local", other.local))))
        also.append(replace(other, beside=rest))
        later.extend(_said_by(other, inner) for inner in others)
    return replace(primary, links=links, beside=(*also, *primary.beside, *later))


def _apart(other: Upsert, primary: Upsert) -> tuple[list[Upsert], list[Upsert], tuple[Upsert | Delete, ...]]:
    """What comes beside an included record: changes of other included ones, of the primary one, of neither."""
    of_others, of_primary, rest = list[Upsert](), list[Upsert](), list[Upsert | Delete]()
    for inner in other.beside:
        if not isinstance(inner, Upsert) or inner.key is None or inner.key.by != "local":
            rest.append(inner)
        elif inner.key.value == primary.local:
            of_primary.append(inner)
        else:
            of_others.append(inner)
    return of_others, of_primary, tuple(rest)


def _said_by(other: Upsert, inner: Upsert) -> Upsert:
    """A change that comes beside this included record, said from elsewhere."""
    target = Link(target=Reference("local", other.local))
    links = {name: replace(chosen, links=(target,)) for name, chosen in inner.links.items()}
    return replace(inner, links=links, path=f"{other.path}{inner.path}")


def _included(other: Mapping[str, Json], position: str, setting: Setting) -> Upsert:
    resource = RESOURCES.get(other["type"])
    if resource is None:
        raise NotUnderstoodError(faults.unknown_class(other["type"], ""))
    action = records.action_of(other, resource, setting, included=True)
    made = records.upsert(other, resource, setting, action)
    name = label_of(other)
    return replace(made, local=name, shared=True, path=f"/included/{position}/{resource.type}")


def _placed(error: FieldError, place: str, type: str) -> FieldError:
    """The catalog's own errors name the type, so that their fields can be worded; ours have been already."""
    middle = "" if error.code is ErrorCode.DIALECT else f"/{type}"
    return replace(error, path=f"{place}{middle}{error.path}")
