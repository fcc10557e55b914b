"""What a delete takes with it, kept while the statements run, so that it can be told and brought back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

Key = tuple[str, UUID]  # entity and id


@dataclass(slots=True)
class Dropped:
    """A record that goes. All values are JSON text, as PostgreSQL wrote it."""

    row: str = "null"
    rows: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by table
    lost: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))  # by table and column


@dataclass(slots=True)
class Drops:
    """The records that go, and of each the one that takes it along."""

    records: dict[Key, Dropped] = field(default_factory=lambda: defaultdict(Dropped))
    owners: dict[Key, Key] = field(default_factory=dict)

    def entries(self) -> Mapping[Key, list[str]]:
        """By the record that was to be deleted: its entry and those of all that went with it."""
        found: dict[Key, list[str]] = defaultdict(list)
        for key, dropped in self.records.items():
            found[self._root(key)].append(_entry(key, dropped))
        return found

    def below(self, above: str, entity: str, pairs: Iterable[tuple[UUID, UUID]]) -> None:
        """`pairs`: (child, parent), of `entity` and `above`."""
        self.owners.update({(entity, child): (above, parent) for child, parent in pairs})

    def _root(self, key: Key) -> Key:
        while key in self.owners:
            key = self.owners[key]
        return key


def _entry(key: Key, dropped: Dropped) -> str:
    entity, id = key
    rows = ",".join(f'"{table}":[{",".join(texts)}]' for table, texts in dropped.rows.items())
    lost = ",".join(f'"{place}":["{_joined(ids)}"]' for place, ids in dropped.lost.items())
    head = f'{{"kind":"deleted","entity":"{entity}","id":"{id}","row":{dropped.row}'
    return f'{head},"rows":{{{rows}}},"lost":{{{lost}}}}}'


def _joined(ids: Iterable[UUID]) -> str:
    return '","'.join(str(id) for id in ids)
