"""What names a record: its id, or on request a natural key that its own values make up (contract 12.10). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from uuid import UUID

from catalog.commands import Json, Reference
from catalog.registry import NaturalKey, Ref
from syncapi.shopware import values
from syncapi.shopware.drafts import Draft, by_id, reference
from syncapi.shopware.schema import RESOURCES, Resource


def of(resource: Resource, draft: Draft, owners: Mapping[str, Reference | None]) -> Reference | None:
    """`owners`: by our reference, what names the record that this one belongs to."""
    id = draft.given.get("id")
    if values.is_id(id):
        return Reference("id", UUID(id))
    if id is not None and id != "":
        return reference(id, resource.spec.name, "/id", draft)
    if not draft.said.natural_keys:
        return None
    keys = (_natural(resource, key, draft.given, owners) for key in _keys(resource.name))
    return next((key for key in keys if key is not None), None)


@cache
def _keys(name: str) -> tuple[NaturalKey, ...]:
    """The natural keys whose parts Shopware knows too."""
    resource = RESOURCES[name]
    shown = {field.name for field in resource.fields.values()}
    return tuple(key for key in resource.spec.keys if shown.issuperset(key.fields))


def _natural(
    resource: Resource, key: NaturalKey, given: Mapping[str, Json], owners: Mapping[str, Reference | None]
) -> Reference | None:
    """The name that the record's own values give it, when all of its parts are there."""
    parts = [owners[name] if name in owners else _part(resource, name, given) for name in key.fields]
    if any(part is None for part in parts):
        return None
    return Reference(key.name, parts[0] if len(parts) == 1 else tuple(parts))


def _part(resource: Resource, name: str, given: Mapping[str, Json]) -> Json:
    value = given.get(resource.property_of(name))
    if not isinstance(resource.spec.by_name[name], Ref):
        return value if isinstance(value, str | int) else None
    nested = given.get(name)
    value = nested.get("id") if value is None and isinstance(nested, dict) else value
    return by_id(value) if values.is_id(value) else None
