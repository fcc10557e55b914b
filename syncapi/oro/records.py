"""From a resource object to a command. Pure: a worker does it again with the item as stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from catalog.commands import THIS, Change, Json, Link, LinkSet, Mode, Reference, Upsert
from catalog.outcomes import FieldError, NotUnderstoodError
from syncapi.oro import actions, faults, unseen
from syncapi.oro.actions import CREATE, Action, Verb
from syncapi.oro.faults import fault, request_data
from syncapi.oro.kinds import Attribute, Relation, Resource, Way
from syncapi.oro.names import DB_ID, RESOURCES

MEMBERS: Final = frozenset({"type", "id", "lid", "meta", "attributes", "relationships", "links"})
_MOST: Final = 2**63
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a request says for all of its records, and which labels stand for records that come with this one."""

    external: bool = False  # ids are those of other systems, where the type has such
    owner: str | None = None  # the ids of who creates
    organization: str | None = None
    salt: str = ""  # a UUID where local ids are known to all operations of the request
    currency: str = ""  # the code of the system currency, where the type has prices
    labels: frozenset[str] = frozenset()
    creator: Mapping[str, Reference] = field(default_factory=dict)  # by the fields of a record that belongs to somebody

    @classmethod
    def of(cls, context: Mapping[str, Json], labels: frozenset[str] = frozenset()) -> Setting:
        found = _setting(*map(context.get, _IN_THE_CONTEXT))
        return replace(found, labels=labels) if labels else found


_IN_THE_CONTEXT: Final = ("external", "owner", "organization", "salt", "currency")


@lru_cache
def _setting(
    external: bool | None, owner: str | None, organization: str | None, salt: str | None, currency: str | None
) -> Setting:
    """One for all records of a request."""
    creator = {"owner": Reference("id", owner), "organization": Reference("id", organization)}
    return Setting(
        external=bool(external),
        owner=owner,
        organization=organization,
        salt=salt or "",
        currency=currency or "",
        creator={} if owner is None else creator,
    )


@dataclass(slots=True)
class Draft:
    """What is understood of a record so far."""

    values: dict[str, Json] = field(default_factory=dict)
    links: dict[str, LinkSet] = field(default_factory=dict)
    also: list[Upsert] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)


def label(type: Json, id: Json) -> str:
    """The name by which records of one request refer to each other."""
    return f"{type}/{id}"


def label_of(record: Mapping[str, Json]) -> str:
    """Of a resource object, or what identifies one."""
    return label(record.get("type"), record.get("id", record.get("lid")))


def local_key(type: Json, lid: Json, salt: str) -> Reference:
    """A new record with a local id gets an id that every operation of the request can work out."""
    return Reference("id", str(uuid5(UUID(salt), label(type, lid))))


def upsert(record: Mapping[str, Json], resource: Resource, setting: Setting, action: Action = CREATE) -> Upsert:
    """The record that `record` describes, as `action` says. Raises NotUnderstoodError with every error of it."""
    draft = Draft()
    _check_members(record, draft)
    _read_attributes(record.get("attributes"), resource, draft, action, setting)
    _read_relationships(record.get("relationships"), resource, draft, setting)
    if draft.extra:
        draft.errors.append(faults.extra_fields(draft.extra))
    key = _key(record, resource, setting, action, draft)
    if draft.errors:
        told = [error.path for error in draft.errors if error.path]
        raise NotUnderstoodError(*draft.errors, *unseen.errors(resource, draft.values, action.verb, told=told))
    return _command(resource, key, draft, setting, action)


def key_of(resource: Resource, id: Json, *, external: bool) -> Reference | None:
    """How the catalog names the record with this id; None when no record can have it."""
    if external and resource.external:
        is_id = isinstance(id, str | int) and not isinstance(id, bool) and "\0" not in str(id)
        return Reference(resource.external, str(id)) if is_id else None
    if isinstance(id, str):
        id = int(id) if id.isascii() and id.isdecimal() and len(id) < 20 else None
    if not isinstance(id, int) or isinstance(id, bool) or not 0 < id < _MOST:
        return None
    return Reference("number", id)


def identifier(given: Json, relation: Relation, setting: Setting, path: str) -> Reference:
    """The record that `{"type", "id"}` names. Raises NotUnderstoodError."""
    if not isinstance(given, dict):
        raise NotUnderstoodError(request_data(path, "The resource identifier should be an object"))
    type, id = given.get("type"), given.get("lid", given.get("id"))
    for name, value in (("type", type), ("id", id)):
        if value is None:
            given_null = name in given
            detail = "should not be null" if given_null else "is required"
            place = f"{path}/{name}" if given_null else path
            raise NotUnderstoodError(request_data(place, f"The '{name}' property {detail}"))
    if type != relation.type:
        raise NotUnderstoodError(fault(path, "form constraint", f'The entity type "{type}" is not acceptable.'))
    if "lid" in given and setting.salt:
        return local_key(type, id, setting.salt)
    if label(type, id) in setting.labels or "lid" in given:
        return Reference("local", label(type, id))
    key = key_of(RESOURCES[relation.type], id, external=setting.external)
    if key is None:
        raise NotUnderstoodError(faults.no_such_entity(path))
    return key


