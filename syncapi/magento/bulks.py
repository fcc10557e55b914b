"""`GET /V1/bulk`: operations of single items, searched over all bulks of an organization (contract 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import Final
from uuid import UUID

import orjson

from asyncops import payloads
from asyncops.journal import ItemView
from asyncops.models import Operation
from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from catalog.sql import run
from syncapi.magento import rendering, searches, status, stores
from syncapi.magento.conditions import Column, Kind, among_numbers
from syncapi.magento.parsing.searching import Criteria
from syncapi.magento.routes import RouteTable
from syncapi.magento.searches import Source

# Of an item `n` of an operation `o`, and what stands beside them.
_OUTCOME: Final = """
    coalesce(n.outcome, CASE WHEN u.is_unchanged THEN 'unchanged' WHEN o.state IN ('new', 'running') THEN 'undecided'
                             ELSE 'untouched' END)"""
_STATUS: Final = """
    CASE WHEN n.outcome = 'refused' THEN CASE WHEN e.is_transient THEN 2 ELSE 3 END
         WHEN n.outcome IS NOT NULL OR u.is_unchanged THEN 1
         WHEN o.state = 'cancelled' THEN 5 WHEN o.state = 'failed' THEN 2 ELSE 4 END"""
_UNCHANGED: Final = """
      LEFT JOIN LATERAL (
           SELECT true AS is_unchanged FROM asyncops_chunk c, jsonb_array_elements(c.unchanged) r
            WHERE n.outcome IS NULL AND c.operation_id = o.id
              AND n.index BETWEEN (r ->> 0)::int AND (r ->> 1)::int LIMIT 1) u ON true"""
# A FULL JOIN is never a nested loop, which would compare each of 100,000 numbers with each of as many rows. OFFSET 0
# keeps the planner from taking the operations' items together.
_ITEMS: Final = f"""(
    SELECT o.id AS operation_id, n.index, o.uuid::text AS uuid, o.accepted_at, o.kind, {_STATUS} AS status
      FROM asyncops_operation o
     CROSS JOIN LATERAL (
           SELECT coalesce(g.index, i.index) AS index, i.outcome FROM generate_series(0, o.total - 1) AS g (index)
             FULL JOIN (SELECT index, outcome FROM asyncops_item WHERE operation_id = o.id OFFSET 0) i
               ON i.index = g.index
           OFFSET 0) n
      {_UNCHANGED}
      LEFT JOIN LATERAL (
           SELECT true AS is_transient FROM asyncops_itemerror e
            WHERE n.outcome = 'refused' AND e.operation_id = o.id AND e.index = n.index AND e.code = 'transient'
            LIMIT 1) e ON true
     WHERE o.organization_id = %b::uuid)"""
_ROWS: Final = f"""
    SELECT o.id, n.index, {_OUTCOME}, n.record_id
      FROM (SELECT k.operation_id, k.index, k.nth, i.outcome, i.record_id
              FROM unnest(%b::bigint[], %b::int[]) WITH ORDINALITY AS k (operation_id, index, nth)
              LEFT JOIN asyncops_item i ON i.operation_id = k.operation_id AND i.index = k.index) n
      JOIN asyncops_operation o ON o.id = n.operation_id {_UNCHANGED}
     ORDER BY n.nth"""
_ERRORS: Final = """
    SELECT e.operation_id, e.index, e.path, e.code, e.params FROM asyncops_itemerror e
      JOIN unnest(%b::bigint[], %b::int[]) AS k (operation_id, index) USING (operation_id, index)
     ORDER BY e.id"""
# A payload of more than a piece is not taken whole.
_PAYLOADS: Final = """
    SELECT c.id, c.operation_id, c.first, CASE WHEN octet_length(c.payload) <= %b::int THEN c.payload END,
           array_agg(k.index - c.first)
      FROM asyncops_chunk c
      JOIN unnest(%b::bigint[], %b::int[]) AS k (operation_id, index)
        ON k.operation_id = c.operation_id AND k.index >= c.first AND k.index < c.first + c.size
     GROUP BY c.id"""
Key = tuple[int, int]  # operation, index


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    items: list[dict[str, Json]]
    total: int


def search(criteria: Criteria, table: RouteTable, *, organization_id: UUID) -> Found:
    """Raises NotUnderstoodError."""
    page = searches.find(_source(table, organization_id), criteria)
    keys = [(operation, index) for operation, index in page.ids]
    shown = dict(_elements(keys, table))
    return Found(items=[shown[key] for key in keys if key in shown], total=page.total)


def _source(table: RouteTable, organization_id: UUID) -> Source:
    number = Column(sql="t.index", kind=Kind.NUMBER, exact=among_numbers("(t.index = ANY(%b::bigint[]))"))
    columns = {
        "id": number,
        "operation_key": number,
        "bulk_uuid": Column(sql="t.uuid"),
        "status": Column(sql="t.status", kind=Kind.NUMBER),
        "start_time": Column(sql="t.accepted_at", kind=Kind.MOMENT),
        "topic_name": Column(sql=_topics(table)),
        "error_code": Column(sql="(CASE WHEN t.status IN (2, 3, 5) THEN 0 END)", kind=Kind.NUMBER),
    }
    return Source(
        table=_ITEMS,
        column=columns.get,
        parameters=(organization_id,),
        key="ARRAY[t.operation_id, t.index]",
        order="t.operation_id, t.index",
    )


def _topics(table: RouteTable) -> str:
    """Magento's topic of a kind of operation; the names come from our own declarations."""
    topics = ((kind, route.topic) for kind, route in table.kinds())
    cases = " ".join(f"WHEN {_quoted(kind)} THEN {_quoted(topic)}" for kind, topic in topics)
    return f"(CASE t.kind {cases} ELSE t.kind END)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _elements(keys: Sequence[Key], table: RouteTable) -> Iterator[tuple[Key, dict[str, Json]]]:
    """A fixed number of queries, and those for the records of each kind of operation and store."""
    operations = Operation.objects.select_related("user").in_bulk({operation for operation, _ in keys})
    views = sorted(_views(keys), key=lambda found: found[0])
    for id, group in groupby(views, key=lambda found: found[0]):
        operation = operations[id]
        route = table.of_kind(operation.kind)
        started = {"start_time": rendering.moment(operation.accepted_at)}
        found = sorted((view for _, view in group), key=attrgetter("index"))
        for element in status.detailed(found, operation, route, stores.current()):
            yield (id, element["id"]), {"extension_attributes": started, **element}


