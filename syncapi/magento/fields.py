"""The `fields` filter: `?fields=a,b[c,d[e]]` keeps only the named parts of an answer (contract 2.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from catalog.commands import Json

Tree = dict[str, "Tree"]  # a field without parts of its own keeps everything below it
_TOKENS: Final = re.compile(r"\w+|[\[\],]")
_ALLOWED: Final = re.compile(r"[\w\[\],]*", re.ASCII)


class FieldsMalformedError(Exception):
    """The filter has other characters than names, brackets and commas, or its brackets do not match."""


def keep(answer: Json, fields: str | None) -> Json:
    """The parts of `answer` that `fields` names; a scalar is left alone, a malformed filter keeps nothing."""
    if not fields or not isinstance(answer, dict | list):
        return answer
    try:
        return _kept(answer, parse(fields))
    except FieldsMalformedError:
        return []


def part(value: Json, tree: Tree) -> Json:
    """What is left of a value under a filter that was parsed already."""
    return _kept(value, tree)


def parse(fields: str) -> Tree:
    """`a,b[c]` -> {"a": {}, "b": {"c": {}}}. Raises FieldsMalformedError."""
    if not _ALLOWED.fullmatch(fields):
        raise FieldsMalformedError
    root: Tree = {}
    path, latest = [root], root
    for part in _TOKENS.findall(fields):
        if part == "[":
            path.append(latest)
        elif part == "]":
            path.pop()
        elif part != ",":
            latest = path[-1].setdefault(part, {}) if path else {}
        if not path or len(path) > 64:
            raise FieldsMalformedError
    if len(path) != 1:
        raise FieldsMalformedError
    return root


def _kept(value: Json, tree: Tree) -> Json:
    if not tree:
        return value
    if isinstance(value, list):
        return [part for part in (_kept(part, tree) for part in value if isinstance(part, dict | list)) if part]
    if not isinstance(value, dict):
        return value
    return dict(_members(value, tree)) or []


def _members(value: dict[str, Json], tree: Tree) -> Iterator[tuple[str, Json]]:
    for name, member in value.items():
        if name in tree:
            is_codes = name == "custom_attributes" and tree[name]
            yield name, _attributes(member, tree[name]) if is_codes else _kept(member, tree[name])


def _attributes(pairs: list[dict[str, Json]], codes: Tree) -> list[dict[str, Json]]:
    """In brackets behind custom_attributes stand attribute codes, or the names of a pair's two members."""
    if codes.keys() & {"attribute_code", "value"}:
        return [kept for pair in pairs if (kept := _kept(pair, codes))]
    return [pair for pair in pairs if pair["attribute_code"] in codes]
