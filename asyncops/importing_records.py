"""What a record of an import file means. It speaks our own field names; the format is in docs/operations.md. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

import orjson

from asyncops.dialects import ItemRefused
from catalog.commands import Change, Json, Link, LinkSet, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import Children, EntitySpec, FieldSpec, Integer, Links, NaturalKey, Ref, Text

OWN_NAMES: Final = ("id", "number")
TRANSLATIONS: Final = "translations"
_CHILDREN_NAMESPACE: Final = UUID("5ab6ee3c-2f1c-4c1b-9a57-0d4a5b8f6c3e")
_INT4: Final = range(-(2**31), 2**31)

Faults = list[FieldError]


def upsert(entity: str, record: Json) -> Upsert:
    """The command that writes a record. Raises ItemRefused with everything that has the wrong shape."""
    faults: Faults = []
    command = _record(ENTITIES[entity], record, "", faults)
    if faults:
        raise ItemRefused(*faults)
    return command


def _record(spec: EntitySpec, record: Json, path: str, faults: Faults, *, unnamed: Reference | None = None) -> Upsert:
    """`unnamed`: its key when it brings none."""
    if not isinstance(record, dict):
        faults.append(_wrong(path, "object", record))
        record = {}
    rest = {name: value for name, value in record.items() if name not in (*OWN_NAMES, TRANSLATIONS)}
    links = {
        name: _links(relation, rest.pop(name), f"{path}/{name}", faults)
        for name, relation in spec.links_by_name.items()
        if name in rest
    }
    members = {name: rest.pop(name) for name in spec.children_by_name if name in rest}
    values = {name: _value(spec, name, value, f"{path}/{name}", faults) for name, value in rest.items()}
    key = _key(spec, record, values) or unnamed
    return Upsert(
        entity=spec.name,
        key=key,
        values=values,
        links=links,
        children={
            name: _children(spec.children_by_name[name], given, key, f"{path}/{name}", faults)
            for name, given in members.items()
        },
        translations=_translations(record.get(TRANSLATIONS, {}), f"{path}/{TRANSLATIONS}", faults),
    )


def _key(spec: EntitySpec, record: Mapping[str, Json], values: dict[str, Json]) -> Reference | None:
    """Its id, else its number, else its natural key, which then is no value to be written."""
    for name in OWN_NAMES:
        if name in record:
            return Reference(name, record[name])
    for key in spec.keys:
        if len(key.fields) == 1 and key.name in values:
            return Reference(key.name, values.pop(key.name))
        if len(key.fields) > 1 and _names_a_record(spec, key, values):
            return Reference(key.name, tuple(values[name] for name in key.fields))
    return None


def _names_a_record(spec: EntitySpec, key: NaturalKey, values: Mapping[str, Json]) -> bool:
    return all(_fits(spec.key_field(name), values.get(name)) for name in key.fields)


def _fits(field: FieldSpec, value: Json) -> bool:
    match field:
        case Ref():
            return isinstance(value, Reference)
        case Text():
            return isinstance(value, str)
        case Integer(minimum=low, maximum=high):
            return type(value) is int and low <= value <= high
    return False


def _value(spec: EntitySpec, name: str, value: Json, path: str, faults: Faults) -> Json:
    field = spec.by_name.get(name)
    if value is None or not isinstance(field, Ref):
        return value
    return _reference(ENTITIES[field.entity], value, path, faults)


def _reference(spec: EntitySpec, given: Json, path: str, faults: Faults) -> Reference:
    """{"number": 3}, or all the fields of a natural key."""
    if isinstance(given, dict) and len(given) == 1:
        [(by, value)] = given.items()
        if by in OWN_NAMES or by in spec.keys_by_name or by in spec.lookups:
            return Reference(by, value)
    for key in spec.keys:
        if isinstance(given, dict) and given.keys() == set(key.fields):
            return _by_key(spec, key, given, path, faults)
    faults.append(_wrong(path, _forms(spec), given))
    return Reference("id", None)


def _by_key(spec: EntitySpec, key: NaturalKey, given: Mapping[str, Json], path: str, faults: Faults) -> Reference:
    parts = {name: _value(spec, name, given[name], f"{path}/{name}", faults) for name in key.fields}
    if not _names_a_record(spec, key, parts):
        faults.append(_wrong(path, _forms(spec), given))
    return Reference(key.name, tuple(parts.values()))


def _forms(spec: EntitySpec) -> str:
    """How a reference to a record of this kind may look."""
    names = dict.fromkeys((*OWN_NAMES, *(key.name for key in spec.keys), *spec.lookups))
    return f'reference {{"{"|".join(names)}": ...}}'


def _links(relation: Links, given: Json, path: str, faults: Faults) -> LinkSet:
    """A list adds; {"add": [...]}, {"replace": [...]} and {"remove": [...]} say what they do."""
    change = Change.ADD
    if isinstance(given, dict) and len(given) == 1 and (named := next(iter(given))) in set(Change):
        change, given = Change(named), given[named]
    if not isinstance(given, list):
        faults.append(_wrong(path, "list", given))
        given = []
    links = (_link(relation, entry, f"{path}/{position}", faults) for position, entry in enumerate(given))
    return LinkSet(links=tuple(links), change=change)


def _link(relation: Links, entry: Json, path: str, faults: Faults) -> Link:
    target, values = entry, {}
    if isinstance(entry, dict):
        target = {name: value for name, value in entry.items() if name not in relation.columns}
        values = {name: value for name, value in entry.items() if name in relation.columns}
    for name, value in values.items():
        if type(value) is not int or value not in _INT4:
            faults.append(_wrong(f"{path}/{name}", "int", value))
    return Link(target=_reference(ENTITIES[relation.entity], target, path, faults), values=values)


def _children(
    relation: Children, given: Json, parent: Reference | None, path: str, faults: Faults
) -> tuple[Upsert, ...]:
    if not isinstance(given, list):
        faults.append(_wrong(path, "list", given))
        return ()
    spec = ENTITIES[relation.entity]
    return tuple(
        _record(spec, child, f"{path}/{position}", faults, unnamed=_derived_id(spec, relation, child, parent))
        for position, child in enumerate(given)
    )


def _derived_id(spec: EntitySpec, relation: Children, child: Json, parent: Reference | None) -> Reference | None:
    """An id made of what the child is, so that the same file twice does not give its record two of it.

    What it is: the fields of its natural key, and without one everything in it.
    """
    if parent is None or not isinstance(child, dict):
        return None
    names = {name for key in spec.keys[:1] for name in key.fields} - {relation.field}
    distinct = {name: child[name] for name in names if name in child} if names else child
    owner = str(parent.value).strip().casefold()
    said = orjson.dumps([parent.by, owner, relation.name, distinct], option=orjson.OPT_SORT_KEYS)
    return Reference("id", uuid5(_CHILDREN_NAMESPACE, said.decode()))


def _translations(given: Json, path: str, faults: Faults) -> tuple[tuple[Reference, Mapping[str, Json] | None], ...]:
    """By the code or the id of the language; null removes what stands there."""
    if not isinstance(given, dict):
        faults.append(_wrong(path, "object", given))
        return ()
    for language, texts in given.items():
        if texts is not None and not isinstance(texts, dict):
            faults.append(_wrong(f"{path}/{language}", "object", texts))
    return tuple((_language(language), texts) for language, texts in given.items())


def _language(name: str) -> Reference:
    try:
        return Reference("id", UUID(name))
    except ValueError:
        return Reference("code", name)


def _wrong(path: str, expected: str, value: Json) -> FieldError:
    shown = value if isinstance(value, int | float | bool) else type(value).__name__
    shown = value[:100] if isinstance(value, str) else shown
    return FieldError(path=path, code=ErrorCode.TYPE, params={"expected": expected, "value": shown})
