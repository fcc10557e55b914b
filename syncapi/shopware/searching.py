"""From criteria to the records that fit, in their order, with their total: a fixed number of queries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from operator import add, and_, or_, xor
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, F, Func, Max, Min, Q, QuerySet, Value, When

from catalog import searching as words
from catalog.commands import Filter, Json
from syncapi.shopware import values
from syncapi.shopware.criteria import SCORE, Criteria, Sorting
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.sources import Place, Source, locate, locate_in_any_language

_LOOKUPS: Final = {"contains": "icontains", "prefix": "istartswith", "suffix": "iendswith"}
_JOINING: Final = {"and": and_, "or": or_, "xor": xor}
_TELLING: Final = ("name", "code", "fileName", "title")  # what a term is looked for in
_LARGEST: Final = 10**15
AHEAD: Final = 5  # pages, as Shopware looks for those that can be gone to
_POINTS: Final = "points_of_query"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`keys`: ids; of a mapping's rows the pairs of ids."""

    keys: Sequence[Any]
    total: int


@dataclass(kw_only=True, slots=True)
class Search:
    """`languages`: whose texts are compared, the first most; none for the system's."""

    source: Source
    criteria: Criteria
    languages: Sequence[UUID] = ()
    within: Q | None = None

    def matching(self) -> QuerySet[Any]:
        """What is counted in sums: all that fits, without the filters that come after them."""
        rows: QuerySet[Any] = self.source.model._default_manager.all()
        if self.within is not None:
            rows = rows.filter(self.within)
        if self.criteria.ids and "id" in self.source.columns:
            rows = rows.filter(pk__in=[UUID(id) for id in self.criteria.ids if values.is_id(id)])
        rows = self.fitting(rows, self.criteria.filters, "/filter")
        return self._scored(self._with_term(rows))

    def fitting(self, rows: QuerySet[Any], filters: Sequence[Filter], path: str) -> QuerySet[Any]:
        """Raises FaultyError for a field, an association or a value that cannot be searched by."""
        for index, where in enumerate(filters):
            told: dict[str, Any] = {}
            condition = self._condition(where, f"{path}/{index}", told)
            rows = rows.alias(**told).filter(condition)
        return rows

    def ordered(self) -> QuerySet[Any]:
        rows = self.fitting(self.matching(), self.criteria.post, "/post-filter")
        return self._sorted(rows)

    def place(self, name: str) -> Place:
        return locate(self.source, name, self.languages)

    def _condition(self, where: Filter, path: str, told: dict[str, Any]) -> Q:
        """`told`: gains what a query must be told before it understands the condition."""
        if where.operator in (*_JOINING, "not"):
            parts = [self._condition(part, f"{path}/queries/{i}", told) for i, part in enumerate(where.parts)]
            return _joined(where.operator, parts)
        if (places := locate_in_any_language(self.source, where.field)) is not None:
            return reduce(or_, (self._fits(place, where, path, told) for place in places))
        return self._fits(self.place(where.field), where, path, told)

    def _fits(self, place: Place, where: Filter, path: str, told: dict[str, Any]) -> Q:
        try:
            found = _compared(place, where)
        except FaultyError as reason:
            raise FaultyError(*(replace(fault, pointer=f"{path}/value") for fault in reason.faults)) from None
        if not place.many:
            told.update(place.told)
            return found
        return Q(pk__in=self.source.model._default_manager.alias(**place.told).filter(found).values("pk"))

    def _with_term(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        term = self.criteria.term.strip()
        if not term:
            return rows
        if self.source.name == "product":
            return rows.filter(search__document=words.query(term))
        return self._named(rows, term)

    def _named(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        places = [self.place(name) for name in _TELLING if name in self.source.columns]
        if not places:
            return rows.none()
        told = {name: expression for place in places for name, expression in place.told.items()}
        found = reduce(or_, (Q(**{f"{place.lookup}__icontains": term}) for place in places))
        rows = rows.alias(**told)
        return rows.filter(found)

    def _scored(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Records that no query gives points are none of the result."""
        points: list[Any] = []
        for index, score in enumerate(self.criteria.scores):
            told: dict[str, Any] = {}
            condition = self._condition(score.where, f"/query/{index}/query", told)
            rows = rows.alias(**told)
            points.append(Case(When(condition, then=Value(float(score.points))), default=Value(0.0)))
        if points:
            rows = rows.alias(**{_POINTS: reduce(add, points)}).filter(**{f"{_POINTS}__gt": 0.0})
        return rows

    def _sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        by: list[Any] = []
        for position, sorting in enumerate(self.criteria.sort or _USUALLY):
            if sorting.field == SCORE:
                by += self._best(sorting)
            else:
                rows = rows.alias(**self.place(sorting.field).told)
                rows = rows.alias(**{f"sorting_{position}": _sorting(self.place(sorting.field), sorting)})
                by.append(_directed(F(f"sorting_{position}"), sorting))
        return self._grouped(rows, by).order_by(*by, *self.source.order)

    def _grouped(self, rows: QuerySet[Any], by: Sequence[Any]) -> QuerySet[Any]:
        """The first record of each group."""
        columns = self._groups()
        if not columns:
            return rows
        for each in self.criteria.sort:
            if each.field != SCORE and self.place(each.field).many:
                detail = "Groups cannot be sorted by what a record has several of."
                raise FaultyError(Fault(code="FRAMEWORK__INVALID_SORT_QUERY", detail=detail, pointer="/sort"))
        firsts = rows.order_by(*columns, *by, *self.source.order).distinct(*columns)
        return rows.filter(pk__in=firsts.values("pk"))

    def _groups(self) -> list[str]:
        """Columns: texts of the system language alone, and no custom fields."""
        places = [locate(self.source, name) for name in self.criteria.grouping]
        if any(place.numbers for place in places):
            detail = "Records cannot be grouped by custom fields."
            raise FaultyError(Fault(code="FRAMEWORK__INVALID_CRITERIA", detail=detail, pointer="/grouping"))
        return [place.lookup for place in places]

    def _best(self, sorting: Sorting) -> list[Any]:
        """Those with the most points or the best fit come first, or records that were asked for by id as they were."""
        criteria = self.criteria
        by: list[Any] = [F(_POINTS)] if criteria.scores else []
        if criteria.term.strip() and self.source.name == "product":
            by.append(SearchRank(F("search__document"), words.query(criteria.term)))
        if by:
            return [_directed(reduce(add, by), sorting)]
        ids = [UUID(id) for id in criteria.ids if values.is_id(id)] if "id" in self.source.columns else []
        return (
            [Func(Value(ids, output_field=_IDS), F("pk"), function="array_position", output_field=_POSITION)]
            if ids
            else []
        )


_IDS: Final = ArrayField(models.UUIDField())
_POSITION: Final = models.IntegerField()
_USUALLY: Final = (Sorting(field=SCORE, descending=True),)


def find(search: Search) -> Found:
    """Raises FaultyError for a field, an association or a value that cannot be searched by."""
    keys, total = page(search.ordered().values_list("pk", flat=True), search.criteria)
    return Found(keys=keys, total=total)


def page(rows: QuerySet[Any, Any], criteria: Criteria) -> tuple[list[Any], int]:
    """The page that is asked for, and the total as it is asked for. A look at the next ones tells how many follow."""
    extra = AHEAD * criteria.limit + 1 if criteria.total == 2 else 0
    found = list(rows[criteria.first : criteria.first + criteria.limit + extra])
    return found[: criteria.limit], rows.count() if criteria.total == 1 else len(found)


def arranged(source: Source, criteria: Criteria, ids: Sequence[UUID], *, languages: Sequence[UUID] = ()) -> list[UUID]:
    """Those of `ids` that fit, in the order of the criteria, whatever the page. Raises FaultyError like `find`."""
    search = Search(source=source, criteria=criteria, languages=languages, within=Q(pk__in=ids))
    return list(search.ordered().values_list("pk", flat=True))


def _sorting(place: Place, sorting: Sorting) -> Any:
    if not place.many:
        return F(place.lookup)
    if sorting.counts:
        return Count(place.lookup, distinct=True)
    if not place.has_extremes:
        detail = f"Records cannot be sorted by {sorting.field[:100]}."
        raise FaultyError(Fault(code="FRAMEWORK__INVALID_SORT_QUERY", detail=detail, pointer="/sort"))
    return Max(place.lookup) if sorting.descending else Min(place.lookup)


def _directed(by: Any, sorting: Sorting) -> Any:
    return by.desc(nulls_last=True) if sorting.descending else by.asc(nulls_first=True)


def _joined(operator: str, parts: Sequence[Q]) -> Q:
    if not parts:
        return Q()
    return ~reduce(and_, parts) if operator == "not" else reduce(_JOINING[operator], parts)


def _compared(place: Place, where: Filter) -> Q:
    lookup = place.lookup
    match where.operator:
        case "any":
            exact, given = _exact(place, [each for each in where.value if each is not None], where.field)
            found = Q(**{f"{exact}__{'overlap' if place.is_list else 'in'}": given})
            return found | Q(**{f"{lookup}__isnull": True}) if None in where.value else found
        case "range":
            return _between(place, where)
        case "equals" if where.value is None:
            return Q(**{f"{lookup}__isnull": True})
        case "equals":
            exact, [value] = _exact(place, [where.value], where.field)
            return Q(**{f"{exact}__contains": [value]}) if place.is_list else Q(**{exact: value})
    if not isinstance(place.field, models.CharField | models.TextField):
        raise _invalid(where.field, where.value)
    return Q(**{f"{lookup}__{_LOOKUPS[where.operator]}": where.value})


def _exact(place: Place, values: Sequence[Json], name: str) -> tuple[str, list[Json]]:
    """Where it is looked for whether a value is one of these, and the values as they are there."""
    given = [_value(place, each, name) for each in values]
    return place.key_lookup, [place.key.fold(each) for each in given] if place.key else given


def _between(place: Place, where: Filter) -> Q:
    bounds: Mapping[str, Json] = where.value
    if place.is_list:
        raise _invalid(where.field, next(iter(bounds.values())))
    if place.numbers and all(isinstance(bound, int | float) for bound in bounds.values()):
        return Q(**{f"{place.numbers}__{k}": bound for k, bound in bounds.items()})
    return Q(**{f"{place.lookup}__{k}": _value(place, bound, where.field) for k, bound in bounds.items()})


def _value(place: Place, value: Json, name: str) -> Json:
    """The value as the column has it. Raises FaultyError."""
    field = place.field.base_field if isinstance(place.field, ArrayField) else place.field
    if isinstance(field, models.UUIDField):
        return UUID(value) if values.is_id(value) else UUID(int=0)
    if isinstance(value, float) and not math.isfinite(value):
        raise _invalid(name, value)
    if isinstance(field, models.BooleanField) and value in ("1", "0", "true", "false", 1, 0):
        return value in ("1", "true", 1, True)
    if place.numbers:
        return str(value).lower() if isinstance(value, bool) else str(value)
    try:
        found = field.to_python(value)
    except (ValidationError, TypeError, ValueError, ArithmeticError):
        raise _invalid(name, value) from None
    if isinstance(found, datetime) and found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    is_number = isinstance(found, int | float | Decimal) and not isinstance(found, bool)
    if is_number and not (math.isfinite(found) and abs(found) <= _LARGEST):
        raise _invalid(name, value)
    return found


def _invalid(name: str, value: Json) -> FaultyError:
    detail = f"The value {str(values.shown(value))[:100]} is none of {name[:100]}."
    return FaultyError(Fault(code="FRAMEWORK__INVALID_FILTER_QUERY", detail=detail, pointer="/filter"))
