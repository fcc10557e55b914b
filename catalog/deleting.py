"""One wave of deletes of one entity: what forbids them, what goes with them, then the records themselves."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from catalog import checking
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind
from catalog.plans import Plan, plan
from catalog.rights import Rights
from catalog.rows import Row
from catalog.sql import run


def delete(entity: str, rows: Sequence[Row], *, granted: Rights) -> None:
    """Delete the records that `rows` name; each row has an outcome or errors afterwards."""
    current = plan(entity)
    checking.rights(rows, entity, granted)
    for row in rows:
        if not row.exists:
            row.outcome = Outcome(kind=OutcomeKind.MISSING)
        elif str(row.id) in current.spec.protected:
            row.refuse(FieldError(path="", code=ErrorCode.PROTECTED))
    present = [row for row in rows if row.exists and row.id and not row.errors]
    if not present:
        return
    used = _in_use(current, [row.id for row in present if row.id])
    for row in present:
        if row.id in used:
            row.refuse(FieldError(path="", code=ErrorCode.IN_USE))
        row.outcome = Outcome(kind=OutcomeKind.DELETED, id=row.id)
    _remove(current, [row.id for row in present if row.id and row.id not in used])


def _in_use(current: Plan, ids: Sequence[UUID]) -> set[UUID]:
    """Those that other records refer to, so that they must stay."""
    return {
        id
        for dependent in current.dependents
        if not dependent.cascade
        for (id,) in run(
            f'SELECT DISTINCT "{dependent.column}" FROM {dependent.table} WHERE "{dependent.column}" = ANY(%b::uuid[])',
            [list(ids)],
        )
    }


def _remove(current: Plan, ids: Sequence[UUID]) -> None:
    """Delete the records and everything that belongs to them, from the leaves up: statements grow with the depth."""
    if not ids:
        return
    for dependent in current.dependents:
        if dependent.cascade and dependent.entity:
            children = run(
                f'SELECT id FROM {dependent.table} WHERE "{dependent.column}" = ANY(%b::uuid[])', [list(ids)]
            )
            _remove(plan(dependent.entity), [id for (id,) in children])
        elif dependent.cascade:
            run(f'DELETE FROM {dependent.table} WHERE "{dependent.column}" = ANY(%b::uuid[])', [list(ids)])
    order = current.spec.key.column if current.spec.key else "id"
    run(
        f"""DELETE FROM {current.table} WHERE id IN
            (SELECT id FROM {current.table} WHERE id = ANY(%b::uuid[]) ORDER BY "{order}" FOR UPDATE)""",
        [list(ids)],
    )
