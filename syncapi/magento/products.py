"""Reads products for answers: a fixed number of queries, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from catalog import resolving, scopes
from catalog.commands import Json, Scope
from catalog.models import AttributeSet
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import folded
from syncapi.magento import rendering
from syncapi.problems import RecordRefused


def show(ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]:
    """The products by id, as a store shows them (None: the base values). Unknown ids are left out."""
    records = scopes.read("product", ids, scope=Scope(store=store))
    sets = {record["attribute_set"] for record in records.values()} - {None}
    numbers = dict(AttributeSet.objects.filter(id__in=sets).values_list("id", "number")) if sets else {}
    return {
        id: rendering.product(record, attribute_set=numbers.get(record["attribute_set"]))
        for id, record in records.items()
    }


def find(sku: str) -> UUID:
    """The id of the product with this SKU, whatever its case. Raises RecordRefused."""
    found = resolving.ids("product", "sku", [folded(sku)])
    if not found:
        params = {"by": "sku", "value": sku}
        raise RecordRefused((FieldError(path="", code=ErrorCode.MISSING, params=params),))
    return next(iter(found.values()))
