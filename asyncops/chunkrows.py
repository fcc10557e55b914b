"""Chunks on their way into their table: by COPY, all of them at once.

Django would write a payload into the text of its statement, twice as long as it is, and look at each of the thousands
of hashes beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField
from psycopg.types.json import Jsonb

from asyncops.models import Chunk
from catalog.commands import Json
from catalog.sql import copy_in


def store(chunks: Iterable[Chunk]) -> int:
    """Insert them; how many. They do not learn their ids."""
    rows = [[_value(field, chunk) for field in fields()] for chunk in chunks]
    if rows:
        types = [str(field.db_type(connection)).partition("(")[0] for field in fields()]
        copy_in(Chunk._meta.db_table, [str(field.column) for field in fields()], types, rows)
    return len(rows)


@cache
def fields() -> tuple[Field[Any, Any], ...]:
    """What a new chunk says of itself: its id is drawn, other columns are generated."""
    return tuple(field for field in Chunk._meta.concrete_fields if not (field.primary_key or field.generated))


def _value(field: Field[Any, Any], chunk: Chunk) -> Json:
    value = getattr(chunk, field.attname)
    return Jsonb(value) if isinstance(field, JSONField) else value
