"""Decodes JSON from strangers: bounded depth, and only texts and numbers that the database can keep. Pure.

The common case costs one decode. The place of a fault is looked for only when there is one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Final

import orjson

from catalog.commands import Json
from syncapi.problems import BadNumber, BadText, NotJson, Problem, TooDeep

_NOT_STRUCTURE: Final = bytes(byte for byte in range(256) if byte not in b'"[]{}')
_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def decode(body: bytes, *, max_depth: int) -> Json:
    """The value of `body`. Raises NotJson, TooDeep, BadText, BadNumber."""
    if deeper_than(body, max_depth):
        raise TooDeep(limit=max_depth)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _cause(body) from None
    if b"\\u0000" in body:
        _refuse(_faults(value))
    return value


def deeper_than(body: bytes, limit: int) -> bool:
    """Whether brackets nest deeper than `limit`: takes the innermost pairs away, `limit` times at most."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    brackets = _brackets(body)
    for _ in range(limit):
        outer = brackets.replace(b"[]", b"")
        if len(outer) == len(brackets):
            return False  # nothing is left, or it is no JSON, which the decoder says
        brackets = outer
    return b"[]" in brackets


def _brackets(body: bytes) -> bytes:
    """The brackets outside of texts, all of them square."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(body.translate(_SQUARE, _NOT_STRUCTURE).split(b'"')[::2])


def _cause(body: bytes) -> Problem:
    """Why the strict decoder refused the body: Python's own takes what can then be pointed at."""
    try:
        value = json.loads(body, parse_int=float)
    except (ValueError, RecursionError):
        return NotJson()
    return next(_faults(value), NotJson())


def _refuse(faults: Iterator[Problem]) -> None:
    for fault in faults:
        raise fault


def _faults(value: Json, pointer: str = "") -> Iterator[Problem]:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield BadText(pointer=pointer)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield BadNumber(pointer=pointer)
    elif isinstance(value, dict):
        for key, member in value.items():
            place = f"{pointer}/{token(key)}"
            if _UNSTORABLE.search(key):
                yield BadText(pointer=place)
            yield from _faults(member, place)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _faults(member, f"{pointer}/{index}")


def token(key: str) -> str:
    """A key as part of a JSON pointer, with unstorable characters made visible."""
    shown = _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", key)
    return shown.replace("~", "~0").replace("/", "~1")
