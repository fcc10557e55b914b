"""An operation's place in the accept order: drawn under one lock that is held until the commit.

So the order of the places is the order of the commits, and nobody finds an earlier one later. Everybody waits for who
holds the lock: taking it is the last step of a transaction. Each statement draws `FROM` who holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Field, Model

from asyncops import chunkrows
from asyncops.models import Chunk, Operation
from catalog import sql
from catalog.commands import Json

ACCEPT_LOCK: Final = 0x62756C6B  # "bulk"
_LOCK: Final = f"pg_advisory_xact_lock({ACCEPT_LOCK})"
_DRAW: Final = "nextval('asyncops_accept_order')"
_TO_COME: Final = """
    SELECT 1 FROM asyncops_split s JOIN asyncops_operation o ON o.id = s.operation_id
     WHERE s.state IN ('queued', 'leased') AND o.state IN ('new', 'running') AND o.organization_id = %b LIMIT 1"""
_NUMBER: Final = "SELECT nextval(pg_get_serial_sequence('asyncops_operation', 'id')) AS id"
_ONE: Final = f"WITH held AS MATERIALIZED (SELECT {_LOCK}) SELECT {_DRAW} FROM held"
_STORE: Final = f"""
    WITH held AS MATERIALIZED (SELECT {_LOCK}),
         placed AS MATERIALIZED (
             SELECT d.document || jsonb_build_object('seq', {_DRAW}) AS document
               FROM held, jsonb_array_elements(%b::jsonb) WITH ORDINALITY AS d (document, nth) ORDER BY d.nth)
    INSERT INTO asyncops_operation
    SELECT r.* FROM placed, jsonb_populate_record(NULL::asyncops_operation, placed.document) r
    RETURNING id, seq"""
_STORE_WITH_CHUNK: Final = f"""
    WITH number AS MATERIALIZED ({_NUMBER}),
         chunk AS (
             INSERT INTO asyncops_chunk (operation_id, payload, {{columns}})
             SELECT number.id, %b::bytea, {{values}}
               FROM number, jsonb_populate_record(NULL::asyncops_chunk, %b::jsonb) r
             RETURNING operation_id AS id),
         held AS MATERIALIZED (SELECT chunk.id, {_LOCK} FROM chunk),
         placed AS MATERIALIZED (SELECT jsonb_build_object('id', held.id, 'seq', {_DRAW}) AS document FROM held)
    INSERT INTO asyncops_operation
    SELECT r.* FROM placed, jsonb_populate_record(NULL::asyncops_operation, %b::jsonb || placed.document) r
    RETURNING id, seq"""


def is_awaited(organization: UUID) -> bool:
    """Whether a body that it sent is still to be split, and to take its place: what it sends now must come behind."""
    return bool(sql.run(_TO_COME, [organization], prepare=True))


def number() -> int:
    """The id of an operation that is still to be stored."""
    [(drawn,)] = sql.run(_NUMBER)
    return int(drawn)


def draw() -> int:
    """A place after all that are taken."""
    [(seq,)] = sql.run(_ONE)
    return int(seq)


def store(operations: Sequence[Operation]) -> None:
    """Insert them, whatever their number in one statement: their places are in the order given."""
    documents = [_of_operation().document(operation) for operation in operations]
    seqs = dict(sql.run(_STORE, [_json(documents)]))
    for operation in operations:
        _stored(operation, seq=seqs[operation.pk])


def store_with(operation: Operation, chunk: Chunk) -> None:
    """Insert an operation that has no id yet, and all that it has. Outside a transaction that is also the commit."""
    documents = _of_chunk().document(chunk), _of_operation().document(operation)
    [(operation.pk, seq)] = sql.run(_with_chunk(), [chunk.payload, *map(_json, documents)], prepare=True)
    _stored(operation, seq=seq)


def _stored(operation: Operation, *, seq: int) -> None:
    operation.seq = seq
    operation._state.adding, operation._state.db = False, connection.alias


class _Columns:
    """What the document of a row says."""

    def __init__(self, fields: Iterable[Field[Any, Any]]) -> None:
        chosen = list(fields)
        self.names = [str(field.column) for field in chosen]
        self._values = attrgetter(*(field.attname for field in chosen))

    def document(self, row: Model) -> dict[str, Json]:
        return dict(zip(self.names, self._values(row), strict=True))


def _json(documents: Json) -> str:
    return orjson.dumps(documents).decode()


@cache
def _of_operation() -> _Columns:
    return _Columns(Operation._meta.concrete_fields)


@cache
def _of_chunk() -> _Columns:
    """Its operation is drawn with it, its payload is bytes."""
    return _Columns(field for field in chunkrows.fields() if field.column not in {"operation_id", "payload"})


@cache
def _with_chunk() -> str:
    columns = _of_chunk().names
    return _STORE_WITH_CHUNK.format(columns=sql.names(columns), values=sql.names(columns, "r"))
