"""What the table of types can say: how a JSON:API type is an entity of the catalog. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Final

from catalog.commands import Json
from catalog.entities import ENTITIES
from catalog.registry import EntitySpec, FieldSpec, Moment, Ref

_UNDERSCORE: Final = re.compile(r"_([a-z0-9])")


class Way(Enum):
    """How a relation is kept in the catalog."""

    REF = "a field of the record"
    LINKS = "a mapping table"
    FIRST = "the first of a mapping table, as if there were one"
    CHILDREN = "records that name this one in a field"
    REVERSE = "a mapping table that belongs to the other side"
    SELF = "the same record under another type"
    NONE = "always empty"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    name: str
    spec: FieldSpec
    words: Mapping[str, Json] = field(default_factory=dict)  # API's word -> the field's value
    is_email: bool = False
    is_currency: bool = False  # of no column: the code of the system currency, which all prices have
    writable: bool = True  # else it is accepted and ignored


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    name: str
    type: str
    way: Way
    source: str = ""  # the field, links or children of the entity; for REVERSE those of the other one
    many: bool = False
    writable: bool = True  # else it is accepted and ignored
    linked: bool = True  # its linkage is always shown; else only when it is included


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A JSON:API type. `required`: what a new one must have, by the API's names."""

    type: str
    entity: str
    attributes: Mapping[str, Attribute]
    relations: Mapping[str, Relation]
    required: tuple[str, ...] = ()
    either: tuple[str, ...] = ()  # attributes of which a new one must have at least one
    creates: bool = True
    updates: bool = True
    deletes: bool = True
    external: str = ""  # the field of the entity that is the id when the request asks for external ids

    @cached_property
    def spec(self) -> EntitySpec:
        return ENTITIES[self.entity]

    @cached_property
    def is_owned(self) -> bool:
        return "owner" in self.spec.by_name

    @cached_property
    def has_currency(self) -> bool:
        return any(attribute.is_currency for attribute in self.attributes.values())

    @cached_property
    def by_field(self) -> Mapping[str, str]:
        """Field of the entity -> where it stands in a resource object: `attributes/name` or `relationships/owner`."""
        places = {relation.source: f"relationships/{relation.name}" for relation in self.relations.values()}
        return places | {attribute.spec.name: f"attributes/{name}" for name, attribute in self.attributes.items()}

    @cached_property
    def mandatory(self) -> tuple[str, ...]:
        """`required` by the names of the entity."""
        return tuple(
            self.attributes[name].spec.name if name in self.attributes else self.relations[name].source
            for name in self.required
        )

    @cached_property
    def keys(self) -> Mapping[frozenset[str], str]:
        """The sets of members by which an upsert can find a record -> the name of the catalog's key."""
        names = {field: place.partition("/")[2] for field, place in self.by_field.items()}
        keys = [key for key in self.spec.keys if names.keys() >= set(key.fields)]
        return {frozenset(names[field] for field in key.fields): key.name for key in keys}


TIMES: Final = {
    name: Attribute(name=name, spec=Moment(name=column), writable=False)
    for name, column in (("createdAt", "created_at"), ("updatedAt", "updated_at"))
}


def camel_case(name: str) -> str:
    return _UNDERSCORE.sub(lambda found: found[1].upper(), name)


def attributes(spec: EntitySpec, renamed: Mapping[str, str], hidden: frozenset[str]) -> dict[str, Attribute]:
    """The scalar fields of an entity, in camelCase or by their own names in this dialect."""
    scalar = [spec for spec in spec.fields if not isinstance(spec, Ref) and spec.name not in hidden]
    names = [renamed.get(spec.name, camel_case(spec.name)) for spec in scalar]
    return {name: Attribute(name=name, spec=spec) for name, spec in zip(names, scalar, strict=True)}


def relations(
    spec: EntitySpec, types: Mapping[str, str], renamed: Mapping[str, str], hidden: frozenset[str]
) -> dict[str, Relation]:
    """The references, links and children of an entity whose targets have a type. `types`: type by entity."""
    found: list[Relation] = []
    for ref in spec.refs:
        found.append(Relation(name=ref.name, type=types.get(ref.entity, ""), way=Way.REF, source=ref.name))
    for links in spec.links:
        type = types.get(links.entity, "")
        found.append(Relation(name=links.name, type=type, way=Way.LINKS, source=links.name, many=True))
    for children in spec.children:
        type = types.get(children.entity, "")
        found.append(Relation(name=children.name, type=type, way=Way.CHILDREN, source=children.name, many=True))
    named = [(renamed.get(relation.name, camel_case(relation.name)), relation) for relation in found]
    return {
        name: Relation(
            name=name, type=r.type, way=r.way, source=r.source, many=r.many, writable=r.way is not Way.CHILDREN
        )
        for name, r in named
        if r.type and r.source not in hidden
    }
