"""Sums over the records of a search: one query each, one more for what stands within buckets, or to show records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count, DateTimeField, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Trunc

from catalog.commands import Json
from syncapi.shopware import aggregations, jsonvalues, moments
from syncapi.shopware.aggregations import METRICS, Aggregation
from syncapi.shopware.searching import Search
from syncapi.shopware.sources import Place

_FUNCTIONS: Final = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
_COUNT: Final = "_count"
_RECORDS: Final = "records_of_bucket"
_SORTED: Final = "sorted_by"
# Times that have a date in every zone.
_EVERYWHERE: Final = (datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
Rows = QuerySet[Any]
Key = tuple[str, ...]  # of the buckets around it, the outermost first; () of none
Groups = Mapping[Key, Mapping[str, Any]]
Made = Callable[[Key], Mapping[str, Json]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """`show`: records of an entity, by its name and their ids."""

    search: Search
    show: Callable[[str, Sequence[UUID]], Json]

    def all(self) -> dict[str, Json]:
        """By name. Raises FaultyError for what cannot be added up."""
        if not (asked := self.search.criteria.aggregations):
            return {}
        rows = self.search.matching()
        made = [self._within(rows, each, ()) for each in asked]
        return {name: of_key(()) for name, of_key in made}

    def _within(self, rows: Rows, asked: Aggregation, around: Sequence[str]) -> tuple[str, Made]:
        """`around`: the columns of the buckets that it stands in. A condition has the name of what it is for."""
        rows = self.search.fitting(rows, asked.filters, "/aggregations/filter")
        if asked.kind == "filter" and asked.inner is not None:
            return self._within(rows, asked.inner, around)
        place = self.search.place(asked.field or "id")
        made = self._made(rows.annotate(**place.told), asked, place, around)
        return asked.name, lambda key: _framed(asked.name, made(key))

    def _made(self, rows: Rows, asked: Aggregation, place: Place, around: Sequence[str]) -> Made:
        if asked.kind in METRICS:
            return _metric(asked, _grouped(rows, around, _functions(asked, place)))
        if asked.kind == "terms":
            return self._buckets(rows, F(place.lookup), asked, around, _key)
        if asked.kind == "histogram" and isinstance(place.field, DateTimeField):
            begins = Trunc(place.lookup, asked.interval, tzinfo=asked.zone)
            rows = rows.exclude(**{f"{place.lookup}__isnull": True})
            if asked.zone is not None:
                rows = rows.filter(**{f"{place.lookup}__range": _EVERYWHERE})
            return self._buckets(rows, begins, asked, around, lambda moment: _begun(moment, asked))
        if asked.kind == "range" and place.is_number:
            return _ranges(asked, _grouped(rows, around, _counts(rows, asked, place)))
        if asked.kind == "entity" and place.entity and not around:
            ids = rows.exclude(**{f"{place.lookup}__isnull": True}).order_by().values_list(place.lookup, flat=True)
            shown = self.show(place.entity, list(ids.distinct()[: aggregations.MOST_RECORDS]))
            return lambda _: {"entities": shown}
        raise _impossible(asked)

    def _buckets(
        self, rows: Rows, by: Any, asked: Aggregation, around: Sequence[str], name: Callable[[Any], str]
    ) -> Made:
        columns = [*around, f"bucket_{len(around)}"]
        rows = rows.annotate(**{columns[-1]: by})
        found = self._counted(rows, asked, columns)
        inner = self._inner(rows, asked, columns, [each[columns[-1]] for each in found])
        told: dict[Key, list[Json]] = defaultdict(list)
        for each in found:
            key = _key_of(each, columns)
            if asked.limit is None or len(told[key[:-1]]) < asked.limit:
                told[key[:-1]].append(_bucket(name(each[columns[-1]]), each[_RECORDS], inner(key)))
        return lambda key: {"buckets": told.get(key, [])}

    def _counted(self, rows: Rows, asked: Aggregation, columns: Sequence[str]) -> list[Mapping[str, Any]]:
        """All the buckets within those around them, in order. Raises FaultyError for too many."""
        sorted_by: dict[str, Any] = {}
        if asked.order is not None and asked.order[0] not in (_COUNT, asked.field):
            place = self.search.place(asked.order[0])
            rows, sorted_by = rows.annotate(**place.told), _sorted_by(asked, place)
        counted = rows.order_by().values(*columns).annotate(**{_RECORDS: _records(rows)}, **sorted_by)
        most = settings.MAX_PAGE_ITEMS
        limit = asked.limit if asked.limit is not None and len(columns) == 1 else most + 1
        found = list(counted.order_by(*_order(asked, columns[-1]))[: min(limit, most + 1)])
        if len(found) > most:
            detail = f"The aggregation {asked.name[:100]} has more than {most} buckets. Limit it."
            raise aggregations.bad("/aggregations", detail)
        return found

    def _inner(
        self, rows: Rows, asked: Aggregation, columns: Sequence[str], values: Sequence[Any]
    ) -> Callable[[Key], Mapping[str, Json]]:
        """What stands within buckets, of those that have these values where not all are shown."""
        if asked.inner is None:
            return lambda _: {}
        if asked.limit is not None:
            known = [value for value in values if value is not None]
            rows = rows.filter(Q(**{f"{columns[-1]}__in": known}) | Q(**{f"{columns[-1]}__isnull": True}))
        name, made = self._within(rows, asked.inner, columns)
        return lambda key: {name: made(key)}


def _grouped(rows: Rows, around: Sequence[str], functions: Mapping[str, Any]) -> Groups:
    if not around:
        return {(): rows.aggregate(**functions)}
    found = rows.order_by().values(*around).annotate(**functions)
    return {_key_of(each, around): each for each in found}


def _key_of(row: Mapping[str, Any], columns: Sequence[str]) -> Key:
    """Lists and documents are buckets too, and nothing is not the text of it."""
    return tuple(repr(row[column]) for column in columns)


def _bucket(name: str, records: int, within: Mapping[str, Json]) -> Json:
    return {"key": name, "count": records, **within, "extensions": [], "apiAlias": "aggregation_bucket"}


def _functions(asked: Aggregation, place: Place) -> dict[str, Any]:
    if asked.kind == "count":
        return {"made_count": Count(place.lookup, distinct=True)}
    kinds = ("min", "max", "avg", "sum") if asked.kind == "stats" else (asked.kind,)
    is_fit = place.is_number or ({"sum", "avg"}.isdisjoint(kinds) and place.has_extremes)
    if not is_fit or place.numbers:
        raise _impossible(asked)
    return {f"made_{kind}": _FUNCTIONS[kind](place.lookup) for kind in kinds}


def _records(rows: Rows, **only: Any) -> Count:
    """Of rows with a key of two parts no way leads to several others."""
    is_single = len(rows.model._meta.pk_fields) == 1
    return Count("pk", distinct=True, **only) if is_single else Count("*", **only)


def _metric(asked: Aggregation, groups: Groups) -> Made:
    """Of nothing the number and the sum are 0."""
    kinds = ("min", "max", "avg", "sum") if asked.kind == "stats" else (asked.kind,)

    def made(key: Key) -> Mapping[str, Json]:
        found = groups.get(key, {})
        values = {kind: found.get(f"made_{kind}") for kind in kinds}
        return {kind: _or_none(kind) if value is None else jsonvalues.of(value) for kind, value in values.items()}

    return made


def _or_none(kind: str) -> Json:
    return None if kind in ("min", "max") else 0


def _framed(name: str, made: Mapping[str, Json]) -> Json:
    return {"extensions": [], "name": name, **made, "apiAlias": f"{name}_aggregation"}


def _order(asked: Aggregation, bucket: str) -> list[Any]:
    """Usually those come first that have the most records; of times the earliest."""
    if asked.order is None:
        return [bucket] if asked.kind == "histogram" else [f"-{_RECORDS}", bucket]
    field, descending = asked.order
    by = F({_COUNT: _RECORDS, asked.field: bucket}.get(field, _SORTED))
    return [by.desc(nulls_last=True) if descending else by.asc(nulls_first=True), bucket]


def _sorted_by(asked: Aggregation, place: Place) -> dict[str, Any]:
    """A field of the records in a bucket: the greatest of them, or the least."""
    assert asked.order is not None, "only asked for then"
    if not place.has_extremes:
        raise aggregations.bad("/aggregations", f"Buckets cannot be sorted by {asked.order[0][:100]}.")
    return {_SORTED: Max(place.lookup) if asked.order[1] else Min(place.lookup)}


def _counts(rows: Rows, asked: Aggregation, place: Place) -> dict[str, Any]:
    counts = [_records(rows, filter=_between(place, each)) for each in asked.ranges]
    return {f"range_{index}": count for index, count in enumerate(counts)}


def _ranges(asked: Aggregation, groups: Groups) -> Made:
    def made(key: Key) -> Mapping[str, Json]:
        found = groups.get(key, {})
        return {"ranges": {name: found.get(f"range_{index}", 0) for index, (name, *_) in enumerate(asked.ranges)}}

    return made


def _between(place: Place, bounds: tuple[str, float | None, float | None]) -> Q:
    _, low, high = bounds
    found = Q() if low is None else Q(**{f"{place.lookup}__gte": low})
    return found if high is None else found & Q(**{f"{place.lookup}__lt": high})


def _key(value: Any) -> str:
    """Text whatever the column, as PHP has it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(jsonvalues.of(value))


def _begun(moment: Any, asked: Aggregation) -> str:
    return moments.named(moment, asked.interval, asked.format)


def _impossible(asked: Aggregation) -> Exception:
    detail = f"The aggregation {asked.kind[:50]} cannot be made of {asked.field[:100]}."
    return aggregations.bad("/aggregations", detail)
