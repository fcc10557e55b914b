"""A long answer sent while it is read: one member is a list, whose elements come one after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import orjson

from catalog.commands import Json
from syncapi.magento import fields as filters
from syncapi.magento.fields import FieldsMalformedError

TOGETHER = 200  # elements of one piece


def pieces(name: str, elements: Iterable[Json], rest: Mapping[str, Json], *, fields: str | None) -> Iterator[bytes]:
    """`{name: [elements], **rest}` as JSON, with what the fields filter leaves of it."""
    try:
        tree = filters.parse(fields) if fields else {}
    except FieldsMalformedError:
        yield b"[]"
        return
    members = dict(filters.part(dict(rest), tree) or {})
    shown = not tree or name in tree
    if not shown:
        yield orjson.dumps(members or [])
        return
    yield b"{" + orjson.dumps(name) + b":["
    yield from _listed(elements, tree.get(name, {}))
    tail = orjson.dumps(members)[1:]
    yield b"]" + (b"," if members else b"") + tail


def _listed(elements: Iterable[Json], tree: filters.Tree) -> Iterator[bytes]:
    kept = (part for part in (filters.part(element, tree) for element in elements) if part)
    comma = b""
    while some := list(islice(kept, TOGETHER)):
        yield comma + b",".join(orjson.dumps(element) for element in some)
        comma = b","
