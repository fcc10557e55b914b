"""Reads media gallery entries: what a store shows of them, and the names that their files have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from catalog import scopes
from catalog.commands import Json, Scope
from catalog.models import ProductMedia
from catalog.outcomes import ErrorCode, FieldError
from catalog.sql import run
from syncapi.magento import rendering
from syncapi.problems import RecordRefused

_FILES = """
    SELECT m.id, coalesce(m.file_name, m.id || '.' || coalesce(m.file_extension, 'bin')),
           (SELECT count(*) FROM catalog_media o WHERE o.file_name = m.file_name AND o.number < m.number)
      FROM catalog_media m WHERE m.id = ANY(%b::uuid[])"""


def show(ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]:
    """Entries by id. Three queries and a few for the store, whatever their number."""
    records = scopes.read("product_media", ids, scope=Scope(store=store))
    files = names({record["media"] for record in records.values()})
    return {id: rendering.entry(record, file=files[record["media"]]) for id, record in records.items()}


def of_products(products: Iterable[UUID], *, store: str | None) -> dict[UUID, list[dict[str, Json]]]:
    """The entries of each product, in their order."""
    rows = ProductMedia.objects.filter(product_id__in=products).values_list("id", "product_id")
    owners = dict(rows)
    entries: dict[UUID, list[dict[str, Json]]] = {product: [] for product in owners.values()}
    for id, entry in show(list(owners), store=store).items() if owners else ():
        entries[owners[id]].append(entry)
    for found in entries.values():
        found.sort(key=lambda entry: (entry["position"], entry["id"]))
    return entries


def one(product: UUID, number: int, *, store: str | None) -> dict[str, Json]:
    """The product's entry with this number. Raises RecordRefused."""
    id = ProductMedia.objects.filter(product_id=product, number=number).values_list("id", flat=True).first()
    shown = show([id], store=store) if id is not None else {}
    if id not in shown:
        params = {"message": "The image doesn't exist. Verify and try again.", "parameters": [], "status": 404}
        raise RecordRefused((FieldError(path="", code=ErrorCode.DIALECT, params=params),))
    return shown[id]


def names(media: Iterable[UUID]) -> Mapping[UUID, str]:
    """/b/a/bag.jpg by the id of the content; the second content of a name is /b/a/bag_1.jpg."""
    return {id: rendering.file(name, nth) for id, name, nth in run(_FILES, [list(media)])}
