"""What a record's `meta` asks for: create, update, upsert or validate (contract 6). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from catalog.commands import Json
from catalog.outcomes import FieldError, NotUnderstoodError
from syncapi.oro.faults import VALUE, fault, request_data
from syncapi.oro.kinds import Resource


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    VALIDATE = "validate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    verb: Verb
    fields: tuple[str, ...] = ()  # by which an upsert finds its record; none: by the id


CREATE: Final = Action(verb=Verb.CREATE)
UPDATE: Final = Action(verb=Verb.UPDATE)
VALIDATE: Final = Action(verb=Verb.VALIDATE)
_FLAGS: Final = (Verb.UPDATE, Verb.UPSERT, Verb.VALIDATE)


def read(record: Mapping[str, Json], resource: Resource, *, external: bool, included: bool = False) -> Action:
    """Raises NotUnderstoodError."""
    match flag(record):
        case Verb.CREATE:
            return CREATE
        case Verb.UPDATE:
            return UPDATE
        case Verb.VALIDATE if included:
            raise NotUnderstoodError(not_supported(Verb.VALIDATE))
        case Verb.VALIDATE:
            return VALIDATE
    return _upsert(record["meta"]["upsert"], resource, external)


def flag(record: Mapping[str, Json]) -> Verb:
    """The one that is set; CREATE has none. Raises NotUnderstoodError."""
    meta = record.get("meta")
    if not meta:
        return Verb.CREATE
    if not isinstance(meta, dict):
        raise NotUnderstoodError(request_data("/meta", "The 'meta' property should be an associative array"))
    _check_types(meta)
    chosen = [flag for flag in _FLAGS if meta.get(flag)]
    if len(chosen) > 1:
        raise NotUnderstoodError(request_data("/meta", "Only one meta option can be used."))
    return chosen[0] if chosen else Verb.CREATE


def without_flag(item: Json, flag: Verb) -> Json:
    """An item, a record alone or with others, that does not ask for this."""
    record, *rest = item if isinstance(item, list) else [item]
    bare = {**record, "meta": {name: value for name, value in (record.get("meta") or {}).items() if name != flag}}
    return [bare, *rest] if rest else bare


def not_supported(flag: Verb) -> FieldError:
    return fault(f"/meta/{flag}", VALUE, "The option is not supported.")


def _check_types(meta: Mapping[str, Json]) -> None:
    errors: list[FieldError] = []
    for flag in ("update", "validate"):
        if not isinstance(meta.get(flag, False), bool):
            errors.append(fault(f"/meta/{flag}", VALUE, "This value should be a boolean."))
    if not _is_upsert(meta.get("upsert", False)):
        errors.append(fault("/meta/upsert", VALUE, "This value should be a boolean or an array of strings."))
    if errors:
        raise NotUnderstoodError(*errors)


def _is_upsert(value: Json) -> bool:
    if isinstance(value, bool):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v.strip() for v in value)


def _upsert(asked: Json, resource: Resource, external: bool) -> Action:
    if asked is True or asked == ["id"]:
        if not (external and resource.external):
            raise _unusable("The upsert operation cannot use the entity identifier to find an entity.")
        return Action(verb=Verb.UPSERT)
    for name in asked:
        if (relation := resource.relations.get(name)) is not None and relation.many:
            raise _unusable(f'The "{name}" field is not allowed because it is to-many association.')
    if frozenset(asked) not in resource.keys:
        which = "this field" if len(asked) == 1 else "these fields"
        raise _unusable(f"The upsert operation cannot use {which} to find an entity.")
    return Action(verb=Verb.UPSERT, fields=tuple(asked))


def _unusable(detail: str) -> NotUnderstoodError:
    return NotUnderstoodError(fault("/meta/upsert", VALUE, detail))
