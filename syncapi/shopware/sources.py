"""What can be searched by: properties and associations of records and of mappings, as Django's queries name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalog.plans import plan
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.names import NamedMapping
from syncapi.shopware.schema import ALL, MAPPINGS_BY_NAME, RESOURCES, Arity, Resource, associations_of

_OWN: Final = {"id": "id", "createdAt": "created_at", "updatedAt": "updated_at", "autoIncrement": "number"}
_FROM_THERE: Final = (Arity.REVERSE, Arity.BACKWARDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """`steps`: by association, how a query goes there. `order`: of rows that no sorting tells apart."""

    name: str
    model: type[models.Model]
    columns: Mapping[str, str]
    steps: Mapping[str, str]
    order: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A field as Django's queries name it."""

    lookup: str
    field: models.Field[Any, Any]
    many: bool  # on the way there are several records

    @property
    def is_list(self) -> bool:
        return isinstance(self.field, ArrayField)


@cache
def of(name: str) -> Source:
    """`name`: Shopware's, of an entity of records or of a mapping."""
    if name in MAPPINGS_BY_NAME:
        return _of_mapping(MAPPINGS_BY_NAME[name])
    resource = RESOURCES[name]
    model = plan(resource.spec.name).model
    return Source(name=name, model=model, columns=_columns(resource), steps=_steps(resource, model), order=("number",))


def locate(source: Source, name: str) -> Place:
    """`name`: `property`, or `association.property`, after the entity's own name or not. Raises FaultyError."""
    *way, last = name.removeprefix(f"{source.name}.").split(".")
    current, lookups, many = source, [], False
    for part in way:
        if part not in current.steps:
            raise unknown(source.name, name)
        lookups.append(current.steps[part])
        association = associations_of(ALL[current.name])[part]
        many = many or association.is_list
        current = of(association.target)
    if last not in current.columns:
        raise unknown(source.name, name)
    column = current.columns[last]
    return Place(lookup="__".join([*lookups, column]), field=current.model._meta.get_field(column), many=many)  # type: ignore[arg-type]


def unknown(entity: str, name: str) -> FaultyError:
    return FaultyError(
        Fault(code="FRAMEWORK__UNMAPPED_FIELD", detail=f'Field "{name[:100]}" in entity "{entity}" was not found.')
    )


def _columns(resource: Resource) -> dict[str, str]:
    columns = {name: field.column for name, field in resource.fields.items()}
    priced = {"price": "price_gross"} if resource.is_priced else {}
    return columns | priced | dict(resource.named.computed) | _OWN


def _steps(resource: Resource, model: type[models.Model]) -> dict[str, str]:
    known = {field.name for field in model._meta.get_fields()}
    steps = {
        each.name: each.name if each.arity in _FROM_THERE else each.relation for each in resource.associations.values()
    }
    return {name: step for name, step in steps.items() if step in known}


def _of_mapping(mapping: NamedMapping) -> Source:
    table = plan(mapping.owner).mappings[mapping.relation]
    relation: Any = plan(mapping.owner).model._meta.get_field(mapping.relation)
    sides = {mapping.owner_id: table.owner, mapping.target_id: table.target}
    return Source(
        name=mapping.name,
        model=relation.remote_field.through,
        columns=sides,
        steps={property.removesuffix("Id"): column.removesuffix("_id") for property, column in sides.items()},
        order=(table.owner, table.target),
    )
