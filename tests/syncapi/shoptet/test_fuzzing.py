"""Anything at every route: never a 5xx, always Shoptet's envelope, and no job unless it was accepted."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops.models import Operation
from catalog.commands import Delete, Upsert
from catalog.outcomes import NotUnderstoodError
from syncapi.shoptet import moments, names, parameters, parsing, schema, wording
from syncapi.shoptet.parsing import brands, categories, deletions, products, uploads
from syncapi.shoptet.refusals import Refusal
from syncapi.shoptet.urls import TABLE
from tests.syncapi.shoptet.conftest import P, Shoptet

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "250"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=12)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def like(wanted: Any) -> st.SearchStrategy[Any]:
    """Values of about the form of a schema: near enough that what lies behind it is reached."""
    fitting = {
        "object": lambda: st.fixed_dictionaries(
            {name: like(wanted["properties"][name]) for name in wanted.get("required", ())},
            optional={
                name: like(member)
                for name, member in wanted.get("properties", {}).items()
                if name not in wanted.get("required", ())
            },
        ),
        "array": lambda: st.lists(like(wanted.get("items", {})), max_size=3),
        "string": lambda: st.sampled_from(wanted["enum"]) if "enum" in wanted else TEXTS,
        "integer": lambda: st.integers(-2, 100_000),
        "number": lambda: st.floats(-1, 1e9),
        "boolean": st.booleans,
        "null": st.none,
    }
    types = wanted.get("type", [])
    known = [fitting[name]() for name in ([types] if isinstance(types, str) else types)]
    return st.one_of(*known, *known, JSON) if known else JSON


TEXTS = st.sampled_from([P, "24-MB01", "http://127.0.0.1:1/a", "a.png", "de", "1.50", "\0", "", "x" * 300]) | st.text()
ROWS = {
    names.UPDATE_PRODUCTS: products.PRODUCT,
    names.DELETE_PRODUCTS: deletions.PRODUCT,
    names.DELETE_IMAGES: deletions.IMAGES,
    names.UPDATE_CATEGORIES: categories.CATEGORY,
    names.CREATE_BRANDS: brands.BRAND,
}
BODIES = st.one_of(
    *(like(each) for each in (uploads.POST, uploads.PATCH_SOURCES, uploads.PATCH, uploads.POST_FILES)),
    st.fixed_dictionaries({"batchFileUrlPath": TEXTS}),
    st.fixed_dictionaries({"data": st.lists(st.fixed_dictionaries({"event": TEXTS, "url": TEXTS}), max_size=2)}),
    JSON,
    st.binary(max_size=20),
)
PARTS = {":guid": [P, "x"], ":gallery": ["shop", "shop360", "x"], ":job": ["0000000", "x"], ":name": ["a"], ":id": "1x"}
QUERIES = st.dictionaries(
    st.sampled_from(
        ["page", "itemsPerPage", "status", "creationTimeFrom", "include", "productCodes", "productGuids", "language",
         "brandCode", "removeReference", "active", "event", "from", "type", "wait", "changeTimeTo"]
    ),
    st.text(max_size=10) | st.sampled_from(["1", "0", "true", "pending", "2026-11-22T10:00:00 0000", P]),
    max_size=2,
)  # fmt: skip


@pytest.mark.parametrize("kind", ROWS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_row_is_a_command_or_has_errors(kind: str, data: st.DataObject):
    row = {"row": 1, "data": data.draw(like(ROWS[kind]))}
    row |= data.draw(st.sampled_from([{}, {"own": "24-MB01"}, {"found": []}, {"found": [P], "used": ["a.png"]}]))
    try:
        assert isinstance(parsing.command(kind, row, {}), Upsert | Delete)
    except NotUnderstoodError as reason:
        for error in reason.errors:
            fault = wording.fault(error, at="data")
            assert all([fault.code, fault.message, fault.instance])


@settings(max_examples=EXAMPLES, deadline=None)
@given(body=JSON, wanted=st.sampled_from([uploads.POST, uploads.PATCH, products.PRODUCT, brands.BRAND]))
def test_every_fault_of_a_body_has_a_place(body: Any, wanted: Any):
    assert all(fault.instance and fault.message for fault in schema.check(body, wanted))


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=st.text(max_size=30) | st.datetimes().map(str) | st.datetimes().map(lambda each: each.isoformat() + "Z"))
def test_a_moment_is_one_or_none(text: str):
    try:
        found = parameters.moment({"from": text}, "from")
    except Refusal:
        return
    assert moments.read(moments.written(found) or "") == (found.replace(microsecond=0) if found else None)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_answer_is_in_form(shoptet: Shoptet, data: st.DataObject):
    route = data.draw(st.sampled_from(TABLE.routes))
    parts = [data.draw(st.sampled_from(PARTS[part])) if part in PARTS else part for part in route.path.split("/")]
    query = "&".join(f"{name}={quote(value)}" for name, value in data.draw(QUERIES).items() if name != "wait")
    body = None if route.method == "GET" else data.draw(BODIES)
    before = Operation.objects.count()
    answer = shoptet.call(route.method, "/".join(parts) + (f"?{query}" if query else ""), body)
    assert answer.status in {200, 201, 202, 400, 404, 409, 422}, answer
    if answer.status >= 400:
        assert answer.json["errors"]
        assert Operation.objects.count() == before
    elif answer.status == 202:
        assert Operation.objects.count() == before + 1
