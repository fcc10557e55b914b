"""Running the write path's own SQL: binary parameters and results, inside Django's transaction and query log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self
from uuid import uuid4

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg.types.json import set_json_loads

set_json_loads(orjson.loads)  # a number beyond 64 bits is a float, as in the body that brought it: answers can show it


class _Preparing(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, **options, prepare=True)


def run(statement: str, parameters: Sequence[Any] = (), *, prepare: bool = False) -> list[tuple[Any, ...]]:
    """Execute one statement and return its rows. `%b` marks a parameter.

    Django's own cursor would write the values into the SQL text, which for arrays of thousands costs more than
    the statement. `prepare`: plan it once for each connection, where the best plan is the same however many rows there
    are: planning can take longer than a small statement. Raises django.db's exceptions.
    """
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look for it at each of the words below
    database.close_if_health_check_failed()  # as Django's own cursors begin: this may be a request's first statement
    database.ensure_connection()
    raw: Any = (_Preparing if prepare else psycopg.Cursor)(database.connection)
    raw.format = psycopg.pq.Format.BINARY
    with database.make_debug_cursor(raw) if database.queries_logged else database.make_cursor(raw) as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if raw.pgresult.nfields else []


def stream(statement: str, parameters: Sequence[Any] = (), *, size: int = 1000) -> Iterator[tuple[Any, ...]]:
    """`run` for more rows than memory should hold, inside a transaction: other statements may run in between."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.ServerCursor(connection.connection, f"stream_{uuid4().hex}") as rows:
        rows.itersize = size
        rows.execute(statement, parameters or None)
        yield from rows


def copy_in(table: str, columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Binary COPY of `rows` into `table`: the fastest way in for rows that cannot conflict."""
    connection.ensure_connection()
    target = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection).copy(target) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def names(columns: Sequence[str], alias: str = "") -> str:
    """A comma list of quoted column names, each below `alias` when one is given."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(f'{prefix}"{column}"' for column in columns)