def _views(keys: Sequence[Key]) -> list[tuple[int, ItemView]]:
    operations, indexes = [operation for operation, _ in keys], [index for _, index in keys]
    errors: dict[Key, list[FieldError]] = defaultdict(list)
    for operation, index, path, code, params in run(_ERRORS, [operations, indexes]):
        errors[operation, index].append(FieldError(path=path, code=ErrorCode(code), params=params))
    sent = _payloads(operations, indexes)
    return [
        (
            operation,
            ItemView(
                index=index,
                outcome=outcome,
                record_id=record_id,
                errors=tuple(errors.get((operation, index), ())),
                payload=sent.get((operation, index)),
            ),
        )
        for operation, index, outcome, record_id in run(_ROWS, [operations, indexes])
    ]


def _payloads(operations: Sequence[int], indexes: Sequence[int]) -> Mapping[Key, Json]:
    found: dict[Key, Json] = {}
    for chunk, operation, first, payload, places in run(_PAYLOADS, [payloads.PIECE, operations, indexes]):
        items = orjson.loads(payload) if payload else _read_through(chunk, places)
        found.update({(operation, first + place): items[place] for place in places})
    return found


def _read_through(chunk: int, places: Sequence[int]) -> Mapping[int, Json]:
    wanted = set(places)
    texts = islice(payloads.texts(chunk), max(wanted) + 1)
    return {place: orjson.loads(text) for place, text in enumerate(texts) if place in wanted}
