"""A query string as PHP reads it: `filter[0][field]=name` is an object in a list in an object. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from catalog.commands import Json
from syncapi.shopware.faults import Fault, FaultyError

DEEPEST: Final = 40
_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")


def read(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """`pairs` in their order; of two for one place the last counts. Raises FaultyError for what cannot be stored."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        if "\0" in name + value:
            fault = Fault(
                code="FRAMEWORK__INVALID_FILTER_QUERY",
                detail="The value cannot be stored.",
                pointer=f"/{name.partition('[')[0]}",
            )
            raise FaultyError(fault)
        if (parts := _NAME.fullmatch(name)) is not None:
            _put(found, [parts[1], *_BRACKETS.findall(parts[2])[:DEEPEST]], value)
    return {name: _lists(value) for name, value in found.items()}


def whole(value: Json) -> Json:
    """The number that a query string has as a text; anything else as it is."""
    is_number = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10
    return int(value) if is_number else value


def _put(into: dict[str, Json], way: list[str], value: str) -> None:
    *before, last = way
    for part in before:
        inner = into.setdefault(part or str(len(into)), {})
        if not isinstance(inner, dict):
            return  # the place is taken by a text
        into = inner
    into[last or str(len(into))] = value


def _lists(value: Json) -> Json:
    """Objects whose members are numbered are lists; one of nothing but empty texts says nothing (`x[]=`)."""
    if not isinstance(value, dict):
        return value
    members = {name: _lists(inner) for name, inner in value.items()}
    if not all(name.isdecimal() for name in members):
        return members
    elements = list(members.values())
    return elements if any(element != "" for element in elements) else {}
