"""Many-to-many relations: rows of mapping tables, added, replaced or removed for a whole chunk at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from uuid import UUID

from catalog import resolving, scopes, statements
from catalog.commands import Change, Json
from catalog.marking import Marks
from catalog.outcomes import ErrorCode, FieldError, OutcomeKind
from catalog.plans import Plan
from catalog.registry import Links
from catalog.resolving import Upcoming
from catalog.rows import Row
from catalog.scopes import Stores
from catalog.sql import run

Pair = tuple[UUID | None, UUID | None]  # owner, target
Targets = Mapping[str, Mapping[Row, list[UUID | None]]]  # by relation


def targets(rows: Sequence[Row], current: Plan, coming: Upcoming) -> Targets:
    """The ids that the rows' links lead to. Rows with a target that does not exist are refused."""
    linked = [row for row in rows if row.links]
    if not linked:
        return {}
    found = {
        links.name: resolving.link_targets(linked, links.entity, links.name, coming) for links in current.spec.links
    }
    for name, targets_of in found.items():
        _refuse_absent([row for row in targets_of if row.links[name].demanded], current, name, targets_of)
    return found


def _refuse_absent(rows: Sequence[Row], current: Plan, name: str, targets_of: Mapping[Row, list[UUID | None]]) -> None:
    """Refuse the rows that demand that a link is there, which is not. One statement, if there are any."""
    pairs = [(row, target) for row in rows for target in targets_of[row] if target is not None]
    if not pairs:
        return
    owners, ends = [row.id for row, _ in pairs], [target for _, target in pairs]
    there = set(run(statements.existing_links(current.spec.name, name), [owners, ends]))
    for row, target in pairs:
        if (row.id, target) not in there:
            row.refuse(FieldError(path=f"/{name}", code=ErrorCode.MISSING, params={"by": "link", "value": name}))


def write_new(rows: Sequence[Row], current: Plan, found: Targets, marks: Marks) -> None:
    """The links of new records: there are none to compare with, and none to remove."""
    for links in current.spec.links if found else ():
        chosen = [row for row in rows if (s := row.links.get(links.name)) and s.change is not Change.REMOVE]
        owners, *others = _columns(chosen, links, found[links.name])
        if owners:
            run(statements.link_new(current.spec.name, links.name), [owners, *others])
            marks.linked(current.spec.name, links.name, owners)


def write(rows: Sequence[Row], current: Plan, found: Targets, marks: Marks) -> set[UUID | None]:
    """Bring the links of records that were there to what the rows say; the ids of the owners whose links changed."""
    changed: set[UUID | None] = set()
    for links in current.spec.links if found else ():
        for change in Change:
            chosen = [row for row in rows if (s := row.links.get(links.name)) and s.change is change]
            if chosen:
                pairs = _write(chosen, current, links, change, found[links.name])
                owners = {owner for owner, _ in pairs}
                marks.linked(current.spec.name, links.name, owners)
                changed |= owners
                _tell(chosen, found[links.name], pairs)
    return changed


def _tell(rows: Sequence[Row], found: Mapping[Row, list[UUID | None]], pairs: Set[Pair]) -> None:
    """Of several rows that only link one record, those whose own links changed."""
    for row in rows:
        if row.links_only and any((row.id, target) in pairs for target in found[row]):
            row.kind = OutcomeKind.UPDATED


def write_initial(rows: Sequence[Row], current: Plan, stores: Stores) -> None:
    """Link new records that brought no links of their own: to the website of their store, or to all."""
    for links in current.spec.links:
        alone = [row for row in rows if links.everywhere and links.name not in row.links]
        if alone:
            websites = [scopes.website_of(row, stores) for row in alone]
            run(statements.link_initially(current.spec.name, links.name), [[row.id for row in alone], websites])


def _write(
    rows: Sequence[Row], current: Plan, links: Links, change: Change, found: Mapping[Row, list[UUID | None]]
) -> set[Pair]:
    """The links that came, changed or went."""
    entity, name = current.spec.name, links.name
    changed: list[tuple[Json, ...]] = []
    if change is Change.REMOVE:
        pairs = [(row.id, target) for row in rows for target in dict.fromkeys(found[row])]
        gone = [owner for owner, _ in pairs], [target for _, target in pairs]
        changed += run(statements.unlink(entity, name), gone)
    else:
        owners, targets, *extra = _columns(rows, links, found)
        if change is Change.REPLACE:
            changed += run(statements.unlink_others(entity, name), [[row.id for row in rows], owners, targets])
        if owners:
            changed += run(statements.link(entity, name), [owners, targets, *extra])
    _note(changed, rows, name, found)
    return {(owner, target) for owner, target, *_ in changed}


def _note(
    changed: Sequence[tuple[Json, ...]], rows: Sequence[Row], name: str, found: Mapping[Row, list[UUID | None]]
) -> None:
    """Each row knows the changes of its links: (owner, target, before, after)."""
    if not changed:
        return
    owners = {row.id: row for row in rows}
    askers = {(row.id, target): row for row in rows for target in found[row]}  # several may link one record
    for owner, target, before, after in changed:
        row = askers.get((owner, target)) or owners[owner]
        row.beside.setdefault("links", {}).setdefault(name, {})[str(target)] = [before, after]


def _columns(rows: Sequence[Row], links: Links, found: Mapping[Row, list[UUID | None]]) -> list[list[Json]]:
    """What the rows link, by column: owners, targets, the further columns of the relation."""
    columns: list[list[Json]] = [[] for _ in range(2 + len(links.columns))]
    owners, targets, *further = columns
    for row in rows:
        ends = dict(zip(found[row], row.links[links.name].links, strict=True))  # of two equal targets the last counts
        owners += [row.id] * len(ends)
        targets += ends
        for name, values in zip(links.columns, further, strict=True):
            values += [link.values.get(name) for link in ends.values()]
    return columns
