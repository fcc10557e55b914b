"""From criteria to the ids that fit, with totals and aggregations: a fixed number of queries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet, Sum

from catalog import searching as words
from catalog.commands import Filter, Json
from syncapi.shopware import values
from syncapi.shopware.criteria import Aggregation, Criteria
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.prices import plain
from syncapi.shopware.sources import Place, Source, locate, unknown

_LOOKUPS: Final = {"contains": "icontains", "prefix": "istartswith", "suffix": "iendswith"}
_TELLING: Final = ("name", "code", "fileName", "title")  # what a term is looked for in
_LARGEST: Final = 10**15


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`keys`: ids; of a mapping's rows the pairs of ids."""

    keys: Sequence[Any]
    total: int
    aggregations: Mapping[str, Json]


def search(source: Source, criteria: Criteria, *, within: Q | None = None) -> Found:
    """Raises FaultyError for a field, an association or a value that cannot be searched by."""
    rows = matching(source, criteria, within=within)
    first = (criteria.page - 1) * criteria.limit
    extra = 1 if criteria.total == 2 else 0
    keys = list(_sorted(rows, source, criteria).values_list("pk", flat=True)[first : first + criteria.limit + extra])
    total = rows.count() if criteria.total == 1 else len(keys)
    aggregations = {each.name: _aggregate(rows, source, each) for each in criteria.aggregations}
    return Found(keys=keys[: criteria.limit], total=total, aggregations=aggregations)


def matching(source: Source, criteria: Criteria, *, within: Q | None = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = source.model._default_manager.all()
    if within is not None:
        rows = rows.filter(within)
    if criteria.ids and "id" in source.columns:
        rows = rows.filter(pk__in=[UUID(id) for id in criteria.ids if values.is_id(id)])
    for each in criteria.filters:
        rows = rows.filter(condition(source, each))
    if criteria.term.strip():
        rows = words.matching(rows, criteria.term) if source.name == "product" else _named(rows, source, criteria.term)
    return rows


def condition(source: Source, where: Filter) -> Q:
    if where.operator in ("and", "or", "not"):
        return _joined(where, [condition(source, part) for part in where.parts])
    place = locate(source, where.field)
    found = _compared(place, where)
    if not place.many:
        return found
    return Q(pk__in=source.model._default_manager.filter(found).values("pk"))


def _joined(where: Filter, parts: Sequence[Q]) -> Q:
    if not parts:
        return Q()
    return {"and": lambda: reduce(and_, parts), "or": lambda: reduce(or_, parts), "not": lambda: ~reduce(and_, parts)}[
        where.operator
    ]()


def _compared(place: Place, where: Filter) -> Q:
    lookup = place.lookup
    match where.operator:
        case "any":
            given = [_value(place, each, where.field) for each in where.value if each is not None]
            found = Q(**{f"{lookup}__{'overlap' if place.is_list else 'in'}": given})
            return found | Q(**{f"{lookup}__isnull": True}) if None in where.value else found
        case "range":
            return Q(**{f"{lookup}__{k}": _value(place, v, where.field) for k, v in where.value.items()})
        case "equals" if where.value is None:
            return Q(**{f"{lookup}__isnull": True})
        case "equals":
            value = _value(place, where.value, where.field)
            return Q(**{f"{lookup}__contains": [value]}) if place.is_list else Q(**{lookup: value})
    if not isinstance(place.field, models.CharField | models.TextField):
        raise _invalid(where.field, where.value)
    return Q(**{f"{lookup}__{_LOOKUPS[where.operator]}": where.value})


def _value(place: Place, value: Json, name: str) -> Json:
    """The value as the column has it. Raises FaultyError."""
    field = place.field.base_field if isinstance(place.field, ArrayField) else place.field
    if isinstance(field, models.UUIDField):
        return UUID(value) if values.is_id(value) else UUID(int=0)
    if isinstance(value, float) and not math.isfinite(value):
        raise _invalid(name, value)
    if isinstance(field, models.BooleanField) and value in ("1", "0", "true", "false", 1, 0):
        return value in ("1", "true", 1, True)
    try:
        found = field.to_python(value)
    except (ValidationError, TypeError, ValueError, ArithmeticError):
        raise _invalid(name, value) from None
    is_number = isinstance(found, int | float | Decimal) and not isinstance(found, bool)
    if is_number and not (math.isfinite(found) and abs(found) <= _LARGEST):
        raise _invalid(name, value)
    return found


def _named(rows: QuerySet[Any], source: Source, term: str) -> QuerySet[Any]:
    columns = [source.columns[name] for name in _TELLING if name in source.columns]
    found = [Q(**{f"{column}__icontains": term.strip()}) for column in columns]
    return rows.filter(reduce(or_, found)) if found else rows.none()


def _sorted(rows: QuerySet[Any], source: Source, criteria: Criteria) -> QuerySet[Any]:
    order = []
    for name, descending in criteria.sort:
        if name == "_score":
            continue
        place = locate(source, name)
        if place.many:
            raise unknown(source.name, name)
        order.append(F(place.lookup).desc(nulls_last=True) if descending else F(place.lookup).asc(nulls_first=True))
    return rows.order_by(*order, *source.order)


def _aggregate(rows: QuerySet[Any], source: Source, asked: Aggregation) -> Json:
    place = locate(source, asked.field or "id")
    for each in asked.filters:
        rows = rows.filter(condition(source, each))
    functions = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
    shown: dict[str, Json] = {"extensions": [], "apiAlias": f"{asked.kind}_aggregation"}
    if asked.kind == "count":
        return {**shown, "count": rows.aggregate(n=Count(place.lookup, distinct=True))["n"]}
    if asked.kind in ("terms", "histogram"):
        counted = rows.order_by().values_list(place.lookup).annotate(n=Count("pk", distinct=True)).order_by("-n")
        buckets = [
            {"key": _shown(key), "count": n, "apiAlias": "aggregation_bucket"} for key, n in counted[: asked.limit]
        ]
        return {**shown, "buckets": buckets}
    is_number = isinstance(place.field, models.IntegerField | models.DecimalField)
    kinds = list(functions) if asked.kind == "stats" else [asked.kind]
    if any(kind not in functions for kind in kinds) or (not is_number and set(kinds) & {"sum", "avg"}):
        detail = f"The aggregation {asked.kind[:50]} cannot be made of {asked.field[:100]}."
        raise FaultyError(Fault(code="FRAMEWORK__INVALID_AGGREGATION_QUERY", detail=detail, pointer="/aggregations"))
    found = rows.aggregate(**{f"a_{kind}": functions[kind](place.lookup) for kind in kinds})
    return {**shown, **{kind: _shown(found[f"a_{kind}"]) for kind in kinds}}


def _shown(value: Any) -> Json:
    if isinstance(value, UUID):
        return value.hex
    return plain(value)


def _invalid(name: str, value: Json) -> FaultyError:
    detail = f"The value {str(values.shown(value))[:100]} is none of {name[:100]}."
    return FaultyError(Fault(code="FRAMEWORK__INVALID_FILTER_QUERY", detail=detail, pointer="/filter"))
