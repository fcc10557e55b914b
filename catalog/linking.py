"""Many-to-many relations: rows of mapping tables, added, replaced or removed for a whole chunk at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog import resolving, scopes, statements
from catalog.commands import Change, Json
from catalog.plans import Plan
from catalog.registry import Links
from catalog.rows import Row
from catalog.scopes import Stores
from catalog.sql import run

Targets = Mapping[int, list[UUID]]  # by row index


def targets(rows: Sequence[Row], current: Plan) -> dict[str, Targets]:
    """The ids that the rows' links lead to, by relation. Rows with a target that does not exist are refused."""
    return {links.name: resolving.link_targets(rows, links.entity, links.name) for links in current.spec.links}


def write(rows: Sequence[Row], current: Plan, found: Mapping[str, Targets]) -> set[UUID]:
    """Bring the links to what the rows say; the ids of the owners whose links changed."""
    changed: set[UUID] = set()
    for links in current.spec.links:
        for change in Change:
            chosen = [row for row in rows if (s := resolving.link_set(row, links.name)) and s.change is change]
            if chosen:
                changed |= _write(chosen, current, links, change, found[links.name])
    return changed


def write_initial(rows: Sequence[Row], current: Plan, stores: Stores) -> None:
    """Link new records that brought no links of their own: to the website of their store, or to all."""
    for links in current.spec.links:
        alone = [row for row in rows if links.everywhere and resolving.link_set(row, links.name) is None]
        if alone:
            everything = stores.websites()
            found = {row.index: [own] if (own := scopes.website_of(row, stores)) else everything for row in alone}
            _owners(statements.link(current.spec.name, links.name), list(_pairs(alone, found)))


def _write(rows: Sequence[Row], current: Plan, links: Links, change: Change, found: Targets) -> set[UUID]:
    entity, name = current.spec.name, links.name
    owners, targets = _pairs(rows, found)
    if change is Change.REMOVE:
        return _owners(statements.unlink(entity, name), [owners, targets])
    gone = set()
    if change is Change.REPLACE:
        gone = _owners(statements.unlink_others(entity, name), [[row.id for row in rows], owners, targets])
    if not owners:
        return gone
    extra = [_column(rows, name, column, found) for column in links.columns]
    return gone | _owners(statements.link(entity, name), [owners, targets, *extra])


def _pairs(rows: Sequence[Row], found: Targets) -> tuple[list[UUID | None], list[UUID]]:
    pairs = [(row.id, target) for row in rows for target in dict.fromkeys(found[row.index])]
    return [owner for owner, _ in pairs], [target for _, target in pairs]


def _column(rows: Sequence[Row], name: str, column: str, found: Targets) -> list[Json]:
    values: list[Json] = []
    for row in rows:
        links = resolving.link_set(row, name)
        assert links is not None, "only rows that have this set come here"
        last = dict(zip(found[row.index], (link.values.get(column) for link in links.links), strict=True))
        values.extend(last.values())
    return values


def _owners(statement: str, parameters: Sequence[Json]) -> set[UUID]:
    return {owner for (owner,) in run(statement, parameters)}
