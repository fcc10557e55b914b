"""Order inside a chunk: rows that touch the same record go to successive waves, everything else is written at once.

Statements grow with the number of waves, never with the number of records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter

from catalog import contested, resolving
from catalog.commands import Delete, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.plans import plan
from catalog.rows import Row


class Splitter:
    """Remembers, while the rows go by in the order given, which wave wrote what last."""

    def __init__(self, contested: Mapping[Row, Sequence[Hashable]]) -> None:
        self._contested = contested
        self.waves: list[list[Row]] = []
        self._latest: dict[Hashable, int] = {}
        self._linked: dict[Hashable, int] = {}  # by record: where rows that only link it stand
        self._deleted: dict[str, int] = {}
        self._upserted: dict[str, int] = defaultdict(int)

    def add(self, group: Sequence[Row]) -> None:
        """The rows of one command: in one wave, except for those that name one record twice."""
        names = [[*_names(row), *self._contested.get(row, ())] for row in group]
        first = max(self._after(row, own) for row, own in zip(group, names, strict=True))
        first = max([first, *(shared.wave for row in group for shared in row.shares if shared.index != row.index)])
        inside: dict[Hashable, int] = {}
        for row, own in zip(group, names, strict=True):
            waits_for = (*own, *_records(row)) if row.links_only else own
            wave = max((inside[name] + 1 for name in waits_for if name in inside), default=first)
            inside.update(dict.fromkeys(own, wave))
            self._put(row, wave)
        self._latest.update(inside)
        for row in group:
            for record in _records(row) if row.links_only else ():
                self._linked[record] = max(first, self._linked.get(record, 0))

    def _after(self, row: Row, names: Sequence[Hashable]) -> int:
        befores = [self._latest] if row.links_only else [self._latest, self._linked]
        own = (*names, *_records(row)) if row.links_only else names
        waits = (before[name] + 1 for before in befores for name in own if name in before)
        return max(max(waits, default=0), self._after_kinds(row))

    def _after_kinds(self, row: Row) -> int:
        """Upserts stand before deletes in a wave, and deletes of what refers before those of what it refers to.

        What refers to a deleted kind of record comes in a later one.
        """
        if isinstance(row.command, Delete):
            kinds = _referring(row.command.entity)
            return max(
                (before[n] for before in (self._upserted, self._deleted) for n in kinds if n in before), default=0
            )
        if not self._deleted:
            return 0
        return max((self._deleted[n] + 1 for n in _referred(row.command.entity) if n in self._deleted), default=0)

    def _put(self, row: Row, wave: int) -> None:
        latest = self._deleted if isinstance(row.command, Delete) else self._upserted
        latest[row.command.entity] = max(wave, latest.get(row.command.entity, 0))
        while len(self.waves) <= wave:
            self.waves.append([])
        self.waves[wave].append(row)
        row.wave = wave


def split(rows: Sequence[Row], *, ordered: bool) -> list[list[Row]]:
    """`rows` in the order given, cut so that no two rows of a wave name one record, nor take one unique value.

    `ordered`: some of them are known to want a unique value that others give up.
    """
    if not ordered and _are_strangers(rows):
        return [list(rows)]
    splitter = Splitter(contested.values(rows))
    for _, group in groupby(rows, key=attrgetter("index")):
        splitter.add(list(group))
    return splitter.waves


def _are_strangers(rows: Sequence[Row]) -> bool:
    """Whether nobody has to wait for anybody: the usual case, which should cost little."""
    if any(isinstance(row.command, Delete) for row in rows) and any(isinstance(r.command, Upsert) for r in rows):
        return False
    names = [name for row in rows for name in _names(row)]
    distinct = set(names)
    return len(distinct) == len(names) and all(distinct.isdisjoint(_records(row)) for row in rows if row.links_only)


def _names(row: Row) -> list[Hashable]:
    """What no other row of its wave may name."""
    if row.links_only:
        return _links(row)
    command = row.command
    entity = command.entity
    names = _records(row)
    key = ENTITIES[entity].key
    if key is not None and isinstance(given := row.values.get(key.fields[0]), str):
        folded = key.fold(given)
        if folded != row.name:
            names.append((entity, folded))
    return names


def _records(row: Row) -> list[Hashable]:
    """The record that it is about, by its id and by the name that the command has for it."""
    key, entity = row.command.key, row.command.entity
    if key is not None and key.by not in ("id", "number") and row.id:
        return [(entity, row.id), (entity, row.name)]
    return [(entity, row.id or row.name)]


def _links(row: Row) -> list[Hashable]:
    spec = ENTITIES[row.command.entity]
    return [
        (spec.name, row.id if row.exists else row.name, name, target.by, resolving.comparable(target_of, target))
        for name, links in row.links.items()
        for target_of in (spec.links_by_name[name].entity,)
        for target in (link.target for link in links.links)
        if isinstance(target, Reference)
    ]


@cache
def _referred(entity: str) -> frozenset[str]:
    spec = plan(entity).spec
    return frozenset({ref.entity for ref in spec.refs} | {links.entity for links in spec.links})


@cache
def _referring(entity: str) -> frozenset[str]:
    return frozenset(name for name in ENTITIES if entity in _referred(name))
