"""Who changed what, and when: read from what the items of operations recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from asyncops.models import Item, Operation
from catalog.commands import Json
from catalog.models import Organization
from catalog.sql import run

WINDOW: Final = 1000  # items


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What one item of an operation did to a record."""

    operation: Operation  # with its user
    index: int  # of the item
    outcome: str  # created, updated or deleted
    at: datetime | None  # when it was written
    entry: Mapping[str, Json] | None  # in the form of catalog.changes; None: not recorded

    @property
    def fields(self) -> Mapping[str, tuple[Json, Json]]:
        """Name of the column -> (before, after)."""
        return {name: (pair[0], pair[1]) for name, pair in ((self.entry or {}).get("fields") or {}).items()}


def of_record(
    record_id: UUID, *, organization: Organization | None, count: int = 50, before: int | None = None
) -> list[Change]:
    """The latest changes of a record, the newest first, by operations of an organization (None: of all).

    `before`: only of operations whose `seq` is smaller. Two queries. Dry runs changed nothing.
    """
    found = run(
        """SELECT o.id, i.index, i.outcome, c.applied_at,
                  (SELECT e FROM jsonb_array_elements(i.changes) e WHERE e ->> 'id' = %b::text LIMIT 1)
             FROM asyncops_item i
             JOIN asyncops_operation o ON o.id = i.operation_id
             LEFT JOIN LATERAL (SELECT applied_at FROM asyncops_chunk c
                                 WHERE c.operation_id = o.id AND c.first <= i.index
                                 ORDER BY c.first DESC LIMIT 1) c ON true
            WHERE i.record_id = %b AND i.outcome <> 'refused' AND NOT o.dry_run
              AND (%b::uuid IS NULL OR o.organization_id = %b::uuid) AND (%b::bigint IS NULL OR o.seq < %b::bigint)
            ORDER BY o.seq DESC, i.index DESC LIMIT %b::int""",
        [str(record_id), record_id, *[organization.pk if organization else None] * 2, before, before, count],
    )
    operations = Operation.objects.select_related("user").in_bulk([row[0] for row in found])
    return [
        Change(operation=operations[id], index=index, outcome=outcome, at=at, entry=entry)
        for id, index, outcome, at, entry in found
    ]


def of_item(operation: Operation, index: int) -> list[Mapping[str, Json]] | None:
    """Every record that an item changed, in the form of catalog.changes; None: not recorded."""
    row = Item.objects.filter(operation_id=operation.pk, index=index).values_list("changes", flat=True).first()
    return None if row is None else list(row)


def lines(operation: Operation) -> Iterator[bytes]:
    """JSON Lines of the items that changed something, in their order, a window at a time.

    Each line: `index`, `outcome`, `record`, and `changes` in the form of catalog.changes, null when not recorded.
    """
    last = -1
    while rows := run(_LINES, [operation.pk, last, WINDOW]):
        last = rows[-1][0]
        yield b"".join(_line(*row) for row in rows)


_LINES: Final = """
    SELECT index, outcome, record_id, changes::text FROM asyncops_item
     WHERE operation_id = %b::bigint AND index > %b::int AND outcome <> 'refused' ORDER BY index LIMIT %b::int"""


def _line(index: int, outcome: str, record: UUID | None, changes: str | None) -> bytes:
    told = orjson.dumps({"index": index, "outcome": outcome, "record": record})
    return b'%b,"changes":%b}\n' % (told[:-1], (changes or "null").encode())
