"""What a search asks for, from JSON or from a query string (contract 9.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.commands import Filter, Json
from syncapi.shopware.faults import Fault, FaultyError

MOST: Final = 500
DEEPEST: Final = 10
_OPERATORS: Final = {"equals": "equals", "contains": "contains", "prefix": "prefix", "suffix": "suffix"}
_JOINED: Final = {"and": "and", "or": "or", "&&": "and", "||": "or", "xor": "or"}
_TOTALS: Final = {"none": 0, "exact": 1, "next-pages": 2, "0": 0, "1": 1, "2": 2}
_BOUNDS: Final = frozenset({"gt", "gte", "lt", "lte"})
_PLACE: Final = re.compile(r"filter\[([\w.]+)\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregation:
    name: str
    kind: str
    field: str
    filters: Sequence[Filter] = ()
    limit: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """`total`: 0 as many as are shown, 1 exactly, 2 whether more follow."""

    page: int = 1
    limit: int = MOST
    ids: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    sort: Sequence[tuple[str, bool]] = ()  # field, whether descending
    associations: Mapping[str, Criteria] = field(default_factory=dict)
    includes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    aggregations: Sequence[Aggregation] = ()
    total: int = 0
    term: str = ""


def of_body(given: Json, *, depth: int = 0) -> Criteria:
    """Raises FaultyError that names the part."""
    if given in (None, [], ""):
        return Criteria()
    if not isinstance(given, dict) or depth > DEEPEST:
        raise FaultyError(_fault("FRAMEWORK__INVALID_CRITERIA", "The criteria must be an object.", ""))
    associations = given.get("associations") or {}
    if not isinstance(associations, dict):
        raise FaultyError(_fault("FRAMEWORK__INVALID_CRITERIA", "The associations must be an object.", "/associations"))
    conditions = [*_list(given.get("filter"), "/filter"), *_list(given.get("post-filter"), "/post-filter")]
    includes = given.get("includes")
    return Criteria(
        page=_whole(given.get("page", 1), "page", least=1),
        limit=_limit(given.get("limit", MOST)),
        ids=_ids(given.get("ids")),
        filters=[read_filter(each, f"/filter/{index}") for index, each in enumerate(conditions)],
        sort=[_sort(each) for each in _list(given.get("sort"), "/sort")],
        associations={name: of_body(inner, depth=depth + 1) for name, inner in associations.items()},
        includes={k: v for k, v in includes.items() if isinstance(v, list)} if isinstance(includes, dict) else {},
        aggregations=[_aggregation(each) for each in _list(given.get("aggregations"), "/aggregations")],
        total=_TOTALS.get(str(given.get("total-count-mode", given.get("total_count_mode", 0))), 0),
        term=given["term"] if isinstance(given.get("term"), str) else "",
    )


def of_query(pairs: Iterable[tuple[str, str]]) -> Criteria:
    """`limit`, `page`, `sort=-name,price`, `filter[name]=x`, `ids=a|b`, `term`, `associations[x]`, the total's mode."""
    body: dict[str, Json] = {"filter": []}
    for name, value in pairs:
        if "\0" in value:
            raise FaultyError(_fault("FRAMEWORK__INVALID_FILTER_QUERY", "The value cannot be stored.", f"/{name}"))
        if (found := _PLACE.fullmatch(name)) is not None:
            body["filter"].append({"type": "equals", "field": found[1], "value": value})
        elif name == "sort":
            body["sort"] = [
                {"field": part.lstrip("-"), "order": "DESC" if part.startswith("-") else "ASC"}
                for part in value.split(",")
                if part.lstrip("-")
            ]
        elif name.startswith("associations["):
            body.setdefault("associations", {})[name[13:].partition("]")[0]] = {}
        elif name in ("limit", "page"):
            body[name] = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else value
        elif name in ("ids", "term", "total-count-mode"):
            body[name] = value
    return of_body(body)


def read_filter(given: Json, path: str, *, depth: int = 0) -> Filter:
    """Raises FaultyError."""
    if not isinstance(given, dict) or depth > DEEPEST:
        raise _bad(path, "A filter must be an object.")
    kind, name, value = given.get("type"), given.get("field"), given.get("value")
    if not isinstance(kind, str):
        raise _bad(f"{path}/type", 'Parameter "type" for filter is missing.')
    if kind in ("multi", "not", "and", "or", "nand", "nor"):
        return _joined(given, kind, path, depth)
    if not isinstance(name, str) or not name:
        raise _bad(f"{path}/field", 'Parameter "field" for filter is missing.')
    if kind == "equalsAny":
        values = value.split("|") if isinstance(value, str) else value
        if not isinstance(values, list) or not values or any(isinstance(each, dict | list) for each in values):
            raise _bad(f"{path}/value", 'Parameter "value" for equalsAny filter is missing.')
        return Filter(operator="any", field=name, value=tuple(values))
    if kind == "range":
        return Filter(operator="range", field=name, value=_bounds(given.get("parameters"), path))
    if kind not in _OPERATORS:
        raise _bad(f"{path}/type", f"Unsupported filter type: {kind[:50]}.")
    if isinstance(value, dict | list) or (kind != "equals" and value in (None, "")):
        raise _bad(f"{path}/value", f'Parameter "value" for {kind} filter is missing.')
    return Filter(operator=_OPERATORS[kind], field=name, value=value if kind == "equals" else str(value))


