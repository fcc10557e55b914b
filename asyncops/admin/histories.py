"""Who changed a record, when, and from what to what: from the journal, the latest first. For the record's own page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from asyncops import redacting
from asyncops.models import Item, Operation, OperationQuerySet
from catalog.commands import Json

MOST_READ: Final = 100  # items, of whatever organization
MOST_SHOWN: Final = 25
LONGEST: Final = 200  # characters of a value
_BESIDE: Final = {"stores": "in store", "translations": "in language"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    operation: Operation
    index: int
    outcome: str
    changes: Sequence[Change]


def of(record: UUID, *, visible: OperationQuerySet) -> list[Entry]:
    """Three queries, whatever the number of operations that wrote it."""
    rows = Item.objects.filter(record_id=record).order_by("-operation_id", "-index")
    items = list(rows.values_list("operation_id", "index", "outcome", "changes")[:MOST_READ])
    known = visible.select_related("user").in_bulk([operation for operation, *_ in items])
    seen = [item for item in items if item[0] in known][:MOST_SHOWN]
    return [
        Entry(operation=known[operation], index=index, outcome=outcome, changes=list(_changes(changes, record)))
        for operation, index, outcome, changes in seen
    ]


def _changes(entries: Sequence[Mapping[str, Json]] | None, record: UUID) -> Iterator[Change]:
    for entry in entries or ():
        if entry["id"] == str(record):
            yield from _pairs(entry.get("fields") or {})
            for part, words in _BESIDE.items():
                for id, fields in (entry.get(part) or {}).items():
                    yield from _pairs(fields, where=f" {words} {id}")
            for relation, targets in (entry.get("links") or {}).items():
                yield from _pairs(targets, before=f"{relation}: ")


def _pairs(fields: Mapping[str, Json], *, before: str = "", where: str = "") -> Iterator[Change]:
    for name, (old, new) in fields.items():
        hidden = redacting.redacted([old, new], name)
        yield Change(what=f"{before}{name}{where}", before=_text(hidden[0]), after=_text(hidden[1]))


def _text(value: Json) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
