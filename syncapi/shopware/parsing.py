"""From an item, as the journal keeps it, to a command. Pure: a worker does it again.

An item is `{"operation", "entity", "action", "index", "payload"}`, of a variant that is cleared also `"variant": true`;
`context` has what the request said for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from catalog.commands import Change, Command, Delete, Json, Link, LinkSet, Mode, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode, FieldError, NotUnderstoodError
from syncapi.shopware import languages, malformed, records, values
from syncapi.shopware.drafts import V3, Draft, Said, by_id, reference
from syncapi.shopware.names import IGNORED, NamedMapping
from syncapi.shopware.schema import ALL, Resource, Translation

_MODES: Final = {"upsert": Mode.UPSERT, "create": Mode.CREATE, "update": Mode.UPDATE}


def command(item: Json, context: Mapping[str, Json]) -> Command:
    """Raises NotUnderstoodError for an item without a meaning; what is wrong inside it goes with the command."""
    entity = ALL.get(item["entity"])
    said = Said.of(context)
    payload: Mapping[str, Json] = item["payload"]
    is_delete = item["action"] == "delete"
    match entity:
        case Resource():
            if is_delete:
                return _delete(entity, payload, said)
            if item["action"] == "upload":
                return _file(entity, payload)
            place = f"{item['operation']}/{item['index']}"
            mode, variant = _MODES[item["action"]], item.get("variant", False)
            return records.upsert(entity, payload, said, place=place, mode=mode, variant=variant)
        case NamedMapping():
            return _link(entity, payload, said, is_delete=is_delete)
        case Translation():
            return _translate(entity, payload, said, is_delete=is_delete)
    raise NotUnderstoodError(FieldError(path="", code=ErrorCode.UNKNOWN))


def _delete(resource: Resource, payload: Mapping[str, Json], said: Said) -> Delete:
    ids = _keys(payload, ["id"], {"id": resource.spec.name}, said, is_delete=True)
    released = frozenset() if said.family == V3 else resource.named.released
    return Delete(entity=resource.spec.name, key=ids["id"], optional=not said.must_exist, releases=released)


def _file(resource: Resource, payload: Mapping[str, Json]) -> Upsert:
    """What is known of a file that is kept already, for the record that shows it."""
    values = {**payload["file"], "uploaded_at": datetime.fromisoformat(payload["file"]["uploaded_at"])}
    return Upsert(entity=resource.spec.name, key=by_id(payload["id"]), values=values, mode=Mode.UPDATE)


def _link(mapping: NamedMapping, payload: Mapping[str, Json], said: Said, *, is_delete: bool) -> Upsert:
    target = ENTITIES[mapping.owner].links_by_name[mapping.relation].entity
    entities = {mapping.owner_id: mapping.owner, mapping.target_id: target}
    keys = _keys(payload, [mapping.owner_id, mapping.target_id], entities, said, is_delete=is_delete)
    links = LinkSet(
        links=(Link(target=keys[mapping.target_id], path=f"/{mapping.target_id}"),),
        change=Change.REMOVE if is_delete else Change.ADD,
    )
    return Upsert(
        entity=mapping.owner,
        key=keys[mapping.owner_id],
        values={},
        links={mapping.relation: links},
        mode=Mode.PRESENT if is_delete and not said.must_exist else Mode.UPDATE,
        flaws=tuple(_unknown(mapping, payload)) if said.strict else (),
    )


def _unknown(mapping: NamedMapping, payload: Mapping[str, Json]) -> Iterator[FieldError]:
    sides = (mapping.owner_id, mapping.target_id)
    known = {*sides, *(side.removesuffix("Id") for side in sides), *IGNORED}
    yield from (malformed.unknown(f"/{name}") for name in payload if name not in known)


def _translate(translation: Translation, payload: Mapping[str, Json], said: Said, *, is_delete: bool) -> Upsert:
    resource, owner_id = translation.resource, translation.owner_id
    entities = {owner_id: resource.spec.name, "languageId": "language"}
    keys = _keys(payload, [owner_id, "languageId"], entities, said, is_delete=is_delete)
    if is_delete and str(keys["languageId"].value).replace("-", "") == languages.SYSTEM:
        raise NotUnderstoodError(malformed.system_translation("/languageId"))
    language = replace(keys["languageId"], optional=is_delete)  # one that is not there has no texts to take away
    draft = Draft(said=said, place="")
    beside = {"languageId", "language", owner_id, owner_id.removesuffix("Id"), "customFields"}
    texts = None if is_delete else languages.texts_of(draft, payload, resource, "", beside=beside)
    return Upsert(
        entity=resource.spec.name,
        key=keys[owner_id],
        values={},
        translations=((language, texts),),
        mode=Mode.PRESENT if is_delete and not said.must_exist else Mode.UPDATE,
        flaws=tuple(draft.errors),
    )


def _keys(
    payload: Mapping[str, Json], names: list[str], entities: Mapping[str, str], said: Said, *, is_delete: bool
) -> dict[str, Reference]:
    """The references that make up a key, by property."""
    given = {name: payload.get(name) or _inner_id(payload, name) for name in names}
    lacking = [name for name, value in given.items() if value is None or value == ""]
    if lacking and is_delete:
        code = f"FRAMEWORK__{'INCOMPLETE' if said.family == V3 else 'INCONSISTENT'}_PRIMARY_KEY"
        raise NotUnderstoodError(malformed.incomplete_key("", names, code=code))
    draft = Draft(said=said, place="")
    for name in lacking:
        draft.refuse(FieldError(path=f"/{name}", code=ErrorCode.REQUIRED))
    keys = {name: _reference(value, entities[name], name, draft, is_delete) for name, value in given.items()}
    if draft.errors:
        raise NotUnderstoodError(*draft.errors)
    return {name: key for name, key in keys.items() if key is not None}


def _inner_id(payload: Mapping[str, Json], name: str) -> Json:
    inner = payload.get(name.removesuffix("Id")) if name != "id" else None
    return inner.get("id") if isinstance(inner, dict) else None


def _reference(value: Json, entity: str, name: str, draft: Draft, is_delete: bool) -> Reference | None:
    if value is None or value == "":
        return None
    if is_delete and not isinstance(value, dict) and not values.is_id(value):
        draft.refuse(malformed.invalid_id(f"/{name}", value))
        return None
    return reference(value, entity, f"/{name}", draft)
