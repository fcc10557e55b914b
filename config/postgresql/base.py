"""Django's PostgreSQL backend, but for how it looks at a kept connection before a request: without a round trip.

And psycopg forgets the text of a prepared statement, which Django's log of queries then has from who sent it.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as Operations


class DatabaseOperations(Operations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """Whether the server is still there. One that ends says so, or its kernel does: that can be read.

        Django asks `SELECT 1`; so does this where there is something to read, or something went wrong before.
        """
        if self.connection is None or self.connection.closed:
            return False
        return (self._is_silent() and not self.errors_occurred) or super().is_usable()

    def _is_silent(self) -> bool:
        looked = select.poll()
        looked.register(self.connection.fileno(), select.POLLIN)
        return not looked.poll(0)
