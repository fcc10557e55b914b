"""What a search asks for, from JSON or from a query string (contract 9.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.commands import Filter, Json
from syncapi.shopware import aggregations, conditions, querystrings
from syncapi.shopware.aggregations import Aggregation
from syncapi.shopware.faults import Fault, FaultyError

MOST: Final = 500
DEEPEST: Final = 10
SCORE: Final = "_score"
_TOTALS: Final = {"none": 0, "exact": 1, "next-pages": 2, "0": 0, "1": 1, "2": 2}
_INVALID_FILTER: Final = "FRAMEWORK__INVALID_FILTER_QUERY"
_INVALID: Final = "FRAMEWORK__INVALID_CRITERIA"
Properties = Mapping[str, Sequence[str]]  # by entity


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorting:
    """`counts`: by how many there are."""

    field: str
    descending: bool = False
    counts: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What a record gains that fits."""

    where: Filter
    points: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """`total`: 0 as many as are shown, 1 exactly, 2 those of the next pages too.

    `post`: filters that do not count in sums. `fields`: see `parts`.
    """

    page: int = 1
    limit: int = MOST
    ids: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    post: Sequence[Filter] = ()
    scores: Sequence[Score] = ()
    grouping: Sequence[str] = ()
    sort: Sequence[Sorting] = ()
    associations: Mapping[str, Criteria] = field(default_factory=dict)
    includes: Properties = field(default_factory=dict)
    excludes: Properties = field(default_factory=dict)
    fields: Sequence[str] = ()
    aggregations: Sequence[Aggregation] = ()
    total: int = 0
    term: str = ""

    @property
    def first(self) -> int:
        """How many stand before the page."""
        return (self.page - 1) * self.limit

    @property
    def chooses(self) -> bool:
        """Whether it says which records, or in what order, beside the page."""
        return bool(self.ids or self.filters or self.post or self.scores or self.grouping or self.sort or self.term)


def of_body(given: Json, *, depth: int = 0) -> Criteria:
    """Raises FaultyError that names the part."""
    if given in (None, [], ""):
        return Criteria()
    if not isinstance(given, dict) or depth > DEEPEST:
        raise FaultyError(_fault(_INVALID, "The criteria must be an object.", ""))
    associations = given.get("associations") or {}
    if not isinstance(associations, dict):
        raise FaultyError(_fault(_INVALID, "The associations must be an object.", "/associations"))
    return Criteria(
        page=1 if given.get("page") is None else _whole(given["page"], "page", least=1),
        limit=_limit(given.get("limit", MOST)),
        ids=_texts(given.get("ids")),
        filters=conditions.read_all(given.get("filter"), "/filter"),
        post=conditions.read_all(given.get("post-filter"), "/post-filter"),
        scores=[_score(each, f"/query/{index}") for index, each in enumerate(_list(given.get("query"), "/query"))],
        grouping=_names(given.get("grouping")),
        sort=_sortings(given.get("sort")),
        associations={name: of_body(inner, depth=depth + 1) for name, inner in associations.items()},
        includes=_properties(given.get("includes")),
        excludes=_properties(given.get("excludes")),
        fields=_paths(given.get("fields")),
        aggregations=aggregations.read_all(given.get("aggregations")),
        total=_TOTALS.get(str(given.get("total-count-mode", given.get("total_count_mode", 0))), 0),
        term=given["term"] if isinstance(given.get("term"), str) else "",
    )


def of_query(pairs: Iterable[tuple[str, str]]) -> Criteria:
    """The same from a query string: `limit=5`, `sort=-name,price`, `filter[name]=x`, `associations[tax][]=`."""
    return of_body(querystrings.read(pairs))


def _score(given: Json, path: str) -> Score:
    """`{"score": 500, "query": {...}}`; a filter alone counts 1."""
    points = 1
    if isinstance(given, dict) and isinstance(given.get("query"), dict):
        points, given, path = given.get("score", 1), given["query"], f"{path}/query"
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points < 10**9:
            detail = "The score must be a number."
            raise FaultyError(_fault(_INVALID_FILTER, detail, f"{path.removesuffix('query')}score"))
    where = conditions.read(given, path)
    if not conditions.says_something(where):
        raise FaultyError(_fault(_INVALID_FILTER, "A query must say what it looks for.", f"{path}/queries"))
    return Score(where=where, points=points)


def _sortings(given: Json) -> list[Sorting]:
    if isinstance(given, str):
        given = [part for part in given.split(",") if part]
    return [_sorting(each) for each in _list(given, "/sort")]


def _sorting(given: Json) -> Sorting:
    if isinstance(given, str) and given.lstrip("-"):
        return Sorting(field=given.lstrip("-"), descending=given.startswith("-"))
    if not isinstance(given, dict) or not isinstance(given.get("field"), str) or not given["field"]:
        raise FaultyError(_fault("FRAMEWORK__INVALID_SORT_QUERY", "The sorting is missing a field.", "/sort"))
    descending = str(given.get("order", "ASC")).upper() == "DESC"
    return Sorting(field=given["field"], descending=descending, counts=given.get("type") == "count")


def _names(given: Json) -> list[str]:
    names = given.split("|") if isinstance(given, str) else given
    return [name for name in names if isinstance(name, str) and name] if isinstance(names, list) else []


def _paths(given: Json) -> Sequence[str]:
    paths = _texts(given)
    if any(path.count(".") > DEEPEST for path in paths):
        raise FaultyError(_fault(_INVALID, f"A field lies behind {DEEPEST} associations at most.", "/fields"))
    return paths


def _texts(given: Json) -> Sequence[str]:
    if isinstance(given, str):
        return [part for part in re.split(r"[|,]", given) if part]
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else ()


def _properties(given: Json) -> Properties:
    return {k: v for k, v in given.items() if isinstance(v, list)} if isinstance(given, dict) else {}


def _list(given: Json, path: str) -> list[Json]:
    if given is None:
        return []
    if isinstance(given, dict):
        return [given] if "type" in given or "field" in given or "query" in given else list(given.values())
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
    number = querystrings.whole(given)
    if type(number) is not int or not least <= number < 2**31:
        code = f"FRAMEWORK__INVALID_{name.upper()}_QUERY"
        detail = (
            f"The {name} parameter must be a positive integer greater or equals than {least}. Given: {str(given)[:50]}"
        )
        raise FaultyError(_fault(code, detail, f"/{name}"))
    return number


def _fault(code: str, detail: str, pointer: str) -> Fault:
    return Fault(code=code, detail=detail, pointer=pointer)
