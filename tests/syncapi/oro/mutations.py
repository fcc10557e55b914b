"""Good calls with something wrong, at every route of this dialect."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from syncapi.oro.kinds import Resource
from syncapi.oro.names import ATOMIC, MEDIA_TYPE, RESOURCES
from syncapi.oro.routes import Form, Route, find
from syncapi.shopware.routing import FIRST_SEGMENTS
from tests.syncapi.oddities import EMPTY, HUGE, ODD, changed
from tests.syncapi.oro import samples
from tests.syncapi.oro.samples import Ids

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
EXT = f'{MEDIA_TYPE};ext="{ATOMIC}"'
SAFE = "GET"
TYPES = sorted(RESOURCES)
MEMBERS = st.sampled_from(
    ["type", "id", "lid", "meta", "attributes", "relationships", "data", "included", "update", "upsert", "validate",
     "name", "sku", "price", "owner", "nosuch", "a\0b", "links", "customFields"]
)  # fmt: skip
KNOWN: list[Any] = ["accounts", "products", "tags", "new", "other", 1, 2, ["sku"], ["name"], "2026-11-22T10:00:00Z"]
METAS: list[Any] = [{"update": True}, {"upsert": ["sku"]}, {"upsert": True}, {"validate": True}]
LINKAGES: list[Any] = [{"data": None}, {"data": []}, {"data": {"type": "tags", "id": "1"}}]
WEIRD: list[Any] = [*HUGE, *ODD, *KNOWN, *EMPTY, *METAS, *LINKAGES]
VALUES = (st.sampled_from(WEIRD) | st.text(max_size=8)).map(deepcopy)
NUMBERS = st.sampled_from([*HUGE, 0, -1, "1", None]) | st.floats()
OTHERS = {*FIRST_SEGMENTS, "system", "webhooks", "batch"}  # names by which a path is another dialect's
PARTS = st.sampled_from(
    ["%00", "%ff", "%ed%a0%80", "%2F", "+", "%25", "0", "-1", "1.0", "9" * 30, "x" * 300, "relationships", "owner",
     "errors", "results", "new"]
) | st.text(min_size=1, max_size=8).filter(lambda text: text not in OTHERS).map(
    lambda text: quote(text, safe="", errors="replace")
)  # fmt: skip
TEXTS = st.sampled_from(
    ["", "1", "0", "-1", "1,2", "1..2", "..", "true", "%", "\\", "a\0", "9" * 400, "1e999", "nan", "2026-11-22",
     "0001-01-01T00:00:00+14:00..9999-12-31T23:59:59-14:00", "x" * 3000, "enabled", "name", "-id", "owner", "v1"]
) | st.text(max_size=8)  # fmt: skip
OPERATORS = st.sampled_from(
    ["eq", "neq", "lt", "lte", "gt", "gte", "exists", "neq_or_null", "contains", "not_contains", "starts_with",
     "not_starts_with", "ends_with", "not_ends_with", "", "nosuch"]
)  # fmt: skip
HEADERS = st.sampled_from(
    [("X-Integration-Type", "ext_id"), ("Bulkhead-Dry-Run", "1"), ("Bulkhead-Policy", "all"), ("Bulkhead-Policy", "x"),
     ("Prefer", "handling=strict"), ("Prefer", "return=representation"), ("Prefer", "respond-async"),
     ("X-Include", "noHateoas;totalCount;deletedCount"), ("X-Mode", "fast"), ("Accept", "application/xml"),
     ("Content-Type", "application/json"), ("Content-Type", ""), ("Accept", "*/*"), ("Idempotency-Key", '"a"'),
     ("Idempotency-Key", "\xff"), ("Authorization", "Bearer nobody"), ("Authorization", "Basic \xff")]
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class Call:
    """As it goes over the wire."""

    method: str
    path: str  # below /api/, encoded
    sent: Any = None  # None: no body
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.method} /api/{self.path} {self.headers} {(self.body or b'')[:3000]!r}"

    @property
    def body(self) -> bytes | None:
        if self.raw is not None or self.sent is None:
            return self.raw
        return text(self.sent)


def text(sent: Any) -> bytes:
    return json.dumps(sent).replace("Infinity", "1e999").encode()


@st.composite
def calls(draw: st.DrawFn, known: Ids) -> Call:
    route, method = draw(routes(known))
    sent = draw(documents(route, method, known))
    raw = draw(broken(sent)) if sent is not None and draw(st.integers(0, 19)) == 0 else None
    path = draw(paths(route, query=method in {SAFE, "DELETE"}))
    extra = dict([draw(HEADERS)]) if draw(st.integers(0, 3)) == 0 else {}
    return Call(method=method, path=path, sent=sent, raw=raw, headers=headers(route) | extra)


@st.composite
def documents(draw: st.DrawFn, route: Route, method: str, known: Ids) -> Any:
    """The good body with up to three places changed; None where there is none."""
    sent = body(route, method, known)
    for _ in range(draw(st.integers(0, 3)) if sent is not None else 0):
        sent = changed(draw, sent, values=VALUES, numbers=NUMBERS, members=MEMBERS)
    return sent


def headers(route: Route) -> dict[str, str]:
    media = EXT if route.form is Form.ATOMIC else MEDIA_TYPE
    return {"Content-Type": media, "Accept": media}


@st.composite
def routes(draw: st.DrawFn, known: Ids) -> tuple[Route, str]:
    """Every form about as often, lists of records more often: most lies behind them."""
    form = draw(st.sampled_from([*Form, Form.LIST, Form.LIST, Form.ITEM, Form.RELATIONSHIP]))
    resource = RESOURCES[draw(st.sampled_from(TYPES))]
    if form in {Form.RELATED, Form.RELATIONSHIP} and resource.relations:
        name = draw(st.sampled_from(sorted(resource.relations)))
        route = find(_path(form, resource, known, name).split("/"))
    else:
        route = find(_path(form, resource, known).split("/"))
    return route, draw(st.sampled_from([m for m in route.methods if m != "OPTIONS"]))


def _path(form: Form, resource: Resource, known: Ids, relation: str = "") -> str:
    id = known[resource.type]
    match form:
        case Form.ATOMIC:
            return "operations"
        case Form.OPERATION:
            return f"asyncoperations/{known['asyncoperations']}"
        case Form.ERRORS | Form.RESULTS:
            return f"asyncoperations/{known['asyncoperations']}/{form.name.lower()}"
        case Form.RELATED if relation:
            return f"{resource.type}/{id}/{relation}"
        case Form.RELATIONSHIP if relation:
            return f"{resource.type}/{id}/relationships/{relation}"
        case Form.ITEM:
            return f"{resource.type}/{id}"
    return resource.type


def body(route: Route, method: str, known: Ids) -> Any:
    """The good one; None where there is none."""
    match route.form, method:
        case Form.ATOMIC, _:
            return samples.operations(RESOURCES["accounts"], known)
        case Form.LIST, "PATCH":
            return samples.listing(route.resource, known)
        case Form.LIST, "POST":
            return {"data": samples.record(route.resource, known)}
        case Form.ITEM, "PATCH":
            return {"data": samples.update(route.resource, known)}
        case Form.RELATIONSHIP, _ if route.relation:
            return {"data": samples.linkage(route.relation, known)}
    return None


@st.composite
def broken(draw: st.DrawFn, sent: Any) -> bytes:
    """The text of a body, cut short or with something in its middle."""
    whole = text(sent)
    at = draw(st.integers(0, len(whole)))
    return whole[:at] + draw(st.binary(max_size=3)) + (whole[at:] if draw(st.booleans()) else b"")


@st.composite
def paths(draw: st.DrawFn, route: Route, *, query: bool) -> str:
    """Most often right, so that what is behind it is reached."""
    names = {Form.OPERATION: [], Form.ERRORS: ["errors"], Form.RESULTS: ["results"]}
    relation = route.relation.name if route.relation else ""
    parts = {
        Form.ATOMIC: ["operations"],
        Form.LIST: [route.type],
        Form.ITEM: [route.type, route.id],
        Form.RELATED: [route.type, route.id, relation],
        Form.RELATIONSHIP: [route.type, route.id, "relationships", relation],
    }.get(route.form) or ["asyncoperations", route.id, *names[route.form]]
    for place in range(len(parts)):
        if draw(st.integers(0, 9)) == 0:
            parts[place] = draw(PARTS)
    asked = draw(queries(route)) if query else {}
    return "/".join(parts) + draw(st.sampled_from(["", "", "", "/"])) + (f"?{urlencode(asked)}" if asked else "")


@st.composite
def queries(draw: st.DrawFn, route: Route) -> dict[str, str]:
    resource = RESOURCES.get(route.type)
    names = sorted([*resource.attributes, *resource.relations, "id", "owner.username"]) if resource else ["id"]
    member = st.sampled_from(names) | st.text(max_size=4)
    keys = st.one_of(
        member.map(lambda name: f"filter[{name}]"),
        st.builds(lambda name, operator: f"filter[{name}][{operator}]", member, OPERATORS),
        st.sampled_from(["sort", "include", "page[size]", "page[number]", f"fields[{route.type}]", "meta[validate]"]),
    )
    asked = draw(st.dictionaries(keys, TEXTS | member, max_size=3))
    return {name.encode(errors="replace").decode(): text.encode(errors="replace").decode()
            for name, text in asked.items()}  # fmt: skip
