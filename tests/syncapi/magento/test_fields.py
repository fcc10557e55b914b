"""The `fields` filter as a pure function."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapi.magento import fields

PRODUCT: Any = {
    "sku": "A",
    "price": 1,
    "items": [{"id": 1, "x": 2}, {"x": 3}],
    "custom_attributes": [
        {"attribute_code": "description", "value": "d"},
        {"attribute_code": "color", "value": "c"},
    ],
}


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("sku", {"sku": "A"}),
        ("sku,price", {"sku": "A", "price": 1}),
        ("items[id]", {"items": [{"id": 1}]}),
        ("items", {"items": PRODUCT["items"]}),
        ("custom_attributes[description]", {"custom_attributes": [PRODUCT["custom_attributes"][0]]}),
        ("nosuch", []),
        ("sku]", []),
        ("items[id", []),
        ("sku;drop", []),
        ("][", []),
        ("", PRODUCT),
    ],
)
def test_parts_are_kept(wanted: str, kept: Any):
    assert fields.keep(PRODUCT, wanted) == kept


@pytest.mark.parametrize("scalar", [True, 5, "text", None])
def test_a_scalar_ignores_the_filter(scalar: Any):
    assert fields.keep(scalar, "sku") == scalar


@given(st.text(alphabet="ab[],-", max_size=80))
def test_any_filter_has_an_answer(wanted: str):
    kept = fields.keep(PRODUCT, wanted)
    assert kept in ([], PRODUCT) or set(kept) <= set(PRODUCT)
