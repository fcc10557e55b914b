"""Conditions on records, from a command's Filter to the ids that fit."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Final
from uuid import UUID

from django.db.models import Q

from catalog.commands import Filter
from catalog.plans import plan

_LOOKUPS: Final = {
    "equals": "exact", "any": "in", "contains": "icontains", "prefix": "startswith", "suffix": "endswith",
}  # fmt: skip
_OWN: Final = frozenset({"id", "number", "created_at", "updated_at"})


def matching(entity: str, where: Filter) -> list[UUID]:
    """The ids of all records that fit. Raises LookupError for a field that the entity does not have."""
    found = plan(entity).model._default_manager.filter(condition(entity, where))
    return list(found.order_by("pk").values_list("pk", flat=True))


def condition(entity: str, where: Filter) -> Q:
    parts = [condition(entity, part) for part in where.parts]
    match where.operator:
        case "and":
            return reduce(and_, parts, Q())
        case "or":
            return reduce(or_, parts) if parts else Q(pk__in=[])
        case "not":
            return ~reduce(or_, parts) if parts else Q()
        case "range":
            return Q(**{f"{_field(entity, where)}__{bound}": value for bound, value in where.value.items()})
    if where.value is None and where.operator == "equals":
        return Q(**{f"{_field(entity, where)}__isnull": True})
    return Q(**{f"{_field(entity, where)}__{_LOOKUPS[where.operator]}": where.value})


def _field(entity: str, where: Filter) -> str:
    name = where.field
    if name not in _OWN and name not in plan(entity).spec.by_name:
        raise LookupError(f"{entity} has no field {name}")
    return plan(entity).spec.by_name[name].column if name in plan(entity).spec.by_name else name
