"""What a command changed, as the journal keeps it: JSON text, most of it made by the statements that write.

A list of entries, one per record: `kind` (created, updated, deleted), `entity`, `id`, and
  `fields`: name of the column -> [before, after]; of a new record only when values are asked for
  `stores`: id of the store -> its own values likewise; `translations`: id of the language -> [texts before, after]
  `links`: relation -> id of the target -> [columns of the link before, after]; null is "no link"
  `row`, `rows`, `lost`: of a deleted record its row, the rows of each table that went with it, and by "table.column"
  the ids of the records whose reference was cleared
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

import orjson

from catalog.commands import Json
from catalog.outcomes import OutcomeKind
from catalog.rows import Row


class Recording(StrEnum):
    """How much of its changes a write tells."""

    OFF = "off"
    CHANGES = "changes"  # of a new record only that it is new
    VALUES = "values"  # the values of new records too


_CHANGED: Final = frozenset({OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.DELETED})


def of(group: Sequence[Row], recording: Recording) -> str:
    """Of the rows of one command; "" when nothing is told."""
    if recording is Recording.OFF:
        return ""
    entries = [entry for row in group for entry in _entries(row, recording)]
    return f"[{','.join(entries)}]" if entries else ""


def _entries(row: Row, recording: Recording) -> Iterator[str]:
    if row.kind is OutcomeKind.CREATED:
        yield _created(row) if recording is Recording.VALUES else f"{_head(row)}}}"
    elif row.kind is OutcomeKind.UPDATED and (row.changed or row.beside):
        beside = orjson.dumps(row.beside, default=str).decode()[1:-1] if row.beside else ""
        parts = [f'"fields":{{{row.changed}}}' if row.changed else "", beside]
        yield f"{_head(row)},{','.join(filter(None, parts))}}}"
    yield from row.others


def _head(row: Row) -> str:
    return f'{{"kind":"{row.kind}","entity":"{row.command.entity}","id":"{row.id}"'


def _created(row: Row) -> str:
    values = {column: [None, value] for column, value in row.document.items()}
    return f'{_head(row)},"fields":{orjson.dumps(values, default=str).decode()}}}'


def tell(row: Row, id: UUID | None, column: str, before: Json, after: Json) -> None:
    """A column of another record of the row's kind that changed with it."""
    fields = orjson.dumps({column: [before, after]}).decode()
    entry = f'{{"kind":"updated","entity":"{row.command.entity}","id":"{id}","fields":{fields}}}'
    row.others = (*row.others, entry)


def difference(before: Json, after: Json) -> Json:
    """Key -> [before, after] of the members in which two documents differ; an absent member is null."""
    old, new = before or {}, after or {}
    names = dict.fromkeys((*old, *new))
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}
