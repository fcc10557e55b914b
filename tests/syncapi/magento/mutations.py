"""Good calls with something wrong: near enough to right ones that what lies behind the first check is reached."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from syncapi.magento.names import ATTRIBUTES
from syncapi.magento.routes import Form, Route
from syncapi.magento.urls import TABLE
from tests.syncapi.magento import samples
from tests.syncapi.magento.conftest import BAG, OTHER_BAG
from tests.syncapi.oddities import EMPTY, HUGE, ODD, Place, changed, places

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "250"))

KNOWN = [BAG, OTHER_BAG, samples.NUMBER, 0, 1, 2, 4, "related", "image", "9999-12-31T23:59:59+14:00"]
WEIRD: list[Any] = [*HUGE, *ODD, *KNOWN, *EMPTY]
NUMBERS = (
    st.sampled_from([*HUGE, *(each for each in WEIRD if isinstance(each, int)), "-1", "1.5", "", None]) | st.floats()
)
VALUES = (st.sampled_from(WEIRD) | st.sampled_from(WEIRD) | st.text(max_size=12)).map(deepcopy)  # it may be changed too
MEMBERS = st.sampled_from(
    ["extension_attributes", "custom_attributes", "id", "sku", "store_id", "nosuch", "a\0b", "%1"]
)
PATH_PARTS = st.sampled_from(
    ["%00", "%ff", "%ed%a0%80", "%2F", "+", "%25", "..", "0", "-1", "1.0", "1e3", "9" * 30, "x" * 300, "bySku", "all"]
) | st.text(min_size=1, max_size=8).map(lambda text: quote(text, safe="", errors="replace"))
CRITERIA_FIELDS = st.sampled_from(
    ["sku", "name", "price", "entity_id", "category_id", "created_at", "store_id", "start_time", "status", "is_active",
     "attribute_code", "attribute_set_id", "website_id", "level", "path", "color", "nosuch", "", "\0", *ATTRIBUTES]
)  # fmt: skip
CONDITIONS = st.sampled_from(
    ["eq", "neq", "gt", "gteq", "lt", "lteq", "moreq", "in", "nin", "like", "nlike", "finset", "nfinset", "null",
     "notnull", "from", "to", "", "nosuch"]
)  # fmt: skip
TEXTS = st.sampled_from(
    ["", "1", "0", "-1", "1,2", BAG, "%", "\\", "_\\", "a\0", "9" * 400, "1e999", "nan", "2026-11-22", "0001-01-01",
     "9999-12-31T23:59:59-14:00", "x" * 3000, "true"]
) | st.text(max_size=8)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A call as it goes over the wire."""

    method: str
    path: str  # below /V1/, encoded
    body: bytes | None
    form: Form
    store: str


FORMS = [(route, form) for route in TABLE.routes for form in route.forms]


@st.composite
def mutants(draw: st.DrawFn) -> Mutant:
    route, form = draw(st.sampled_from(FORMS))
    sent = draw(bodies(route, form)) if route.method != "GET" else None
    return Mutant(
        method=route.method,
        path=path_of(draw, route, form),
        body=None if sent is None else json.dumps(sent).replace("Infinity", "1e999").encode(),
        form=form,
        store=draw(st.sampled_from(["", "", "all", "fr"])),
    )


def path_of(draw: st.DrawFn, route: Route, form: Form) -> str:
    """Most often the variables are right, so that what is behind them is reached."""
    parts = samples.path(route, form).partition("?")[0].split("/")
    for place, part in enumerate(route.segments(form)):
        if part[0] == ":" and draw(st.integers(0, 3)) == 0:
            parts[place] = draw(PATH_PARTS)
    query = draw(queries(route)) if route.method == "GET" else {}
    return "/".join(parts) + ("?" + urlencode(query, errors="replace") if query else "")


@st.composite
def queries(draw: st.DrawFn, route: Route) -> dict[str, str]:
    query: dict[str, str] = {}
    if route.path in samples.SEARCHES:
        query["searchCriteria"] = ""
        for number in range(draw(st.integers(0, 3))):
            at = f"searchCriteria[filter_groups][{draw(st.integers(0, 1))}][filters][{number}]"
            query |= {f"{at}[field]": draw(CRITERIA_FIELDS), f"{at}[value]": draw(TEXTS)}
            query[f"{at}[conditionType]"] = draw(CONDITIONS)
        names = [
            "[pageSize]",
            "[currentPage]",
            "[sortOrders][0][field]",
            "[sortOrders][0][direction]",
            "[]",
            "[filter_groups]",
        ]
        query |= {f"searchCriteria{name}": draw(TEXTS | CRITERIA_FIELDS) for name in draw(some(names))}
    for name in draw(some(["fields", "rootCategoryId", "depth", "storeCodes[]", "store_codes[0]"])):
        query[name] = draw(TEXTS | st.sampled_from(["items[sku]", "items[", "a[b[c]]"]))
    return query


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), max_size=2, unique=True)


def each_value_at_each_place(body: Any) -> Iterator[Any]:
    """All bodies with one place that is replaced."""
    for place in places(body):
        for value in WEIRD:
            yield put(body, place, value)


def put(body: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    copy = body.copy()
    copy[place[0]] = put(body[place[0]], place[1:], value)
    return copy


@st.composite
def bodies(draw: st.DrawFn, route: Route, form: Form) -> Any:
    """The good body with up to three places changed; now and then something else altogether."""
    body = deepcopy(samples.body(route, form))
    if form is Form.BULK and draw(st.booleans()):
        body = [*body, deepcopy(body[0])]
    for _ in range(draw(st.integers(0, 3))):
        body = changed(draw, body, values=VALUES, numbers=NUMBERS, members=MEMBERS)
    return body


def well_formed(error: dict[str, Any]) -> None:
    """What real clients rely on: each placeholder has its parameter, and list parameters are texts."""
    for part in (error, *error.get("errors", ())):
        parameters = part.get("parameters", {})
        placeholders = re.findall(r"%(\w+)", part["message"])
        if isinstance(parameters, list):
            assert all(isinstance(parameter, str) for parameter in parameters)
            assert all(1 <= int(name) <= len(parameters) for name in placeholders)
        else:
            assert set(placeholders) <= set(parameters)
