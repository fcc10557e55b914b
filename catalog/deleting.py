"""The deletes of one wave: what forbids them, what goes with them, then the records themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog import checking, marking, owning, undoing
from catalog.commands import Delete
from catalog.dropping import Drops
from catalog.marking import Derivation, Marks
from catalog.outcomes import ErrorCode, FieldError, OutcomeKind, missing
from catalog.plans import Dependent, OnDelete, Plan, plan
from catalog.registry import Children
from catalog.rights import Rights
from catalog.rows import Row
from catalog.sql import names, run


def check(entity: str, rows: Sequence[Row], *, granted: Rights) -> None:
    """Refuse what may not be deleted, or is not there and should be."""
    current = plan(entity)
    checking.rights(rows, current, granted)
    owning.check(rows, current, granted)
    undoing.check(rows, current)
    for row in rows:
        row.kind = OutcomeKind.DELETED if row.exists else OutcomeKind.UNCHANGED
        if not row.exists and not row.errors and not _is_optional(row) and row.command.key:
            row.refuse(missing(row.command.key.by, row.command.key.value))
        if str(row.id) in current.spec.protected:
            row.refuse(FieldError(path="", code=ErrorCode.PROTECTED))
    by_released: dict[frozenset[str], dict[UUID, Row]] = defaultdict(dict)  # mostly one for all
    for row in rows:
        if row.exists and row.id and not row.errors:
            by_released[_released(row)][row.id] = row
    for released, present in by_released.items():
        for id, uses in _in_use(current, list(present), released).items():
            params = {"entity": next(iter(uses)), "uses": dict(uses)}
            present[id].refuse(FieldError(path="", code=ErrorCode.IN_USE, params=params))


def _released(row: Row) -> frozenset[str]:
    return row.command.releases if isinstance(row.command, Delete) else frozenset()


def _is_optional(row: Row) -> bool:
    return isinstance(row.command, Delete) and row.command.optional


def delete(entity: str, rows: Sequence[Row], marks: Marks, *, recorded: bool = False) -> None:
    """Delete the records of `rows`; what goes with each is told in its `gone`, and `recorded` in its `others`."""
    drops, current = Drops() if recorded else None, plan(entity)
    present = {row.id: row for row in rows if row.exists and row.id}
    _release(current, present, drops)
    _remove(current, present, marks, drops)
    entries = drops.entries() if drops else {}
    for row in rows if entries else ():
        row.others = entries.get((entity, row.id), ()) if row.id else ()


def remove_others(
    relation: Children,
    owners: Sequence[tuple[UUID | None, str, tuple[str, ...]]],
    kept: Sequence[UUID | None],
    marks: Marks,
    *,
    recorded: bool = False,
) -> Mapping[UUID | None, Sequence[str]]:
    """Delete the children of `owners` that are not among `kept`; by owner the entries of those that it lost.

    An owner is (id, field, values): with a field, only its children that have one of the values there. One statement
    for each such field finds them.
    """
    current = plan(relation.entity)
    column = current.column_of[relation.field]
    gone: list[tuple[UUID, UUID]] = []
    for field in sorted({field for _, field, _ in owners}):
        pairs = [(id, value) for id, its, values in owners if its == field for value in (values if field else ("",))]
        kind = f't."{current.column_of[field]}"' if field else "''"
        gone += run(
            f"""SELECT t.id, t."{column}" FROM {current.table} t
                  JOIN unnest(%b::uuid[], %b::text[]) AS o (owner, kind) ON t."{column}" = o.owner AND {kind} = o.kind
                 WHERE NOT t.id = ANY(%b::uuid[])""",
            [[id for id, _ in pairs], [value for _, value in pairs], list(kept)],
        )
    drops = Drops() if recorded else None
    _remove(current, {id: None for id, _ in gone}, marks, drops)
    entries = drops.entries() if drops else {}
    lost: dict[UUID | None, list[str]] = defaultdict(list)
    for id, owner in gone:
        lost[owner] += entries.get((relation.entity, id), ())
    return lost


def _in_use(current: Plan, ids: Sequence[UUID], released: frozenset[str] = frozenset()) -> dict[UUID, Counter[str]]:
    """Those that other records refer to, directly or below them, so that they must stay: by entity, how many do."""
    used: dict[UUID, Counter[str]] = {}
    for dependent in current.dependents if ids else ():
        if dependent.rule is OnDelete.PROTECT and dependent.entity not in released:
            for id, uses in _uses(dependent, ids):
                used.setdefault(id, Counter())[dependent.entity or dependent.table] += uses
        elif dependent.rule is OnDelete.CASCADE and dependent.entity:
            children = dict(_pairs(dependent, ids))
            for child, below in _in_use(plan(dependent.entity), list(children)).items():
                used.setdefault(children[child], Counter()).update(below)
    return used


def _remove(current: Plan, roots: Mapping[UUID, Row | None], marks: Marks, drops: Drops | None) -> None:
    """Delete the records and everything that belongs to them, from the leaves up: statements grow with the depth.

    `roots`: the ids, and the row because of which each one goes.
    """
    if not roots:
        return
    for dependent in current.dependents:
        if dependent.rule is OnDelete.SET_NULL:
            _forget(dependent, current, list(roots), drops)
        elif dependent.rule is OnDelete.CASCADE and dependent.entity:
            _remove(plan(dependent.entity), _below(dependent, current, roots, drops), marks, drops)
        elif dependent.rule is OnDelete.CASCADE:
            _empty(dependent, current, roots, marks, drops)
    row = "to_jsonb(t)::text" if drops else "NULL"
    gone = run(
        f"""DELETE FROM {current.table} t WHERE id IN
            (SELECT id FROM {current.table} WHERE id = ANY(%b::uuid[]) ORDER BY "{current.order}" FOR UPDATE)
            RETURNING {marking.parent(current.spec.name)}, id, {row}""",
        [list(roots)],
    )
    marks.add(current.spec.name, Derivation.CHILDREN, (parent for parent, *_ in gone))
    if drops is not None:
        for _, id, text in gone:
            drops.records[current.spec.name, id].row = text


def _release(current: Plan, present: Mapping[UUID, Row], drops: Drops | None) -> None:
    for dependent in current.dependents:
        ids = [id for id, row in present.items() if dependent.entity in _released(row)]
        if ids and dependent.rule is OnDelete.PROTECT:
            _forget(dependent, current, ids, drops)


def _forget(dependent: Dependent, current: Plan, ids: Sequence[UUID], drops: Drops | None) -> None:
    """Clear the references of those that live on."""
    table, column = dependent.table, f'"{dependent.column}"'
    cleared = run(
        f"""UPDATE {table} t SET {column} = NULL
              FROM (SELECT id, {column} AS named FROM {table} WHERE {column} = ANY(%b::uuid[]) FOR UPDATE) o
             WHERE t.id = o.id
         RETURNING o.named, t.id""",
        [ids],
    )
    if drops is not None:
        for named, id in cleared:
            drops.records[current.spec.name, named].lost[f"{table}.{dependent.column}"].append(id)


def _below(
    dependent: Dependent, current: Plan, roots: Mapping[UUID, Row | None], drops: Drops | None
) -> dict[UUID, Row | None]:
    """The records that go with others."""
    pairs = _pairs(dependent, list(roots))
    below = {child: roots[parent] for child, parent in pairs}
    for child, row in below.items():
        _tell(row, str(dependent.entity), (child,))
    if drops is not None:
        drops.below(current.spec.name, str(dependent.entity), pairs)
    return below


def _empty(
    dependent: Dependent, current: Plan, roots: Mapping[UUID, Row | None], marks: Marks, drops: Drops | None
) -> None:
    """Delete the rows of a table beside the records; what lost one is marked."""
    loss = marking.loss(dependent.table, dependent.column)
    row = "to_jsonb(t)::text" if drops else "NULL"
    statement = f"""DELETE FROM {dependent.table} t WHERE "{dependent.column}" = ANY(%b::uuid[])
                    RETURNING {row}, "{dependent.column}", {names(dependent.key)}"""
    gone = run(statement, [list(roots)])
    for text, root, *key in gone:
        _tell(roots[root], dependent.table, tuple(key))
        if drops is not None:
            drops.records[current.spec.name, root].rows[dependent.table].append(text)
    if loss:
        owner = 2 + dependent.key.index(loss.owner)
        marks.add(loss.entity, loss.derivation, (row[owner] for row in gone))


def _tell(row: Row | None, name: str, key: tuple[UUID, ...]) -> None:
    if row is not None:
        row.gone.append((name, key))


def _uses(dependent: Dependent, ids: Sequence[UUID]) -> list[tuple[UUID, int]]:
    statement = f"""SELECT "{dependent.column}", count(*) FROM {dependent.table}
                     WHERE "{dependent.column}" = ANY(%b::uuid[]) GROUP BY 1"""
    return [(id, uses) for id, uses in run(statement, [list(ids)])]


def _pairs(dependent: Dependent, ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(child, parent)"""
    statement = f'SELECT id, "{dependent.column}" FROM {dependent.table} WHERE "{dependent.column}" = ANY(%b::uuid[])'
    return [(child, parent) for child, parent in run(statement, [list(ids)])]
