"""Good calls with something wrong, at every route of this dialect."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from hypothesis import strategies as st

from syncapi.shopware.routing import ROUTES
from syncapi.shopware.schema import ALL, RESOURCES, associations_of
from tests.syncapi.oddities import EMPTY, HUGE, ODD, changed
from tests.syncapi.shopware import samples
from tests.syncapi.shopware.conftest import EUR, SYSTEM

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
ENTITIES = sorted(ALL)
IDS = [samples.PRODUCT, samples.CATEGORY, samples.TAX, samples.OPTION, samples.TAG, SYSTEM, EUR, "0" * 32, "f" * 32]
RESOLVERS = [{"resolver": "product.number", "value": "THERE"}, {"resolver": "x.y", "value": 1}, {"resolver": None}]
KNOWN: list[Any] = [
    *IDS,
    *RESOLVERS,
    "THERE",
    "de-DE",
    "2026-11-22T10:00:00+00:00",
    {"de-DE": "d"},
    {"de-DE": {"name": 5}},
]
WEIRD: list[Any] = [*HUGE, *ODD, *KNOWN, *EMPTY]
VALUES = (st.sampled_from(WEIRD) | st.text(max_size=8)).map(deepcopy)
NUMBERS = st.sampled_from([*HUGE, 0, -1, "1", "1E+2", None]) | st.floats()
PROPERTIES = sorted({name for resource in RESOURCES.values() for name in resource.properties})
MEMBERS = st.sampled_from([*PROPERTIES, "extensions", "versionId", "nosuch", "a\0b", "resolver", "language", "de-DE"])
PARTS = st.sampled_from(
    ["%00", "%ff", "%ed%a0%80", "%2F", "+", "%25", "0", "x" * 300, "manufacturer", "nosuch", "cover-media", *IDS]
) | st.text(min_size=1, max_size=8).map(lambda text: quote(text, safe="", errors="replace"))
TEXTS = st.sampled_from(
    ["", "1", "0", "-1", "500", "501", "1,2", "a|b", "true", "%", "a\0", "9" * 400, "1e999", "nan", "-name,stock",
     "basic"]
) | st.text(max_size=8)  # fmt: skip
FIELDS = st.sampled_from(
    ["id", "name", "taxRate", "stock", "price", "tax.taxRate", "categories.name", "product.tax.name", "categoryIds",
     "customFields", "customFields.a", "createdAt",
     "available", "active", "children.id", "media.media.title", "a..b", "product.", ".", "options"]
) | MEMBERS  # fmt: skip
HEADERS = st.sampled_from(
    [("single-operation", "1"), ("fail-on-error", "false"), ("fail-on-error", "1"), ("indexing-behavior", "null"),
     ("indexing-behavior", "use-queue-indexing"), ("indexing-behavior", "disable-indexing"),
     ("indexing-skip", "product.indexer,x"), ("indexing-only", "category.tree"), ("sw-language-id", SYSTEM),
     ("sw-language-id", "x"), ("sw-language-id", "\xff"), ("sw-inheritance", "1"), ("sw-currency-id", EUR),
     ("sw-version-id", "x"), ("Bulkhead-Policy", "each"), ("Bulkhead-Policy", "all"), ("Bulkhead-Policy", "x"),
     ("Bulkhead-Keys", "natural"), ("Bulkhead-Relations", "replace"), ("Bulkhead-Strict", "1"),
     ("Bulkhead-Dry-Run", "1"), ("Prefer", "respond-async"), ("Idempotency-Key", '"a"'), ("Idempotency-Key", "\xff"),
     ("Accept", "application/json"), ("Accept", "*/*"), ("Accept", "text/html"), ("Content-Type", "text/plain"),
     ("Content-Type", ""), ("Authorization", "Bearer nobody"), ("Authorization", "Basic \xff")]
)  # fmt: skip
CALLS = [(pattern, method) for pattern, methods in ROUTES.items() for method in methods]


@dataclass(frozen=True, kw_only=True, repr=False)
class Call:
    """As it goes over the wire."""

    method: str
    path: str  # below /api, encoded
    name: str  # of its route
    sent: Any = None  # None: no body
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.method} /api{self.path} {self.headers} {(self.body or b'')[:3000]!r}"

    @property
    def parameters(self) -> frozenset[str]:
        """The names in its query."""
        return frozenset(name for name, _ in parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def body(self) -> bytes | None:
        return self.raw if self.raw is not None or self.sent is None else text(self.sent)

    @property
    def only_reads(self) -> bool:
        return self.method == "GET" or self.name.startswith("search")


def text(sent: Any) -> bytes:
    return json.dumps(sent).replace("Infinity", "1e999").encode()


@st.composite
def calls(draw: st.DrawFn) -> Call:
    pattern, method = draw(st.sampled_from([*CALLS, *[("_action/sync", "POST")] * 8]))
    name, entity = ROUTES[pattern][method], draw(st.sampled_from(ENTITIES))
    sent = spoiled(draw, body(draw, name, entity)) if method in ("POST", "PATCH") else None
    raw = draw(broken(sent)) if sent is not None and draw(st.integers(0, 19)) == 0 else None
    headers = {"Content-Type": "application/json"} | dict(draw(st.lists(HEADERS, max_size=3)))
    family = draw(st.sampled_from(["", "", "/v3", "/v2"]))
    query = urlencode(draw(queries()), errors="replace") if draw(st.booleans()) else ""
    path = f"{family}/{path_of(draw, pattern, entity)}" + (f"?{query}" if query else "")
    return Call(method=method, path=path, name=name, sent=sent, raw=raw, headers=headers)


@st.composite
def sync_bodies(draw: st.DrawFn) -> Any:
    return spoiled(draw, draw(operations(draw(st.sampled_from(ENTITIES)))))


def spoiled(draw: st.DrawFn, sent: Any) -> Any:
    """With up to three places changed."""
    sent = deepcopy(sent)
    for _ in range(draw(st.integers(0, 3))):
        sent = changed(draw, sent, values=VALUES, numbers=NUMBERS, members=MEMBERS)
    return sent


def path_of(draw: st.DrawFn, pattern: str, entity: str) -> str:
    """Most often the variables are right, so that what is behind them is reached."""
    association = draw(st.sampled_from(sorted(associations_of(ALL[entity])) or ["nosuch"]))
    good = {
        "{e}": entity.replace("_", "-"),
        "{id}": samples.OWNERS.get(entity, samples.TAX),
        "{rest}": draw(st.sampled_from([association, f"{association}/{draw(st.sampled_from(IDS))}"])),
        "{indexer}": draw(st.sampled_from(["product.indexer", "category.indexer", "x"])),
    }
    parts = [good.get(part, part) for part in pattern.split("/")]
    place = draw(st.integers(0, 4 * len(parts)))
    return "/".join(draw(PARTS) if index == place else part for index, part in enumerate(parts))


def body(draw: st.DrawFn, name: str, entity: str) -> Any:
    """The good one."""
    match name:
        case "sync":
            return draw(operations(entity))
        case "token":
            return draw(st.sampled_from([
                {"grant_type": "client_credentials", "client_id": "SWIA", "client_secret": "x"},
                {"grant_type": "password", "client_id": "administration", "username": "a", "password": "b"},
                {"grant_type": "refresh_token", "client_id": "administration", "refresh_token": "x"},
            ]))  # fmt: skip
        case "index" | "indexing":
            return {"skip": ["product.indexer"], "only": []}
        case "indexing_step":
            return {"offset": None}
        case "index_products":
            return {"ids": [samples.PRODUCT]}
    if name.startswith("search"):
        return draw(criteria())
    return samples.record(entity)


@st.composite
def operations(draw: st.DrawFn, entity: str) -> Any:
    """One to three, keyed or as a list."""
    found = []
    for each in [entity, *draw(st.lists(st.sampled_from(ENTITIES), max_size=2))]:
        action = draw(st.sampled_from(["upsert", "upsert", "delete"]))
        sent = {"id": draw(st.sampled_from(IDS))} if action == "delete" and each in RESOURCES else samples.record(each)
        operation: dict[str, Any] = {"entity": each, "action": action, "payload": [deepcopy(sent)]}
        if action == "upsert" and draw(st.booleans()):
            operation["payload"].append({**deepcopy(sent), "id": draw(st.sampled_from(IDS))})
        elif action == "delete" and draw(st.booleans()):
            operation["criteria"] = draw(st.lists(filters(), max_size=2))
        found.append(operation)
    return found if draw(st.booleans()) else {f"op-{index}": each for index, each in enumerate(found)}


@st.composite
def filters(draw: st.DrawFn) -> Any:
    kinds = ["equals", "equalsAny", "contains", "prefix", "suffix", "range", "multi", "not", "or", "xor", "x"]
    found: dict[str, Any] = {"type": draw(st.sampled_from(kinds)), "field": draw(FIELDS), "value": draw(VALUES)}
    if found["type"] == "range":
        found["parameters"] = {draw(st.sampled_from(["gt", "gte", "lt", "lte"])): draw(VALUES)}
    if found["type"] in ("multi", "not", "or", "xor"):
        inner = {"type": "equals", "field": draw(FIELDS), "value": draw(VALUES)}
        found |= {"operator": draw(st.sampled_from(["and", "or", "x"])), "queries": [inner]}
    return found


@st.composite
def criteria(draw: st.DrawFn) -> Any:
    kinds = ["sum", "avg", "min", "max", "count", "stats", "terms", "histogram", "range", "filter", "entity", "x"]
    aggregation, inner = (
        {"name": "a", "type": draw(st.sampled_from(kinds)), "field": draw(FIELDS), "interval": "day",
         "ranges": [{"to": 5}]}
        for _ in range(2)
    )  # fmt: skip
    sums: list[dict[str, Any]] = [{**aggregation, "aggregation": inner} if draw(st.booleans()) else aggregation]
    maybe: dict[str, Any] = {
        "post-filter": draw(st.lists(filters(), max_size=1)),
        "query": [{"score": 5, "query": draw(filters())}],
        "grouping": [draw(FIELDS)],
        "excludes": {"product": ["name"]},
    }
    return {name: value for name, value in maybe.items() if draw(st.integers(0, 3)) == 0} | {
        "page": 1,
        "limit": 5,
        "filter": draw(st.lists(filters(), max_size=2)),
        "sort": [{"field": draw(FIELDS), "order": "DESC", "type": draw(st.sampled_from(["", "count"]))}]
        if draw(st.booleans())
        else [],
        "associations": {draw(st.sampled_from(["categories", "tax", "children", "products", "x"])): {"limit": 2}}
        if draw(st.booleans())
        else {},
        "aggregations": sums if draw(st.booleans()) else [],
        "includes": {"product": ["name"]},
        "ids": [],
        "total-count-mode": draw(st.sampled_from([0, 1, 2, "exact"])),
        "term": "",
    }


@st.composite
def queries(draw: st.DrawFn) -> dict[str, str]:
    names = ["limit", "page", "sort", "ids", "term", "total-count-mode", "_response", "associations[tax][]",
             "sort[0][field]", "aggregations[0][name]", "filter[0][type]", "includes[tax][]", "grouping"]  # fmt: skip
    chosen = st.sampled_from([*names, "filter[name]", "filter[id]", "filter[", "filter[tax.name]", "x"])
    return {draw(chosen): draw(TEXTS) for _ in range(draw(st.integers(1, 3)))}


@st.composite
def broken(draw: st.DrawFn, sent: Any) -> bytes:
    whole = text(sent)
    cut = draw(st.integers(0, len(whole)))
    return draw(
        st.sampled_from([whole[:cut], whole + b"}", b"\xff" + whole, whole.replace(b'"', b"'", 1), b"", b"NaN"])
    )