def _check_members(record: Mapping[str, Json], draft: Draft) -> None:
    if record.keys() <= MEMBERS:
        return
    for name in sorted(record.keys() - MEMBERS):
        detail = f"The '{name}' property is not allowed for a resource object"
        draft.errors.append(request_data("", detail))


def _no_object(given: Json, name: str) -> FieldError:
    kind = "an associative array" if isinstance(given, list) else "an array"
    return request_data(f"/{name}", f"The '{name}' property should be {kind}")


def _read_attributes(given: Json, resource: Resource, draft: Draft, action: Action, setting: Setting) -> None:
    known, required = resource.attributes, resource.required
    if given is not None and not isinstance(given, dict):
        draft.errors.append(_no_object(given, "attributes"))
        return
    for name, value in (given or {}).items():
        attribute = known.get(name)
        if attribute is None:
            if name != DB_ID or not (setting.external and resource.external):
                draft.extra.append(name)
        elif not attribute.writable:
            continue
        elif name in required and (value is None or (isinstance(value, str) and not value.strip())):
            draft.errors.append(faults.not_blank(f"/attributes/{name}"))
        elif value is None and not attribute.spec.nullable:
            draft.errors.append(faults.not_null(f"/attributes/{name}"))
        elif attribute.words or attribute.is_currency:
            _choose(value, attribute, draft, {setting.currency: None} if attribute.is_currency else attribute.words)
        else:
            draft.values[attribute.spec.name] = value
            if attribute.is_email and isinstance(value, str) and value and not _EMAIL.fullmatch(value):
                draft.errors.append(faults.no_email(f"/attributes/{name}"))
    if (
        action.verb is not Verb.UPDATE
        and resource.either
        and not any(_has(draft, resource, n) for n in resource.either)
    ):
        draft.errors.append(faults.not_blank(f"/attributes/{resource.either[0]}"))


def _has(draft: Draft, resource: Resource, name: str) -> bool:
    value = draft.values.get(resource.attributes[name].spec.name)
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _choose(value: Json, attribute: Attribute, draft: Draft, words: Mapping[str, Json]) -> None:
    if not isinstance(value, str) or value not in words:
        draft.errors.append(faults.no_choice(f"/attributes/{attribute.name}"))
    elif not attribute.is_currency:
        draft.values[attribute.spec.name] = words[value]


def _read_relationships(given: Json, resource: Resource, draft: Draft, setting: Setting) -> None:
    if given is None:
        return
    if not isinstance(given, dict):
        draft.errors.append(_no_object(given, "relationships"))
        return
    for name, value in given.items():
        relation = resource.relations.get(name)
        if relation is None:
            draft.extra.append(name)
        elif not isinstance(value, dict):
            detail = "The relationship should have 'data' property"
            draft.errors.append(request_data(f"/relationships/{name}", detail))
        elif "data" in value and relation.writable:
            try:
                _relate(relation, value["data"], draft, setting)
            except NotUnderstoodError as reason:
                draft.errors.extend(reason.errors)


def _relate(relation: Relation, data: Json, draft: Draft, setting: Setting) -> None:
    path = f"/relationships/{relation.name}/data"
    if relation.many != isinstance(data, list):
        kind = "an array of resource identifiers" if relation.many else "a resource identifier or null"
        raise NotUnderstoodError(request_data(path, f"The 'data' property should be {kind}"))
    if relation.many:
        targets = list(_identifiers(data, relation, setting, path, draft))
    else:
        targets = [] if data is None else [identifier(data, relation, setting, path)]
    match relation.way:
        case Way.REF:
            draft.values[relation.source] = targets[0] if targets else None
        case Way.FIRST:
            links = tuple(Link(target=target, path=f"/{relation.name}") for target in targets)
            draft.links.setdefault(relation.source, LinkSet(links=links, change=Change.REPLACE))
        case Way.LINKS:
            links = tuple(Link(target=target) for target in targets)
            draft.links[relation.source] = LinkSet(links=links, change=Change.REPLACE)
        case Way.REVERSE:
            draft.also.extend(_from_the_other_side(relation, targets))


