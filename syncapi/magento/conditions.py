"""Filters as SQL: each field has an expression and a kind, and values are compared as Magento's database does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from catalog.registry import folded
from syncapi.magento.parsing.searching import Filter

Clause = tuple[str, list[Any]]  # SQL with %b for each of the parameters

_PREFIX: Final = re.compile(r"\s*([+-]?(?:\d{1,40}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?)", re.ASCII)
_COMPARISONS: Final = {
    "eq": "=", "neq": "<>", "gt": ">", "gteq": ">=", "moreq": ">=", "from": ">=", "lt": "<", "lteq": "<=", "to": "<=",
}  # fmt: skip
_UPWARDS: Final = frozenset({"gt", "gteq", "moreq", "from", "neq", "nin"})
_NEGATIVE: Final = frozenset({"neq", "nin", "nlike", "nfinset", "null"})
TRUE: Final[Clause] = ("true", [])
FALSE: Final[Clause] = ("false", [])


class Kind(Enum):
    """How a column's values compare."""

    TEXT = "without regard to case"
    NUMBER = "as decimals; a text counts as the number that it begins with, or 0"
    MOMENT = "in UTC; what is no time is before all times"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """`sql`: an expression over the searched table `t`. `exact`: a quicker way for eq and in."""

    sql: str
    kind: Kind = Kind.TEXT
    exact: Callable[[Sequence[str]], Clause] | None = None
    only_exact: bool = False  # belongs to another table: what is not eq or in is their negation


def clause(filter: Filter, column: Column) -> Clause:
    """True for the rows that pass."""
    condition = filter.condition
    if condition in {"null", "notnull"} and not column.only_exact:
        return f"({column.sql} IS {'NOT ' if condition == 'notnull' else ''}NULL)", []
    value = filter.value or ""
    values = [part.strip() for part in value.split(",")] if condition in {"in", "nin"} else [value]
    if column.only_exact or (column.exact and condition in {"eq", "in"}):
        assert column.exact, "such a column has an exact way"
        sql, parameters = column.exact(values)
        return (f"NOT {sql}" if condition in _NEGATIVE else sql), parameters
    if condition in {"like", "nlike"}:
        return f"({column.sql}::text {'NOT ' if condition == 'nlike' else ''}ILIKE %b::text)", [_pattern(value)]
    if condition in {"finset", "nfinset"}:
        negated = "NOT " if condition == "nfinset" else ""
        listed = f"lower(%b::text) = ANY(string_to_array(lower({column.sql}::text), ','))"
        return f"({negated}coalesce({listed}, false))", [value]
    return _COMPARED[column.kind](condition, values, column.sql)


def among_skus(values: Sequence[str]) -> Clause:
    return "(t.sku_key = ANY(%b::text[]))", [[folded(value) for value in values]]


def among_numbers(sql: str) -> Callable[[Sequence[str]], Clause]:
    """`sql` has one %b::bigint[] for the numbers."""

    def clause_of(values: Sequence[str]) -> Clause:
        numbers = [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 19]
        return sql, [numbers]

    return clause_of


def _text(condition: str, values: Sequence[str], sql: str) -> Clause:
    if condition in {"in", "nin"}:
        return f"(lower({sql}::text) {_any(condition)}(SELECT lower(o) FROM unnest(%b::text[]) o))", [list(values)]
    return f"(lower({sql}::text) {_COMPARISONS[condition]} lower(%b::text))", [values[0]]


def _number(condition: str, values: Sequence[str], sql: str) -> Clause:
    numbers = [_decimal(value) for value in values]
    if condition in {"in", "nin"}:
        return f"({sql} {_any(condition)}(%b::numeric[]))", [numbers]
    return f"({sql} {_COMPARISONS[condition]} %b::numeric)", [numbers[0]]


def _moment(condition: str, values: Sequence[str], sql: str) -> Clause:
    moments = [found for value in values if (found := _parsed(value)) is not None]
    if not moments:
        return TRUE if condition in _UPWARDS else FALSE
    to_seconds = f"date_trunc('second', {sql})"
    if condition in {"in", "nin"}:
        return f"({to_seconds} {_any(condition)}(%b::timestamptz[]))", [moments]
    return f"({to_seconds} {_COMPARISONS[condition]} %b::timestamptz)", [moments[0]]


_COMPARED: Final = {Kind.TEXT: _text, Kind.NUMBER: _number, Kind.MOMENT: _moment}


def _any(condition: str) -> str:
    return "<> ALL" if condition == "nin" else "= ANY"


def _decimal(value: str) -> Decimal:
    found = _PREFIX.match(value)
    return Decimal(found[1]) if found else Decimal(0)


def _parsed(value: str) -> datetime | None:
    try:
        given = datetime.fromisoformat(value.strip())
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _pattern(value: str) -> str:
    """A lone backslash at the end would escape nothing."""
    trailing = len(value) - len(value.rstrip("\\"))
    return value + "\\" if trailing % 2 else value
