"""What local names of an operation stand for: written by one chunk, read by those that come later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asyncops.models import LocalRecord, Operation
from catalog.commands import Command
from catalog.naming import written
from catalog.sharing import LOCAL, Shared
from catalog.sql import run

_KNOWN: Final = """
    SELECT l.entity, l.name, l.record_id
      FROM asyncops_localrecord l JOIN unnest(%b::text[], %b::text[]) AS n (entity, name) USING (entity, name)
     WHERE l.operation_id = %b::bigint"""


def known(operation: Operation, commands: Sequence[Command]) -> Shared:
    """What of the shared records of these commands was written by earlier chunks."""
    names = sorted({(entity, name) for command in commands for entity, by, name in written(command) if by == LOCAL})
    rows = run(_KNOWN, [[entity for entity, _ in names], [name for _, name in names], operation.pk])
    return Shared({(entity, name): id for entity, name, id in rows})


def keep(operation: Operation, shared: Shared | None) -> None:
    """Those that are known now, for the next chunk."""
    if shared is None:
        return
    LocalRecord.objects.bulk_create(
        [
            LocalRecord(operation=operation, entity=entity, name=name, record_id=id)
            for (entity, name), id in shared.known.items()
        ],
        ignore_conflicts=True,
    )
