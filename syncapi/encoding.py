"""Answers as JSON text."""

from __future__ import annotations

import json

import orjson
from rest_framework.utils.encoders import JSONEncoder

from catalog.commands import Json


def encoded(value: Json) -> bytes:
    """UTF-8. A whole number beyond 64 bits, which a column of JSON makes of 1e308, is Python's own to write."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
