"""Errors in plain English, whichever dialect found them."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import wording
from catalog.outcomes import ErrorCode, FieldError


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"message": "Invalid %value of %field", "parameters": {"value": 5, "field": "qty"}}, "Invalid 5 of qty"),
        ({"message": 'No "%1" with %2, 100 %', "parameters": ["a", "b"]}, 'No "a" with b, 100 %'),
        ({"message": "Not a UUID: {{ input }}", "parameters": {"{{ input }}": "x"}}, "Not a UUID: x"),
        ({"message": "Unknown %1 and {{ name }}"}, "Unknown %1 and {{ name }}"),
        ({}, "is not understood"),
    ],
)
def test_the_message_of_a_dialect_has_its_parameters(params: dict[str, Any], text: str):
    assert wording.say(FieldError(path="", code=ErrorCode.DIALECT, params=params)) == text
