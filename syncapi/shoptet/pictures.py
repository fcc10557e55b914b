"""The images of a product, by the names that they have in its galleries (contract 4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from catalog.commands import Json
from catalog.models import Product, ProductMedia
from syncapi.shoptet import moments
from syncapi.shoptet.refusals import missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    id: UUID
    name: str
    gallery: str
    position: int
    label: str | None
    changed_at: datetime
    is_main: bool

    @property
    def body(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "priority": self.position,
            "description": self.label,
            "changeTime": moments.written(self.changed_at),
            "seoName": self.name,
            "cdnName": f"{self.name}?{int(self.changed_at.timestamp()):x}",
            "signedCdnNames": [],
            "isMainImage": self.is_main,
            "gallery": self.gallery,
        }


def product(guid: str) -> Product:
    """Raises Refusal: what is no guid names no product either."""
    try:
        found = Product.objects.filter(pk=UUID(guid)).only("id", "cover_id").first()
    except ValueError:
        found = None
    if found is None:
        raise missing("Product", guid)
    return found


def of(shown: Product, gallery: str) -> list[Picture]:
    """In the order in which they are shown. The main one is the product's cover, else the first of the shop's."""
    entries = named([shown.pk]).filter(shown_gallery=gallery)
    listed = list(entries)
    first = listed[0].pk if listed and gallery == "shop" else None
    main = shown.cover_id or first
    return [
        Picture(
            id=entry.pk,
            name=entry.shown_name,
            gallery=gallery,
            position=entry.position,
            label=entry.label,
            changed_at=entry.updated_at,
            is_main=entry.pk == main,
        )
        for entry in listed
    ]


def named(products: Collection[UUID]) -> QuerySet[Any]:
    """The images of several products, each with `shown_name` and `shown_gallery`, in their order."""
    name = Coalesce(KT("custom_fields__name"), F("media__file_name"), Value(""), output_field=TextField())
    gallery = Coalesce(KT("custom_fields__gallery"), Value("shop"), output_field=TextField())
    entries = ProductMedia.objects.filter(product__in=products).annotate(shown_name=name, shown_gallery=gallery)
    return entries.order_by("position", "number")


def shown_by_variants(products: Collection[UUID]) -> set[UUID]:
    """The images that variants of these products show as their own."""
    covers = Product.objects.filter(parent__in=products).values_list("cover_id", flat=True)
    return {id for id in covers if id is not None}
