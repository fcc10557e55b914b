"""The catalog as it was: what a call has changed in it, and the way back, for scenes whose calls really commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from catalog.sql import run

BESIDE = {"catalog_user", "catalog_accesstoken", "catalog_dirty", "catalog_productsearch"}  # what follows from the rest
_MARK = "SELECT '{table}', coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
_numbers = count(1)


class Keeper:
    """`changed` names the tables that differ; `restore` brings them back, whatever the order of their keys."""

    def __init__(self) -> None:
        self._schema = f"kept_{next(_numbers)}"
        models = [model for model in apps.get_app_config("catalog").get_models() if model._meta.managed]
        self._columns = {model._meta.db_table: _columns(model) for model in models}
        self._query = " UNION ALL ".join(_MARK.format(table=table) for table in self._columns)
        self._marks: dict[str, Any] = {}

    def keep(self) -> None:
        run(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")
        run(f"CREATE SCHEMA {self._schema}")
        for table in self._columns:
            run(f"CREATE TABLE {self._schema}.{table} AS TABLE {table}")
        self._marks = self._look()

    def changed(self) -> set[str]:
        return {table for table, mark in self._look().items() if mark != self._marks[table]}

    def undo(self, act: Callable[[], set[str]]) -> None:
        """Do it, and bring back the tables that it says it has changed, or those that differ when it failed."""
        changed = None
        try:
            changed = act()
        finally:
            self.restore(self.changed() if changed is None else changed)

    def restore(self, tables: set[str]) -> None:
        """Also of what was answered nothing is remembered: it would tell of records that are no more."""
        with transaction.atomic():
            run("DELETE FROM asyncops_idempotencykey")
            run("SET CONSTRAINTS ALL DEFERRED")
            for table in tables:
                run(f"DELETE FROM {table}")
                columns = self._columns[table]
                run(f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE {self._all(table, columns)}")

    def _all(self, table: str, columns: str) -> str:
        return f"SELECT {columns} FROM {self._schema}.{table}"

    def forget(self) -> None:
        run(f"DROP SCHEMA {self._schema} CASCADE")

    def _look(self) -> dict[str, Any]:
        return dict(run(self._query, prepare=True))  # planning this for each look takes ten times as long as looking


def _columns(model: Any) -> str:
    fields = (field for field in model._meta.concrete_fields if not field.generated)
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


@contextmanager
def kept() -> Iterator[Keeper]:
    """In the end the catalog is as it was in the beginning."""
    keeper = Keeper()
    keeper.keep()
    try:
        yield keeper
    finally:
        keeper.restore(keeper.changed())
        keeper.forget()
