"""Values that no client should send, and bodies with some: near enough to good ones to reach what lies behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Place = tuple[str | int, ...]

DEEP: Any = json.loads("[" * 80 + "]" * 80)
HUGE = ["x" * 300, "x" * 70_000, "9" * 400, 10**400, 2**63, -(2**63), 2**31, 1e308, "1e999", [1] * 500]
ODD = ["", "0", "-1", "1.5", "\0", "a\0b", "\ud800", "\U0001f600", "%1", "%sku", "2026-13-45", " ", "null", "<a>"]
EMPTY: list[Any] = [None, True, False, [], {}, [None], [{}], DEEP]


def changed(
    draw: st.DrawFn,
    body: Any,
    *,
    values: st.SearchStrategy[Any],
    numbers: st.SearchStrategy[Any],
    members: st.SearchStrategy[str],
) -> Any:
    """One place replaced, dropped, wrapped or with one member more."""
    place = draw(st.sampled_from(list(places(body))))
    if not place:
        return draw(values) if draw(st.integers(0, 3)) == 0 else body
    parent = body
    for part in place[:-1]:
        parent = parent[part]
    last: Any = place[-1]
    match draw(st.sampled_from(["replace", "replace", "replace", "drop", "list", "object", "more"])):
        case "replace":
            parent[last] = draw(numbers | values if isinstance(parent[last], int) else values)
        case "drop":
            del parent[last]
        case "list":
            parent[last] = [parent[last], deepcopy(parent[last])]
        case "object":
            parent[last] = {draw(members): parent[last]}
        case "more" if isinstance(parent, dict):
            parent[draw(members)] = draw(values)
    return body


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Of everything in it; what is long and much the same is not entered."""
    yield at
    if len(at) < 6 and isinstance(value, dict | list) and len(value) < 40:
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*at, name))
