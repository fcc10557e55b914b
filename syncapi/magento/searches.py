"""Searching the catalog: one statement counts, one takes the page, whatever the criteria."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from catalog.commands import Json
from catalog.outcomes import NotUnderstoodError
from catalog.sql import run
from syncapi.magento.conditions import Clause, Column, clause
from syncapi.magento.messages import Message
from syncapi.magento.parsing.searching import Criteria


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What is searched: a table `t` with what is joined to it, and its fields by Magento's name."""

    table: str
    column: Callable[[str], Column | None]
    joins: str = ""
    parameters: tuple[Json, ...] = ()  # of the table and the joins
    key: str = "t.id"
    order: str = "t.number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    ids: list[Any]  # the keys of the source
    total: int


_UNKNOWN: Final = 'The "%1" attribute name is invalid. Reset the name and try again.'


def find(source: Source, criteria: Criteria) -> Page:
    """The ids of one page and the number of all. Raises NotUnderstoodError for a field that there is not."""
    where, parameters = _where(source, criteria)
    order = ", ".join((*_order(source, criteria), source.order))
    body = f"FROM {source.table} t {source.joins} WHERE {where}"
    parameters = [*source.parameters, *parameters]
    [(total,)] = run(f"SELECT count(*) {body}", parameters)
    _check_size(criteria, total)
    limit, offset = window(criteria, total)
    rows = run(
        f"SELECT {source.key} {body} ORDER BY {order} LIMIT %b::bigint OFFSET %b::bigint", [*parameters, limit, offset]
    )
    return Page(ids=[id for (id,) in rows], total=total)


def _check_size(criteria: Criteria, total: int) -> None:
    """A page is held in memory as a whole."""
    most = settings.MAX_PAGE_ITEMS
    if min(criteria.page_size or total, total) > most:
        message = Message("Maximum SearchCriteria pageSize is %max", {"max": most})
        raise NotUnderstoodError(message.error("/searchCriteria/page_size"))


def window(criteria: Criteria, total: int) -> tuple[int | None, int]:
    """Limit and offset of the page; beyond the end it is the last page again, as Magento has it."""
    size = criteria.page_size
    if size is None:
        return None, 0
    last = max(-(-total // size), 1)
    return size, (min(criteria.page, last) - 1) * size


def answer(items: Sequence[Json], criteria: Criteria, total: int) -> dict[str, Json]:
    """Exactly three keys: clients tell a list from a record by their number."""
    return {"items": list(items), "search_criteria": dict(criteria.echo), "total_count": total}


def _where(source: Source, criteria: Criteria) -> Clause:
    parts: list[str] = []
    parameters: list[Any] = []
    for group in criteria.groups:
        clauses = [clause(filter, _known(source, filter.field)) for filter in group]
        if clauses:
            parts.append("(" + " OR ".join(sql for sql, _ in clauses) + ")")
            parameters += [parameter for _, its in clauses for parameter in its]
    return " AND ".join(parts) or "true", parameters


def _order(source: Source, criteria: Criteria) -> list[str]:
    return [
        f"{_known(source, order.field).sql} {'ASC NULLS FIRST' if order.ascending else 'DESC NULLS LAST'}"
        for order in criteria.orders
    ]


def _known(source: Source, field: str) -> Column:
    column = source.column(field)
    if column is None:
        raise NotUnderstoodError(Message(_UNKNOWN, (field,)).error(f"/searchCriteria/{field}"))
    return column
