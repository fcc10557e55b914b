"""Deletes by criteria: what fits is found before anything is written, and stands in the place of the payload."""

from __future__ import annotations

from dataclasses import replace

from catalog.commands import Filter, Json
from syncapi.jsontext import token
from syncapi.shopware import faults, searching, sources
from syncapi.shopware.criteria import Criteria, read_filter
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.operations import SyncOperation, SyncRequest
from syncapi.shopware.schema import ALL, Resource, Translation


def expand(asked: SyncRequest) -> SyncRequest:
    """Raises FaultyError for criteria that do not say what to delete."""
    operations = [replace(each, records=_keys(each)) if each.criteria else each for each in asked.operations]
    return replace(asked, operations=operations)


def _keys(operation: SyncOperation) -> list[Json]:
    filters = [
        read_filter(given, f"/{token(operation.key)}/criteria/{index}")
        for index, given in enumerate(operation.criteria)
    ]
    if not all(_says_something(each) for each in filters):
        raise FaultyError(faults.no_criteria(operation.key, operation.action))
    entity = ALL[operation.entity]
    if isinstance(entity, Translation):
        raise FaultyError(faults.no_criteria(operation.key, operation.action))
    source = sources.of(entity.name)
    try:
        rows = (
            searching.matching(source, Criteria(filters=filters)).order_by(*source.order).values_list("pk", flat=True)
        )
    except FaultyError as reason:
        place = f"/{token(operation.key)}/criteria"
        raise FaultyError(*(replace(fault, pointer=place) for fault in reason.faults)) from None
    if isinstance(entity, Resource):
        return [{"id": id.hex} for id in rows]
    return [{entity.owner_id: owner.hex, entity.target_id: target.hex} for owner, target in rows]


def _says_something(where: Filter) -> bool:
    """An empty group would fit everything."""
    if where.operator in ("and", "or", "not"):
        return bool(where.parts) and all(_says_something(part) for part in where.parts)
    return True
