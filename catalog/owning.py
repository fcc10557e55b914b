"""Records that belong to an organization: nobody writes another's, nor relates his own to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from catalog.entities import ENTITIES
from catalog.outcomes import ErrorCode, FieldError
from catalog.plans import Plan, plan
from catalog.rights import Rights
from catalog.rows import Row
from catalog.sql import run

OWNER = "organization"  # the field that names it; a record without one is everybody's


def check(rows: Sequence[Row], current: Plan, granted: Rights) -> None:
    """Refuse the rows whose records are there and belong to another organization."""
    if not _are_owned(current.spec.name, granted):
        return
    existing = [row for row in rows if row.exists and row.id is not None]
    foreign = _foreign(current.spec.name, [row.id for row in existing], granted)
    for row in existing:
        if row.id in foreign:
            row.refuse(FieldError(path="", code=ErrorCode.FORBIDDEN, params={"foreign": True}))


def check_targets(
    rows: Sequence[Row], current: Plan, granted: Rights, links: Mapping[str, Mapping[Row, Sequence[UUID | None]]]
) -> None:
    """Refuse the rows that refer to such records, as if those were not there."""
    for ref in current.spec.refs:
        if _are_owned(ref.entity, granted):
            named = [(row, row.document.get(ref.column), f"/{ref.name}") for row in rows]
            _refuse(ref.entity, [(row, id, path) for row, id, path in named if id is not None], granted)
    for relation in current.spec.links:
        if _are_owned(relation.entity, granted):
            found = links.get(relation.name, {}).items()
            pairs = [(row, id, _path(row, relation.name, n)) for row, ids in found for n, id in enumerate(ids)]
            _refuse(relation.entity, pairs, granted)


def _path(row: Row, relation: str, position: int) -> str:
    return row.links[relation].links[position].path or f"/{relation}/{position}"


def _refuse(entity: str, pairs: Sequence[tuple[Row, UUID | None, str]], granted: Rights) -> None:
    foreign = _foreign(entity, [id for _, id, _ in pairs], granted)
    for row, id, path in pairs if foreign else ():
        if id in foreign:
            params = {"entity": entity, "by": "id", "value": str(id)}
            row.refuse(FieldError(path=path, code=ErrorCode.REFERENCE, params=params))


def _are_owned(entity: str, granted: Rights) -> bool:
    """Whether records of this kind may be another organization's than the caller's."""
    return granted.organization is not None and OWNER in ENTITIES[entity].by_name


def _foreign(entity: str, ids: Iterable[UUID | None], granted: Rights) -> set[UUID]:
    known = list({id for id in ids if id is not None})
    if not known:
        return set()
    statement = f"SELECT id FROM {plan(entity).table} WHERE id = ANY(%b::uuid[]) AND {OWNER}_id <> %b::uuid"
    return {id for (id,) in run(statement, [known, granted.organization])}
