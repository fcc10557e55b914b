"""Records that several commands bring along under one local name: each is written once, for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from catalog.commands import Json, LinkSet, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.rows import Row

ROW = "row"  # the kind of a reference whose value is a Row; never seen outside the writer
LOCAL = "local"
Named = tuple[str, str]  # entity and local name


class Shared:
    """What is known of them: from earlier chunks of an operation, and from this one."""

    def __init__(self, known: Mapping[Named, UUID] | None = None) -> None:
        self.known = dict(known or {})
        self._rows: dict[Named, tuple[Row, ...]] = {}

    def begin(self) -> None:
        """A chunk is written, or written again: what was not kept is forgotten."""
        self._rows = {}

    def keep(self) -> None:
        self.known.update({name: row.id for name, (row, *_) in self._rows.items() if row.good and row.id})

    def bring(self, user: Row, other: Upsert, rows: Iterator[Row]) -> Sequence[Row]:
        """The rows of a record that `user` brings, unless it is known, or another command of the chunk has it too."""
        name = (other.entity, other.local or "")
        if name in self.known:
            return ()
        if (before := self._rows.get(name)) is not None:
            before[0].users.add(user.index)
            user.shares.extend(before)
            return ()
        made, users = tuple(rows), {user.index}
        for row in made:
            row.users = users
        self._rows[name] = made
        user.shares.extend(made)
        return made

    def settle(self, group: Sequence[Row]) -> None:
        """References by local name inside a command lead to the rows, or to the records that are there already."""
        command = group[0].command
        own = {(command.entity, command.local or ""): Reference(ROW, group[0])} if isinstance(command, Upsert) else {}
        for row in group:
            self._follow(row, own)
            row.given = _values(row, own, self)
            row.links = {name: _links(row, name, links, own, self) for name, links in row.links.items()}

    def _follow(self, row: Row, own: Mapping[Named, Reference]) -> None:
        """What changes a record by its local name changes that one, or follows the row that writes it."""
        key = row.command.key
        if key is None or key.by != LOCAL:
            return
        found = self.found((row.command.entity, key.value), own)
        if found is not None and found.by == ROW:
            row.follows = found.value
        elif found is not None:
            row.command = replace(row.command, key=found)

    def found(self, name: Named, own: Mapping[Named, Reference]) -> Reference | None:
        if name in own:
            return own[name]
        if name in self.known:
            return Reference("id", self.known[name])
        return Reference(ROW, self._rows[name][0]) if name in self._rows else None


def _values(row: Row, own: Mapping[Named, Reference], shared: Shared) -> Mapping[str, Json]:
    changed = {}
    for ref in ENTITIES[row.command.entity].refs:
        reference = row.given.get(ref.name)
        if isinstance(reference, Reference) and reference.by == LOCAL:
            changed[ref.name] = shared.found((ref.entity, reference.value), own) or reference
    return {**row.given, **changed} if changed else row.given


def _links(row: Row, name: str, links: LinkSet, own: Mapping[Named, Reference], shared: Shared) -> LinkSet:
    entity = ENTITIES[row.command.entity].links_by_name[name].entity
    if not any(isinstance(link.target, Reference) and link.target.by == LOCAL for link in links.links):
        return links
    found = []
    for link in links.links:
        target = link.target
        if isinstance(target, Reference) and target.by == LOCAL:
            target = shared.found((entity, target.value), own) or target
        found.append(replace(link, target=target))
    return replace(links, links=tuple(found))