def _joined(given: Mapping[str, Json], kind: str, path: str, depth: int) -> Filter:
    queries = given.get("queries")
    if not isinstance(queries, list):
        raise _bad(f"{path}/queries", 'Parameter "queries" for filter is missing.')
    parts = tuple(read_filter(each, f"{path}/queries/{i}", depth=depth + 1) for i, each in enumerate(queries))
    how = kind if kind in ("and", "or") else _JOINED.get(str(given.get("operator", "and")).lower(), "and")
    how = {"nand": "and", "nor": "or"}.get(kind, how)
    inner = Filter(operator=how, parts=parts)
    return Filter(operator="not", parts=(inner,)) if kind in ("not", "nand", "nor") else inner


def _bounds(given: Json, path: str) -> dict[str, Json]:
    found = (
        {k: v for k, v in given.items() if k in _BOUNDS and not isinstance(v, dict | list)}
        if isinstance(given, dict)
        else {}
    )
    if not found or None in found.values():
        raise _bad(f"{path}/parameters", 'Parameter "parameters" for range filter is missing.')
    return found


def _sort(given: Json) -> tuple[str, bool]:
    if isinstance(given, str):
        return given.lstrip("-"), given.startswith("-")
    if not isinstance(given, dict) or not isinstance(given.get("field"), str) or not given["field"]:
        raise FaultyError(_fault("FRAMEWORK__INVALID_SORT_QUERY", "The sorting is missing a field.", "/sort"))
    return given["field"], str(given.get("order", "ASC")).upper() == "DESC"


def _aggregation(given: Json) -> Aggregation:
    is_good = isinstance(given, dict) and isinstance(given.get("name"), str) and isinstance(given.get("type"), str)
    if not is_good:
        detail = "The aggregation name and type should be given."
        raise FaultyError(_fault("FRAMEWORK__INVALID_AGGREGATION_QUERY", detail, "/aggregations"))
    name = given.get("field")
    limit = given.get("limit")
    return Aggregation(
        name=given["name"],
        kind=given["type"],
        field=name if isinstance(name, str) else "",
        filters=[read_filter(each, "/aggregations/filter") for each in _list(given.get("filter"), "/aggregations")],
        limit=limit if type(limit) is int and 0 < limit <= MOST else None,
    )


def _ids(given: Json) -> Sequence[str]:
    if isinstance(given, str):
        return [part for part in re.split(r"[|,]", given) if part]
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else ()


def _list(given: Json, path: str) -> list[Json]:
    if given is None:
        return []
    if isinstance(given, dict):
        return [given] if "type" in given or "field" in given else list(given.values())
    if not isinstance(given, list):
        raise FaultyError(_fault("FRAMEWORK__INVALID_FILTER_QUERY", "This must be a list.", path))
    return given


def _limit(given: Json) -> int:
    limit = _whole(given if given is not None else MOST, "limit", least=1)
    if limit > MOST:
        detail = f"The limit must be lower than or equal to MAX_LIMIT(={MOST}). Given: {limit}"
        raise FaultyError(_fault("FRAMEWORK__QUERY_LIMIT_EXCEEDED", detail, "/limit"))
    return limit


def _whole(given: Json, name: str, *, least: int) -> int:
    number = (
        int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 10 else given
    )
    if type(number) is not int or not least <= number < 2**31:
        code = f"FRAMEWORK__INVALID_{name.upper()}_QUERY"
        detail = (
            f"The {name} parameter must be a positive integer greater or equals than {least}. Given: {str(given)[:50]}"
        )
        raise FaultyError(_fault(code, detail, f"/{name}"))
    return number


def _bad(path: str, detail: str) -> FaultyError:
    return FaultyError(_fault("FRAMEWORK__INVALID_FILTER_QUERY", detail, path))


def _fault(code: str, detail: str, pointer: str) -> Fault:
    return Fault(code=code, detail=detail, pointer=pointer)
