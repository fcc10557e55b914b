"""Deletes by criteria: what fits is found before anything is written, and stands in the place of the payload."""

from __future__ import annotations

from dataclasses import replace

from catalog.commands import Json
from syncapi.jsontext import token
from syncapi.shopware import conditions, faults, sources, textsearch
from syncapi.shopware.criteria import Criteria
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.operations import SyncOperation, SyncRequest
from syncapi.shopware.schema import ALL, Resource, Translation
from syncapi.shopware.searching import Search


def expand(asked: SyncRequest) -> SyncRequest:
    """Raises FaultyError for criteria that do not say what to delete."""
    operations = [replace(each, records=_keys(each)) if each.criteria else each for each in asked.operations]
    return replace(asked, operations=operations)


def _keys(operation: SyncOperation) -> list[Json]:
    filters = [
        conditions.read(given, f"/{token(operation.key)}/criteria/{index}")
        for index, given in enumerate(operation.criteria)
    ]
    if not all(conditions.says_something(each) for each in filters):
        raise FaultyError(faults.no_criteria(operation.key, operation.action))
    entity = ALL[operation.entity]
    try:
        if isinstance(entity, Translation):
            found = textsearch.keys(entity, filters)
            return [{entity.owner_id: owner.hex, "languageId": language.hex} for owner, language in found]
        search = Search(source=sources.of(entity.name), criteria=Criteria(filters=filters))
        rows = search.ordered().values_list("pk", flat=True)
    except FaultyError as reason:
        place = f"/{token(operation.key)}/criteria"
        raise FaultyError(*(replace(fault, pointer=place) for fault in reason.faults)) from None
    if isinstance(entity, Resource):
        return [{"id": id.hex} for id in rows]
    return [{entity.owner_id: owner.hex, entity.target_id: target.hex} for owner, target in rows]
