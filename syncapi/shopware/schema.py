"""Every entity as Shopware shows it, made once of our declarations and of `names`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from catalog.entities import ENTITIES
from catalog.registry import EntitySpec, FieldSpec, Ref
from syncapi.shopware.names import BACKWARDS, LISTS_OF_PRICES, MAPPINGS, NAMED, Named, NamedMapping, camel, dashed


class Arity(StrEnum):
    """How a record is associated with others."""

    ONE = "many_to_one"
    CHILDREN = "one_to_many"
    LINKS = "many_to_many"
    BACKWARDS = "many_to_many from the other side"
    REVERSE = "one_to_many, read only"


@dataclass(frozen=True, kw_only=True, slots=True)
class Association:
    """`relation`: our name of it: a reference, a relation of children, or of links, on whichever side has it."""

    name: str
    arity: Arity
    target: str  # Shopware's entity
    relation: str

    @property
    def is_list(self) -> bool:
        return self.arity is not Arity.ONE


@dataclass(frozen=True)
class Resource:
    """An entity of records with an id."""

    named: Named

    @property
    def name(self) -> str:
        return self.named.name

    @cached_property
    def spec(self) -> EntitySpec:
        return ENTITIES[self.named.entity]

    def property_of(self, field: str) -> str:
        """What Shopware calls a field of ours; a path's part that is no field stays as it is."""
        if field in self.named.renamed:
            return self.named.renamed[field]
        if field in ("price_gross", "price_net", "price_linked", "prices_other"):
            return LISTS_OF_PRICES.get(self.name, field)
        spec = self.spec.by_name.get(field)
        return camel(field) + ("Id" if isinstance(spec, Ref) else "") if spec else field

    @cached_property
    def fields(self) -> Mapping[str, FieldSpec]:
        """Its writable and readable scalar properties and foreign keys, without id."""
        shown = (field for field in self.spec.fields if field.name not in self.named.hidden)
        return {self.property_of(field.name): field for field in shown}

    @cached_property
    def translated(self) -> Mapping[str, FieldSpec]:
        return {name: field for name, field in self.fields.items() if field.translated}

    @property
    def is_priced(self) -> bool:
        return self.name in LISTS_OF_PRICES

    @cached_property
    def protected(self) -> frozenset[str]:
        return self.named.protected | self.named.computed.keys()

    @cached_property
    def properties(self) -> frozenset[str]:
        """All that a record may have, without what is ignored."""
        own = {"id", *self.fields, *self.associations, *self.protected}
        own |= {"translations"} if self.spec.translated else set()
        own |= {LISTS_OF_PRICES[self.name]} if self.is_priced else set()
        return frozenset(own | ({"purchasePrices", "purchasePrice"} if self.name == "product" else set()))

    @cached_property
    def associations(self) -> Mapping[str, Association]:
        return {association.name: association for association in (*self._own(), *self._others())}

    def _own(self) -> list[Association]:
        hidden, renamed = self.named.hidden, self.named.renamed
        found = [
            Association(name=camel(ref.name), arity=Arity.ONE, target=of_entity(ref.entity), relation=ref.name)
            for ref in self.spec.refs
            if ref.name not in hidden and ref.entity in _BY_ENTITY
        ]
        for arity, relations in ((Arity.CHILDREN, self.spec.children), (Arity.LINKS, self.spec.links)):
            found += [
                Association(
                    name=renamed.get(each.name, camel(each.name)),
                    arity=arity,
                    target=of_entity(each.entity),
                    relation=each.name,
                )
                for each in relations
                if each.name not in hidden and each.entity in _BY_ENTITY
            ]
        return found

    def _others(self) -> list[Association]:
        found = [
            Association(name=name, arity=Arity.REVERSE, target=target, relation=ref)
            for name, (target, ref) in self.named.reverse.items()
        ]
        found += [
            Association(name=name, arity=Arity.BACKWARDS, target=of_entity(owner), relation=relation)
            for (entity, name), (owner, relation) in BACKWARDS.items()
            if entity == self.named.entity
        ]
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """The texts of a resource in one language; its key is the record and the language."""

    resource: Resource

    @property
    def name(self) -> str:
        return f"{self.resource.name}_translation"

    @property
    def owner_id(self) -> str:
        return f"{camel(self.resource.name)}Id"


def _sides(mapping: NamedMapping) -> tuple[Association, Association]:
    target = ENTITIES[mapping.owner].links_by_name[mapping.relation].entity
    sides = ((mapping.owner_id, mapping.owner), (mapping.target_id, target))
    first, second = (
        Association(name=id.removesuffix("Id"), arity=Arity.ONE, target=_BY_ENTITY[entity], relation=id)
        for id, entity in sides
    )
    return first, second


def _ends(texts: Translation) -> tuple[Association, Association]:
    """Their record, and their language."""
    owner = texts.owner_id.removesuffix("Id")
    return (
        Association(name=owner, arity=Arity.ONE, target=texts.resource.name, relation=texts.owner_id),
        Association(name="language", arity=Arity.ONE, target="language", relation="languageId"),
    )


Anything = Resource | NamedMapping | Translation

RESOURCES: Final[Mapping[str, Resource]] = {named.name: Resource(named) for named in NAMED}
_BY_ENTITY: Final = {named.entity: named.name for named in NAMED}
MAPPINGS_BY_NAME: Final[Mapping[str, NamedMapping]] = {mapping.name: mapping for mapping in MAPPINGS}
TRANSLATIONS: Final[Mapping[str, Translation]] = {
    f"{name}_translation": Translation(resource=resource)
    for name, resource in RESOURCES.items()
    if resource.spec.translated
}
ALL: Final[Mapping[str, Anything]] = {**RESOURCES, **MAPPINGS_BY_NAME, **TRANSLATIONS}
MAPPING_OF: Final = {(mapping.owner, mapping.relation): mapping for mapping in MAPPINGS}
_SIDES: Final = {
    **{mapping.name: {side.name: side for side in _sides(mapping)} for mapping in MAPPINGS},
    **{texts.name: {side.name: side for side in _ends(texts)} for texts in TRANSLATIONS.values()},
}
PATHS: Final = frozenset(ALL) | frozenset(map(dashed, ALL))  # the first segments that are Shopware's entities


def associations_of(described: Anything) -> Mapping[str, Association]:
    """By name; a mapping's are its two sides, and so are those of texts, their record and their language."""
    return described.associations if isinstance(described, Resource) else _SIDES[described.name]


TEXTS: Final = "translations"  # what the association with a record's texts is called


def related(described: Anything) -> Mapping[str, tuple[Anything, bool]]:
    """What is behind each association, and whether it is a list; a record's texts are one too."""
    found: dict[str, tuple[Anything, bool]] = {
        name: (RESOURCES[association.target], association.is_list)
        for name, association in associations_of(described).items()
    }
    if (texts := TRANSLATIONS.get(f"{described.name}_translation")) is not None:
        found[TEXTS] = (texts, True)
    return found


def name_of(entity: str) -> str:
    """Shopware's name of an entity of ours; "" where it has none."""
    return _BY_ENTITY.get(entity, "")


def of_entity(entity: str) -> str:
    """Shopware's name of an entity of ours."""
    return _BY_ENTITY[entity]
