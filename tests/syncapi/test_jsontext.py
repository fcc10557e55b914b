"""Decoding what strangers send."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapi import jsontext
from syncapi.problems import BadNumber, BadText, NotJson, TooDeep

NESTED = st.recursive(
    st.none() | st.text(alphabet='a[]{}"\\', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[{"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=20,
)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(NESTED, st.integers(0, 6))
def test_the_scan_measures_the_depth(value: Any, limit: int):
    assert jsontext.deeper_than(orjson.dumps(value), limit) == (depth(value) > limit)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_problem(body: bytes):
    with contextlib.suppress(NotJson, TooDeep, BadText, BadNumber):
        jsontext.decode(body, max_depth=8)


@given(NESTED)
def test_what_is_good_comes_through(value: Any):
    assert jsontext.decode(orjson.dumps(value), max_depth=64) == value


@pytest.mark.parametrize(
    ("body", "problem", "pointer"),
    [
        (b'["a", {"b": "\\u0000"}]', BadText, "/1/b"),
        (b'{"a~/b": "\\ud800"}', BadText, "/a~0~1b"),
        (b'["\\\\u0000", NaN]', BadNumber, "/1"),
        (b"[1, [-1e999]]", BadNumber, "/1/0"),
    ],
)
def test_faults_are_pointed_at(body: bytes, problem: type[BadText], pointer: str):
    with pytest.raises(problem) as caught:
        jsontext.decode(body, max_depth=64)
    assert caught.value.params == {"pointer": pointer}


def test_an_escaped_backslash_before_u0000_is_no_fault():
    assert jsontext.decode(b'["\\\\u0000"]', max_depth=4) == ["\\u0000"]
