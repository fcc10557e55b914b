"""Products, grouped as people think of them; found by the beginning of their SKU or by words."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from catalog import searching
from catalog.admin import declared
from catalog.admin.entities import EntityAdmin
from catalog.entities import PRODUCT
from catalog.models import Product
from catalog.registry import folded

GROUPS = (
    (None, ("sku", "name", "active", "type", "attribute_set", "visibility", "parent")),
    ("Price", ("price_gross", "price_net", "price_linked", "tax", "cost", "prices_other")),
    ("Special price", ("special_price", "special_from", "special_to")),
    ("Stock", ("stock", "weight", "ean")),
    ("Belongs to", ("categories", "websites", "manufacturer", "properties", "options", "tags")),
    ("Texts", ("description", "short_description")),
    ("Search engines", ("url_key", "meta_title", "meta_keyword", "meta_description")),
)


class ProductAdmin(EntityAdmin[Product]):
    spec = PRODUCT
    list_display = ("sku", "number", "name", "active", "stock", "price_gross", "updated_at")
    list_filter = ("active",)
    ordering = ("sku_key",)
    search_fields = ("sku_key", "name")
    search_help_text = "The beginning of a SKU, or else words of the product"

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        named = {name for _, fields in GROUPS for name in fields}
        groups = declared.groups(PRODUCT)
        rest = tuple(name for _, fields in groups for name in fields if name not in (*named, "custom_fields"))
        further = ("Further", {"fields": (*rest, "custom_fields"), "classes": ("collapse",)})
        shown = [(title, {"fields": fields}) for title, fields in GROUPS]
        return [*shown, further, *self.record_group(obj)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """By the beginning of a SKU; by words of the product when no SKU begins like this."""
        if not search_term:
            return queryset, False
        by_sku = queryset.filter(sku_key__startswith=folded(search_term))
        return (by_sku if by_sku.exists() else searching.matching(queryset, search_term)), False
