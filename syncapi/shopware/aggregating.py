"""Sums over the records of a search: one query each, two where records are to be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count, DateTimeField, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Trunc

from catalog.commands import Json
from syncapi.shopware import aggregations, jsonvalues
from syncapi.shopware.aggregations import METRICS, Aggregation
from syncapi.shopware.searching import Search
from syncapi.shopware.sources import Place

_FUNCTIONS: Final = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
_COUNT: Final = "_count"
Rows = QuerySet[Any]


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
        return dict(self._one(rows, each) for each in asked)

    def _one(self, rows: Rows, asked: Aggregation) -> tuple[str, Json]:
        rows = self.search.fitting(rows, asked.filters, "/aggregations/filter")
        if asked.kind == "filter" and asked.inner is not None:
            return self._one(rows, asked.inner)
        place = self.search.place(asked.field or "id")
        rows = rows.annotate(**place.told)
        return asked.name, _framed(asked.name, self._made(rows, asked, place))

    def _made(self, rows: Rows, asked: Aggregation, place: Place) -> Mapping[str, Json]:
        if asked.kind in METRICS:
            return _metric(asked, rows.aggregate(**_functions(asked, place)))
        if asked.kind == "terms":
            return {"buckets": self._buckets(rows.annotate(bucket=F(place.lookup)), asked, _key)}
        if asked.kind == "histogram" and isinstance(place.field, DateTimeField):
            begins = Trunc(place.lookup, asked.interval)
            rows = rows.exclude(**{f"{place.lookup}__isnull": True}).annotate(bucket=begins)
            return {"buckets": self._buckets(rows, asked, lambda moment: _named(moment, asked.interval))}
        if asked.kind == "range" and place.is_number:
            return {"ranges": _counted(rows, asked, place)}
        if asked.kind == "entity" and place.entity:
            ids = rows.exclude(**{f"{place.lookup}__isnull": True}).order_by().values_list(place.lookup, flat=True)
            return {"entities": self.show(place.entity, list(ids.distinct()[: aggregations.MOST_RECORDS]))}
        raise _impossible(asked)

    def _buckets(self, rows: Rows, asked: Aggregation, key: Callable[[Any], str]) -> list[Json]:
        inner = asked.inner
        functions: dict[str, Any] = {}
        if inner is not None:
            if inner.kind not in METRICS or inner.filters:
                raise _impossible(inner)
            place = self.search.place(inner.field or "id")
            rows, functions = rows.annotate(**place.told), _functions(inner, place)
        counted = rows.order_by().values("bucket").annotate(records=_records(rows), **functions)
        found = list(counted.order_by(*_order(asked))[: _most(asked)])
        if len(found) > settings.MAX_PAGE_ITEMS:
            detail = f"The aggregation {asked.name[:100]} has more than {settings.MAX_PAGE_ITEMS} buckets. Limit it."
            raise aggregations.bad("/aggregations", detail)
        return [_bucket(each, inner, key(each["bucket"])) for each in found]


def _most(asked: Aggregation) -> int:
    """What is asked for, or one more than an answer may have."""
    return min(asked.limit or settings.MAX_PAGE_ITEMS + 1, settings.MAX_PAGE_ITEMS + 1)


def _bucket(found: Mapping[str, Any], inner: Aggregation | None, key: str) -> Json:
    return {
        "key": key,
        "count": found["records"],
        **({inner.name: _framed(inner.name, _metric(inner, found))} if inner is not None else {}),
        "extensions": [],
        "apiAlias": "aggregation_bucket",
    }


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


def _metric(asked: Aggregation, made: Mapping[str, Any]) -> Mapping[str, Json]:
    """Of nothing the sum is 0."""
    found = {name.removeprefix("made_"): value for name, value in made.items() if name.startswith("made_")}
    return {
        kind: 0 if value is None and kind in ("sum", "avg") else jsonvalues.of(value) for kind, value in found.items()
    }


def _framed(name: str, made: Mapping[str, Json]) -> Json:
    return {"extensions": [], "name": name, **made, "apiAlias": f"{name}_aggregation"}


def _order(asked: Aggregation) -> list[Any]:
    if asked.order is None:
        return ["bucket"] if asked.kind == "histogram" else ["-records", "bucket"]
    field, descending = asked.order
    if field not in (_COUNT, asked.field):
        raise aggregations.bad("/aggregations", f"Buckets are sorted by {_COUNT} or by {asked.field[:100]}.")
    by = "records" if field == _COUNT else "bucket"
    return [f"-{by}" if descending else by, "bucket"]


def _counted(rows: Rows, asked: Aggregation, place: Place) -> dict[str, Json]:
    counts = [_records(rows, filter=_within(place, each)) for each in asked.ranges]
    found = rows.aggregate(**{f"range_{index}": count for index, count in enumerate(counts)})
    return {name: found[f"range_{index}"] for index, (name, *_) in enumerate(asked.ranges)}


def _within(place: Place, bounds: tuple[str, float | None, float | None]) -> Q:
    _, low, high = bounds
    found = Q() if low is None else Q(**{f"{place.lookup}__gte": low})
    return found if high is None else found & Q(**{f"{place.lookup}__lt": high})


def _key(value: Any) -> str:
    """Text whatever the column, as PHP has it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(jsonvalues.of(value))


def _named(moment: datetime, interval: str) -> str:
    return moment.strftime("%Y %V" if interval == "week" else "%Y-%m-%d %H:%M:%S")


def _impossible(asked: Aggregation) -> Exception:
    detail = f"The aggregation {asked.kind[:50]} cannot be made of {asked.field[:100]}."
    return aggregations.bad("/aggregations", detail)
