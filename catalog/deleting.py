"""The deletes of one wave: what forbids them, what goes with them, then the records themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog import checking, marking
from catalog.marking import Derivation, Marks
from catalog.outcomes import ErrorCode, FieldError, OutcomeKind
from catalog.plans import Dependent, OnDelete, Plan, plan
from catalog.registry import Children
from catalog.rights import Rights
from catalog.rows import Row
from catalog.sql import names, run


def check(entity: str, rows: Sequence[Row], *, granted: Rights) -> None:
    """Refuse what may not be deleted; what is not there is missing, which is no error here."""
    current = plan(entity)
    checking.rights(rows, current, granted)
    for row in rows:
        row.kind = OutcomeKind.DELETED if row.exists else OutcomeKind.MISSING
        if row.demanded and not row.exists and (key := row.command.key):
            row.refuse(FieldError(path="", code=ErrorCode.MISSING, params={"by": key.by, "value": key.value}))
        if str(row.id) in current.spec.protected:
            row.refuse(FieldError(path="", code=ErrorCode.PROTECTED))
    present = {row.id: row for row in rows if row.exists and not row.errors}
    for id, uses in _in_use(current, [id for id in present if id]).items():
        params = {"entity": next(iter(uses)), "uses": dict(uses)}
        present[id].refuse(FieldError(path="", code=ErrorCode.IN_USE, params=params))


def delete(entity: str, rows: Sequence[Row], marks: Marks) -> None:
    """Delete the records of `rows`; what goes with each is told in its `gone`."""
    _remove(plan(entity), {row.id: row for row in rows if row.exists and row.id}, marks)


def remove_others(
    relation: Children,
    owners: Sequence[tuple[UUID | None, str, tuple[str, ...]]],
    kept: Sequence[UUID | None],
    marks: Marks,
) -> set[UUID | None]:
    """Delete the children of `owners` that are not among `kept`; the owners that lost some.

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
    _remove(current, {id: None for id, _ in gone}, marks)
    return {owner for _, owner in gone}


def _in_use(current: Plan, ids: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    """Those that other records refer to, directly or below them, so that they must stay: by entity, how many do."""
    used: dict[UUID, Counter[str]] = {}
    for dependent in current.dependents if ids else ():
        if dependent.rule is OnDelete.PROTECT:
            for id, uses in _uses(dependent, ids):
                used.setdefault(id, Counter())[dependent.entity or dependent.table] += uses
        elif dependent.rule is OnDelete.CASCADE and dependent.entity:
            children = dict(_pairs(dependent, ids))
            for child, below in _in_use(plan(dependent.entity), list(children)).items():
                used.setdefault(children[child], Counter()).update(below)
    return used


def _remove(current: Plan, roots: Mapping[UUID, Row | None], marks: Marks) -> None:
    """Delete the records and everything that belongs to them, from the leaves up: statements grow with the depth.

    `roots`: the ids, and the row because of which each one goes.
    """
    if not roots:
        return
    ids = list(roots)
    for dependent in current.dependents:
        where = f'WHERE "{dependent.column}" = ANY(%b::uuid[])'
        if dependent.rule is OnDelete.SET_NULL:
            run(f'UPDATE {dependent.table} SET "{dependent.column}" = NULL {where}', [ids])
        elif dependent.rule is OnDelete.CASCADE and dependent.entity:
            children = {child: roots[parent] for child, parent in _pairs(dependent, ids)}
            for child, row in children.items():
                _tell(row, dependent.entity, (child,))
            _remove(plan(dependent.entity), children, marks)
        elif dependent.rule is OnDelete.CASCADE:
            _empty(dependent, roots, marks)
    gone = run(
        f"""DELETE FROM {current.table} WHERE id IN
            (SELECT id FROM {current.table} WHERE id = ANY(%b::uuid[]) ORDER BY "{current.order}" FOR UPDATE)
            RETURNING {marking.parent(current.spec.name)}""",
        [ids],
    )
    marks.add(current.spec.name, Derivation.CHILDREN, (parent for (parent,) in gone))


def _empty(dependent: Dependent, roots: Mapping[UUID, Row | None], marks: Marks) -> None:
    """Delete the rows of a table beside the records; what lost one is marked."""
    loss = marking.loss(dependent.table, dependent.column)
    statement = f"""DELETE FROM {dependent.table} WHERE "{dependent.column}" = ANY(%b::uuid[])
                    RETURNING "{dependent.column}", {names(dependent.key)}"""
    gone = run(statement, [list(roots)])
    for root, *key in gone:
        _tell(roots[root], dependent.table, tuple(key))
    if loss:
        owner = 1 + dependent.key.index(loss.owner)
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
