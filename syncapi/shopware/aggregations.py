"""What a search is to add up, from JSON (contract 9.5). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from catalog.commands import Filter, Json
from syncapi.shopware import conditions, querystrings
from syncapi.shopware.faults import Fault, FaultyError

METRICS: Final = ("count", "sum", "min", "max", "avg", "stats")
INTERVALS: Final = ("minute", "hour", "day", "week", "month", "quarter", "year")
MOST_RECORDS: Final = 500  # that are shown as buckets
DEEPEST: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregation:
    """`order`: of buckets, a field or "_count" and whether descending. `ranges`: (name, from, below).

    Of buckets of times: `interval`, how long they are; `zone`, where days begin; `format`, PHP's, how they are called.
    """

    name: str
    kind: str
    field: str
    filters: Sequence[Filter] = ()
    limit: int | None = None
    order: tuple[str, bool] | None = None
    interval: str = ""
    zone: ZoneInfo | None = None
    format: str = ""
    ranges: Sequence[tuple[str, float | None, float | None]] = ()
    inner: Aggregation | None = None


def read_all(given: Json, path: str = "/aggregations") -> list[Aggregation]:
    """Raises FaultyError."""
    if given is None:
        return []
    if isinstance(given, dict):
        given = [given] if "type" in given else list(given.values())
    if not isinstance(given, list):
        raise bad(path, "The aggregations parameter has to be a list of aggregations.")
    return [_read(each, f"{path}/{index}", depth=0) for index, each in enumerate(given)]


def bad(path: str, detail: str) -> FaultyError:
    return FaultyError(Fault(code="FRAMEWORK__INVALID_AGGREGATION_QUERY", detail=detail, pointer=path))


def _read(given: Json, path: str, *, depth: int) -> Aggregation:
    if not isinstance(given, dict) or depth > DEEPEST:
        raise bad(path, "An aggregation must be an object.")
    name, kind, field = _text(given, "name", path), _text(given, "type", path), given.get("field")
    if kind not in ("count", "filter") and not (isinstance(field, str) and field):
        raise bad(f"{path}/field", "The aggregation should contain a field.")
    inner = given.get("aggregation")
    if kind == "filter" and inner is None:
        raise bad(f"{path}/aggregation", "A filter aggregation should contain an aggregation.")
    return Aggregation(
        name=name,
        kind=kind,
        field=field if isinstance(field, str) else "",
        filters=conditions.read_all(given.get("filter"), f"{path}/filter"),
        limit=_limit(given.get("limit"), f"{path}/limit"),
        order=_order(given.get("sort")),
        interval=_interval(given, path) if kind == "histogram" else "",
        zone=_zone(given.get("timeZone"), f"{path}/timeZone") if kind == "histogram" else None,
        format=form if isinstance(form := given.get("format"), str) else "",
        ranges=_ranges(given.get("ranges"), f"{path}/ranges") if kind == "range" else (),
        inner=None if inner is None else _read(inner, f"{path}/aggregation", depth=depth + 1),
    )


def _text(given: Mapping[str, Json], part: str, path: str) -> str:
    value = given.get(part)
    if not isinstance(value, str) or not value:
        raise bad(f"{path}/{part}", f"The aggregation {part} should be given.")
    return value


def _limit(given: Json, path: str) -> int | None:
    limit = querystrings.whole(given)
    if limit is not None and (type(limit) is not int or limit < 1):
        raise bad(path, "The aggregation limit should be a positive integer.")
    return limit


def _order(given: Json) -> tuple[str, bool] | None:
    if not isinstance(given, dict) or not isinstance(given.get("field"), str):
        return None
    return given["field"], str(given.get("order", "ASC")).upper() == "DESC"


def _interval(given: Mapping[str, Json], path: str) -> str:
    interval = given.get("interval")
    if interval not in INTERVALS:
        raise bad(f"{path}/interval", f"The interval should be one of {', '.join(INTERVALS)}.")
    return str(interval)


def _zone(given: Json, path: str) -> ZoneInfo | None:
    if given in (None, ""):
        return None
    if not isinstance(given, str) or given not in _zones():
        raise bad(path, "The time zone is not known.")
    return ZoneInfo(given)


@cache
def _zones() -> frozenset[str]:
    """Those that lie in a region, and UTC: databases know these too."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def _ranges(given: Json, path: str) -> list[tuple[str, float | None, float | None]]:
    if not isinstance(given, list) or not given or any(not isinstance(each, dict) for each in given):
        raise bad(path, "The ranges should be a list of objects.")
    found = []
    for index, each in enumerate(given):
        low, high = each.get("from"), each.get("to")
        if any(bound is not None and type(bound) not in (int, float) for bound in (low, high)):
            raise bad(f"{path}/{index}", "The bounds of a range should be numbers.")
        name = f"{'*' if low is None else low}-{'*' if high is None else high}"
        found.append((str(each.get("key", name)), low, high))
    return found
