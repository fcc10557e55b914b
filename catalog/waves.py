"""Order inside a chunk: rows that touch the same record go to successive waves, everything else is written at once.

Statements grow with the number of waves, never with the number of records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from functools import cache

from catalog.commands import Delete, Upsert
from catalog.entities import ENTITIES
from catalog.plans import plan
from catalog.resolving import comparable
from catalog.rows import Row


def split(rows: Sequence[Row]) -> list[list[Row]]:
    """`rows` in the order given, cut so that no two rows of a wave name one record, nor take one unique value.

    Within a wave upserts are written before deletes; a row that refers to a deleted kind of record comes later.
    """
    waves: list[list[Row]] = []
    latest: dict[Hashable, int] = {}
    deleted: dict[str, int] = {}
    upserted: dict[str, int] = defaultdict(int)
    for row in rows:
        names = list(_names(row))
        wave = max((latest[name] + 1 for name in names if name in latest), default=0)
        wave = max(wave, _after_others(row, deleted, upserted))
        latest.update(dict.fromkeys(names, wave))
        if isinstance(row.command, Delete):
            deleted[row.command.entity] = max(wave, deleted.get(row.command.entity, 0))
        else:
            upserted[row.command.entity] = max(wave, upserted[row.command.entity])
        while len(waves) <= wave:
            waves.append([])
        waves[wave].append(row)
    return waves


def _names(row: Row) -> Iterator[Hashable]:
    command = row.command
    spec = ENTITIES[command.entity]
    yield command.entity, row.id
    if command.key is not None and command.key.by not in ("id", "number"):
        yield command.entity, comparable(command.entity, command.key)
    if spec.key and isinstance(given := row.values.get(spec.key.field), str):
        yield command.entity, spec.key.fold(given)


def _after_others(row: Row, deleted: dict[str, int], upserted: dict[str, int]) -> int:
    if not deleted and isinstance(row.command, Upsert):
        return 0
    if isinstance(row.command, Delete):
        return max((upserted[name] for name in _referring(row.command.entity) if name in upserted), default=0)
    return max((deleted[name] + 1 for name in _referred(row.command.entity) if name in deleted), default=0)


@cache
def _referred(entity: str) -> frozenset[str]:
    spec = plan(entity).spec
    return frozenset({ref.entity for ref in spec.refs} | {links.entity for links in spec.links})


@cache
def _referring(entity: str) -> frozenset[str]:
    return frozenset(name for name in ENTITIES if entity in _referred(name))
