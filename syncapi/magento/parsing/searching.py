"""searchCriteria: a tree in PHP's bracket syntax, in either spelling, becomes filters, orders and a page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.commands import Json
from catalog.outcomes import NotUnderstoodError
from syncapi.magento.coercion import WHOLE
from syncapi.magento.drafts import Draft, members, scalar
from syncapi.magento.messages import Message, invalid_value, required, wrong_type
from syncapi.magento.names import snake_case

CONDITIONS: Final = frozenset({
    "eq", "neq", "gt", "gteq", "lt", "lteq", "moreq", "in", "nin", "like", "nlike", "finset", "nfinset", "null",
    "notnull", "from", "to",
})  # fmt: skip
_CRITERIA: Final = frozenset({"filter_groups", "sort_orders", "page_size", "current_page"})
_GROUP: Final = frozenset({"filters"})
_FILTER: Final = frozenset({"field", "value", "condition_type"})
_ORDER: Final = frozenset({"field", "direction"})
MOST_FILTERS: Final = 200
_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART: Final = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST: Final = 8
_RESTRICTED: Final = re.compile(r"[^a-zA-Z0-9_]")
Tree = dict[str, Json]  # texts, and trees by index or name


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    field: str
    value: str | None
    condition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    field: str
    ascending: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """`groups` are all to be met, each by one of its filters. `page_size` None: all. `echo`: as it is answered."""

    groups: tuple[tuple[Filter, ...], ...]
    orders: tuple[Order, ...]
    page_size: int | None
    page: int
    echo: Mapping[str, Json]


def criteria(pairs: Iterable[tuple[str, str]]) -> Criteria:
    """From the pairs of a query string. Raises NotUnderstoodError."""
    tree = _tree(pairs)
    if tree is None:
        raise NotUnderstoodError(required("searchCriteria").error("/searchCriteria"))
    draft = Draft()
    given = members(tree, draft, path="/searchCriteria", known=_CRITERIA)
    groups = [_group(group, draft) for group in _list(given.get("filter_groups"), "filter_groups", draft)]
    orders = [_order(order, draft) for order in _list(given.get("sort_orders"), "sort_orders", draft)]
    numbers = {name: _number(given.get(name), name, draft) for name in ("page_size", "current_page")}
    if sum(map(len, groups)) > MOST_FILTERS:
        draft.refuse(Message("Maximum SearchCriteria filters is %max", {"max": MOST_FILTERS}), path="/searchCriteria")
    draft.refuse_if_wrong()
    size = numbers["page_size"]
    return Criteria(
        groups=tuple(tuple(group) for group in groups),
        orders=tuple(order for order in orders if order),
        page_size=size if size and size > 0 else None,
        page=max(numbers["current_page"] or 1, 1),
        echo=_echo(groups, orders, numbers),
    )


def _tree(pairs: Iterable[tuple[str, str]]) -> Tree | None:
    """What stands below searchCriteria; None when it is not there at all."""
    found: Tree | None = None
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        if match is None or snake_case(match[1]) != "search_criteria":
            continue
        found = {} if found is None else found
        path = _PART.findall(match[2])
        is_empty_list = not any(path) and not value  # PHP's `searchCriteria[]=`
        if path and len(path) <= _DEEPEST and not is_empty_list:
            _put(found, path, value)
    return found


def _put(tree: Tree, path: list[str], value: str) -> None:
    for part in path[:-1]:
        inner = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(inner, dict):
            return
        tree = inner
    tree[path[-1] or str(len(tree))] = value


def _list(given: Json, name: str, draft: Draft) -> list[Json]:
    if given in (None, ""):
        return []
    if isinstance(given, dict):
        return list(given.values())
    draft.refuse(wrong_type(name, given, "array"), path=f"/searchCriteria/{name}")
    return []


def _group(given: Json, draft: Draft) -> list[Filter]:
    path = "/searchCriteria/filter_groups"
    if not isinstance(given, dict):
        draft.refuse(wrong_type("filter_groups", given, "array"), path=path)
        return []
    group = members(given, draft, path=path, known=_GROUP)
    return [_filter(each, draft, path) for each in _list(group.get("filters"), "filters", draft)]


def _filter(given: Json, draft: Draft, path: str) -> Filter:
    if not isinstance(given, dict):
        draft.refuse(wrong_type("filters", given, "array"), path=path)
        given = {}
    parts = members(given, draft, path=path, known=_FILTER)
    value = parts.get("value")
    if isinstance(value, dict):
        value = ",".join(part for part in value.values() if isinstance(part, str))
    field, condition = parts.get("field"), parts.get("condition_type") or "eq"
    if not isinstance(field, str):
        draft.refuse(required("field"), path=path)
    if not isinstance(condition, str) or condition not in CONDITIONS:
        draft.refuse(invalid_value("condition_type", condition if isinstance(condition, str) else "array"), path=path)
    return Filter(field=str(field), value=value, condition=str(condition))


def _order(given: Json, draft: Draft) -> Order | None:
    path = "/searchCriteria/sort_orders"
    if not isinstance(given, dict):
        draft.refuse(wrong_type("sort_orders", given, "array"), path=path)
        return None
    parts = members(given, draft, path=path, known=_ORDER)
    field, direction = parts.get("field"), parts.get("direction", "DESC")
    if not isinstance(field, str) or not field or _RESTRICTED.search(field):
        shown = field if isinstance(field, str) else ""
        draft.refuse(Message("Sort order field %1 contains restricted symbols", (shown,)), path=path)
        return None
    if not isinstance(direction, str) or direction.upper() not in {"ASC", "DESC"}:
        text = "The sort order has to be specified as %1 for ascending order or %2 for descending order."
        draft.refuse(Message(text, ("ASC", "DESC")), path=path)
        return None
    return Order(field=field, ascending=direction.upper() == "ASC")


def _number(given: Json, name: str, draft: Draft) -> int | None:
    number = scalar(None if given == "" else given, WHOLE, draft, field=name, path=f"/searchCriteria/{name}")
    return None if number is None else int(number)


def _echo(groups: list[list[Filter]], orders: list[Order | None], numbers: Mapping[str, int | None]) -> dict[str, Json]:
    echo: dict[str, Json] = {"filter_groups": [{"filters": [_shown(each) for each in group]} for group in groups]}
    if orders:
        echo["sort_orders"] = [
            {"field": order.field, "direction": "ASC" if order.ascending else "DESC"} for order in orders if order
        ]
    return echo | {name: number for name, number in numbers.items() if number is not None}


def _shown(filter: Filter) -> dict[str, Json]:
    value = {} if filter.value is None else {"value": filter.value}
    return {"field": filter.field, **value, "condition_type": filter.condition}
