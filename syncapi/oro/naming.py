"""Which records a plain record of a list concerns, without understanding the rest of it: what a body is cut by. Pure.

It may name more records than the command will concern, never fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from uuid import UUID

from asyncops.dialects import Concerned
from catalog.commands import Json
from catalog.naming import EVERY, Name
from syncapi.oro.kinds import Relation, Resource, Way
from syncapi.oro.names import RESOURCES
from syncapi.oro.records import Setting, key_of

_UPDATE: Final = {"update": True}
_PLAIN: Final = frozenset({Way.REF, Way.LINKS, Way.FIRST})


class Unusual(Exception):
    """The record has to be understood first."""


def namer(context: Mapping[str, Json]) -> Callable[[Json], Concerned | None]:
    """For a record of such a list its names; None for an unusual one."""
    names = _Names(RESOURCES[context["type"]], Setting.of(context))

    def concerned(item: Json) -> Concerned | None:
        try:
            return names.of(item)
        except Unusual:
            return None

    return concerned


class _Names:
    def __init__(self, resource: Resource, setting: Setting) -> None:
        self._resource, self._external = resource, setting.external
        self._is_usual = resource.creates and not (setting.external and resource.external)
        self._entity, self._key = resource.entity, resource.spec.key
        self._kind = self._key.name if self._key else ""
        field = self._key.fields[0] if self._key else ""
        self._attribute = resource.by_field.get(field, "").partition("/")[2]
        self._every = (resource.entity, EVERY, None)
        self._new = [self._every, *_creator(resource, setting)]

    def of(self, item: Json) -> Concerned:
        if not self._is_usual or not isinstance(item, dict) or item.get("type") != self._resource.type:
            raise Unusual
        relationships, meta = item.get("relationships"), item.get("meta")
        related = list(self._related(relationships)) if relationships else []
        written = self._own_name(item.get("attributes"))
        if not meta:
            return Concerned(written, [*self._new, *related] if related else self._new)
        if meta != _UPDATE:
            raise Unusual
        written.append(_name(self._resource, item.get("id"), external=self._external))
        return Concerned(written, [self._every, *related])

    def _own_name(self, attributes: Json) -> list[Name]:
        """The value that names it, once it has been written."""
        if attributes is None or self._key is None:
            return []
        if not isinstance(attributes, dict):
            raise Unusual
        value = attributes.get(self._attribute)
        return [(self._entity, self._kind, self._key.fold(value))] if isinstance(value, str) else []

    def _related(self, given: Json) -> Iterator[Name]:
        if not isinstance(given, dict):
            raise Unusual
        for name, value in given.items():
            relation = self._resource.relations.get(name)
            if relation is None or not isinstance(value, dict):
                raise Unusual
            if relation.writable and (data := value.get("data")):
                yield from self._linked(relation, data)

    def _linked(self, relation: Relation, data: Json) -> Iterator[Name]:
        if relation.way not in _PLAIN:
            raise Unusual
        for identifier in data if isinstance(data, list) else (data,):
            if not isinstance(identifier, dict) or "lid" in identifier or identifier.get("type") != relation.type:
                raise Unusual
            yield _name(RESOURCES[relation.type], identifier.get("id"), external=self._external)


def _name(resource: Resource, id: Json, *, external: bool) -> Name:
    key = key_of(resource, id, external=external)
    if key is None:
        raise Unusual
    if key.by == "number":
        return resource.entity, key.by, key.value
    return resource.entity, key.by, resource.spec.keys_by_name[key.by].fold(key.value)


def _creator(resource: Resource, setting: Setting) -> Iterator[Name]:
    """To whom a new record belongs."""
    if resource.is_owned and setting.owner and setting.organization:
        yield "user", "id", UUID(setting.owner)
        yield "organization", "id", UUID(setting.organization)
