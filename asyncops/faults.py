"""What went wrong, in short: the same errors counted together, and the names of records that are not there to ask for.

Written in the transaction of the items, and only where something was refused or deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import orjson

from asyncops.chunking import hashed
from asyncops.done import Done
from catalog import naming
from catalog.commands import Command, Json
from catalog.naming import EVERY, Name
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind
from catalog.sql import copy_in, run
from catalog.wording import say

LONGEST_WORDS: Final = 2000  # characters by which a fault is found
NAMELESS: Final = frozenset({OutcomeKind.REFUSED, OutcomeKind.DELETED})  # nobody may be able to say what they were
_POSITION: Final = re.compile(r"/\d+(?=/|$)")

# In the order of their keys: two workers of one operation wait for each other, never both ways.
_COUNT: Final = """
    INSERT INTO asyncops_fault (operation_id, fault, path, code, params, index, count, words)
    SELECT operation_id, fault, path, code, params::jsonb, index, count, words
      FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::int[], %b::int[], %b::text[])
           AS u (operation_id, fault, path, code, params, index, count, words)
     ORDER BY operation_id, fault
        ON CONFLICT (operation_id, fault) DO UPDATE SET count = asyncops_fault.count + EXCLUDED.count"""


@dataclass(kw_only=True, slots=True)
class _Counted:
    example: FieldError
    index: int
    path: str
    count: int = 0


def record(done: Sequence[Done]) -> None:
    """Two statements, whatever the number of items; none when nothing was refused or deleted."""
    counted: dict[tuple[int, int], _Counted] = {}
    names = []
    for entry in done:
        operation, first = entry.chunk.operation_id, entry.chunk.first
        for index, outcome in enumerate(entry.outcomes, first):
            for error in outcome.errors:
                path = _POSITION.sub("/*", error.path)
                fault = counted.setdefault(
                    (operation, _same(error, path)), _Counted(example=error, index=index, path=path)
                )
                fault.count += 1
            if outcome.kind in NAMELESS and entry.understood:
                meant = entry.understood[index - first]
                names += [(name, operation, index) for name in _names(meant)]
    _store(counted)
    if names:
        copy_in("asyncops_mention", ("name", "operation_id", "index"), ("int8", "int8", "int4"), names)


def _store(counted: Mapping[tuple[int, int], _Counted]) -> None:
    if not counted:
        return
    columns = zip(*(_row(*key, fault) for key, fault in counted.items()), strict=True)
    run(_COUNT, [list(column) for column in columns])


def _row(operation: int, fault: int, counted: _Counted) -> tuple[Json, ...]:
    error = counted.example
    params = orjson.dumps(dict(error.params), default=str).decode()
    words = " ".join([counted.path.replace("/", " "), error.code.value, say(error), *_texts(error.params)])
    return operation, fault, counted.path, error.code.value, params, counted.index, counted.count, words[:LONGEST_WORDS]


def _same(error: FieldError, path: str) -> int:
    """Errors are the same when field and cause are; a dialect's own causes differ by their message."""
    message = str(error.params.get("message", "")) if error.code is ErrorCode.DIALECT else ""
    digest = blake2b("\0".join([path, error.code, message]).encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _texts(params: Mapping[str, Json]) -> Iterator[str]:
    for value in params.values():
        yield value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _names(meant: Command | Outcome) -> set[int]:
    """The names of what an item would have written; none when it meant no record."""
    if isinstance(meant, Outcome):
        return set()
    return {hashed(name) for name in naming.written(meant) if _is_known(name)}


def _is_known(name: Name) -> bool:
    return name[1] != EVERY and name[2] is not None