def _identifiers(
    data: list[Json], relation: Relation, setting: Setting, path: str, draft: Draft
) -> Iterator[Reference]:
    for position, given in enumerate(data):
        if relation.way is Way.REVERSE and setting.labels and _is_a_strange_label(given, setting):
            continue
        try:
            yield identifier(given, relation, setting, f"{path}/{position}")
        except NotUnderstoodError as reason:
            draft.errors.extend(reason.errors)


def _is_a_strange_label(given: Json, setting: Setting) -> bool:
    """A label of another primary record, which has this included one as well and relates it to itself."""
    if not isinstance(given, dict) or not isinstance(given.get("id"), str) or given["id"].isdecimal():
        return False
    return label(given.get("type"), given["id"]) not in setting.labels


def _from_the_other_side(relation: Relation, targets: list[Reference]) -> Iterator[Upsert]:
    """The records whose mapping table it is, each with a link to this one."""
    entity = RESOURCES[relation.type].entity
    for position, target in enumerate(targets):
        yield Upsert(
            entity=entity,
            key=target,
            values={},
            links={relation.source: LinkSet(links=(Link(target=THIS),))},
            mode=Mode.UPDATE,
            path=f"/{relation.name}/{position}",
        )


def _key(
    record: Mapping[str, Json], resource: Resource, setting: Setting, action: Action, draft: Draft
) -> Reference | None:
    """None: a new record. Natural ids are values of a new one."""
    id, natural = record.get("id"), setting.external and bool(resource.external)
    if id is not None and (not isinstance(id, str | int) or isinstance(id, bool)):
        draft.errors.append(request_data("/id", "The 'id' property should be a string"))
        return None
    if natural and id not in (None, "") and action.verb is not Verb.UPDATE:
        _check_name(str(id), resource, draft)
    match action.verb:
        case Verb.CREATE | Verb.VALIDATE:
            if natural and id not in (None, ""):
                draft.values.setdefault(resource.external, str(id))
            return None
        case Verb.UPSERT if action.fields:
            return _unique_key(resource, action, draft)
    if id is None or id == "":
        draft.errors.append(faults.no_identifier())
        return None
    key = key_of(resource, id, external=setting.external)
    if key is None:
        draft.errors.append(faults.no_record(id))
    return key


def _check_name(id: str, resource: Resource, draft: Draft) -> None:
    """The natural id is a value as well, and a new record cannot have two of them."""
    key = resource.spec.keys_by_name[resource.external]
    given = draft.values.get(resource.external, id)
    if isinstance(given, str) and key.fold(given) != key.fold(id):
        path = f"/{resource.by_field[resource.external]}"
        draft.errors.append(fault(path, "form constraint", f'The value should be the identifier "{id}".'))


def _unique_key(resource: Resource, action: Action, draft: Draft) -> Reference | None:
    name = resource.keys[frozenset(action.fields)]
    parts = [draft.values.get(field) for field in resource.spec.keys_by_name[name].fields]
    for one, part in zip(resource.spec.keys_by_name[name].fields, parts, strict=True):
        if part is None and not draft.errors:
            draft.errors.append(faults.not_blank(f"/{resource.by_field[one]}"))
    return Reference(name, parts[0] if len(parts) == 1 else tuple(parts))


_NOTHING: Final[Mapping[str, Json]] = {}
_MODES: Final = {
    Verb.CREATE: Mode.UPSERT,
    Verb.VALIDATE: Mode.UPSERT,
    Verb.UPDATE: Mode.UPDATE,
    Verb.UPSERT: Mode.UPSERT,
}


def _command(resource: Resource, key: Reference | None, draft: Draft, setting: Setting, action: Action) -> Upsert:
    """Whoever sends a new record owns it."""
    creator = setting.creator if action.verb is not Verb.UPDATE and resource.is_owned else _NOTHING
    return Upsert(
        entity=resource.entity,
        key=key,
        values={**draft.values, **creator} if key is None and creator else draft.values,
        defaults=_NOTHING if key is None else creator,
        links=draft.links,
        beside=tuple(draft.also),
        required=resource.mandatory,
        mode=_MODES[action.verb],
        sole=faults.several() if action.fields else None,
        rehearsed=action.verb is Verb.VALIDATE,
    )


def action_of(record: Mapping[str, Json], resource: Resource, setting: Setting, *, included: bool = False) -> Action:
    """What the record asks for, if its type can do that. Raises NotUnderstoodError."""
    action = actions.read(record, resource, external=setting.external, included=included)
    if action.verb is Verb.UPDATE and not resource.updates:
        raise NotUnderstoodError(faults.not_allowed("update"))
    if action.verb is not Verb.UPDATE and not resource.creates:
        raise NotUnderstoodError(faults.not_allowed("create"))
    return action
