"""A plan joins an entity's declaration with its model once: columns, defaults, unique keys, what refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.db.models import CASCADE, PROTECT, Field, ForeignObjectRel, Model

from catalog.commands import Json
from catalog.entities import ENTITIES
from catalog.registry import Document, EntitySpec, Links

OWN_COLUMNS = ("id", "created_at", "updated_at")  # every entity has them; the writer fills them


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependent:
    """A table whose rows refer to an entity, and what deleting the entity means for them."""

    table: str
    column: str
    cascade: bool  # False: they forbid it
    entity: str | None  # the entity kept in that table; None for mapping and value tables


@dataclass(frozen=True, kw_only=True)
class MappingTable:
    """A mapping table, by its column names."""

    links: Links
    table: str
    owner: str
    target: str


@dataclass(frozen=True)
class Plan:
    spec: EntitySpec
    model: type[Model]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that a write may set, the natural key's comparable form included."""
        declared = [field.column for field in self.spec.fields]
        key = self.spec.key
        return (*declared, key.column) if key and key.column not in declared else tuple(declared)

    @cached_property
    def merged(self) -> frozenset[str]:
        return frozenset(f.column for f in self.spec.fields if isinstance(f, Document) and f.merged)

    @cached_property
    def blank(self) -> Mapping[str, Json]:
        """A new record before its values: the model's defaults, by column."""
        fields = [self.model._meta.get_field(f.name) for f in self.spec.fields]
        defaults = {str(f.column): f.get_default() for f in fields if isinstance(f, Field) and f.has_default()}
        return defaults | dict(self.spec.defaults)

    @cached_property
    def mandatory(self) -> tuple[str, ...]:
        """Fields that no default fills and the table cannot leave empty."""
        return tuple(f.name for f in self.spec.fields if not f.nullable and f.column not in self.blank)

    @cached_property
    def unique(self) -> Mapping[str, str]:
        """Column -> field for every single-column unique constraint besides the ids."""
        key_column = self.spec.key.column if self.spec.key else None
        found = {}
        for spec in self.spec.fields:
            column = self.model._meta.get_field(spec.name)
            if getattr(column, "unique", False) or spec.column == key_column:
                found[spec.column] = spec.name
        if self.spec.key:
            found[self.spec.key.column] = self.spec.key.field
        return found

    @cached_property
    def mappings(self) -> Mapping[str, MappingTable]:
        return {links.name: _mapping(links) for links in self.spec.links}

    @cached_property
    def store_table(self) -> str:
        return str(apps.get_model(self.spec.store_values)._meta.db_table)

    @cached_property
    def store_owner(self) -> str:
        return f"{self.spec.name}_id"

    @cached_property
    def dependents(self) -> tuple[Dependent, ...]:
        return tuple(_dependent(relation) for relation in self.model._meta.get_fields(include_hidden=True) if _is_foreign_key(relation))

    @cached_property
    def rank(self) -> int:
        """Entities of a lower rank are written first: whatever a record refers to exists before it."""
        others = {ref.entity for ref in self.spec.refs} | {links.entity for links in self.spec.links}
        return 1 + max((plan(name).rank for name in others - {self.spec.name}), default=0)


@cache
def plan(entity: str) -> Plan:
    spec = ENTITIES[entity]
    return Plan(spec, apps.get_model(spec.model))


@cache
def _entity_of_table(table: str) -> str | None:
    return next((name for name in ENTITIES if plan(name).table == table), None)


def _mapping(links: Links) -> MappingTable:
    model = apps.get_model(links.mapping)
    return MappingTable(links=links, table=model._meta.db_table, owner=f"{links.owner}_id", target=f"{links.target}_id")


def _is_foreign_key(relation: Any) -> bool:
    return isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one)


def _dependent(relation: Any) -> Dependent:
    if relation.on_delete not in (CASCADE, PROTECT):
        raise NotImplementedError(f"{relation} is neither CASCADE nor PROTECT.")
    table = relation.related_model._meta.db_table
    return Dependent(
        table=table, column=relation.field.column, cascade=relation.on_delete is CASCADE, entity=_entity_of_table(table)
    )
