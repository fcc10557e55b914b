"""Products, to look at: the base row, what the stores show instead, and where the product is."""

from __future__ import annotations

import orjson
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from catalog import searching
from catalog.admin.entities import EntityAdmin
from catalog.models import Product
from catalog.registry import folded


@admin.register(Product)
class ProductAdmin(EntityAdmin[Product]):
    list_display = ("sku", "number", "name", "active", "stock", "price_gross", "updated_at")
    ordering = ("sku_key",)
    sortable_by = ()  # no index serves another order
    search_fields = ("sku_key", "name")
    search_help_text = "The beginning of a SKU, or else words of the product"
    fieldsets = (
        (None, {"fields": ("sku", "name", "active", "type", "attribute_set", "visibility")}),
        ("Price", {"fields": ("price_gross", "price_net", "price_linked", "tax", "cost", "prices_other")}),
        ("Special price", {"fields": ("special_price", "special_from", "special_to")}),
        ("Stock", {"fields": ("stock", "weight", "ean")}),
        ("Where it is", {"fields": ("in_categories", "on_websites", "in_stores")}),
        ("Texts", {"fields": ("description", "short_description")}),
        ("Search engines", {"fields": ("url_key", "meta_title", "meta_keyword", "meta_description")}),
        ("Record", {"fields": ("number", "id", "created_at", "updated_at", "custom_fields")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """By the beginning of a SKU; by words of the texts when no SKU begins like this."""
        if not search_term:
            return queryset, False
        by_sku = queryset.filter(sku_key__startswith=folded(search_term))
        return (by_sku if by_sku.exists() else searching.matching(queryset, search_term)), False

    @admin.display(description="Categories")
    def in_categories(self, product: Product) -> str:
        return ", ".join(product.categories.order_by("number").values_list("name", flat=True)) or "-"

    @admin.display(description="Websites")
    def on_websites(self, product: Product) -> str:
        return ", ".join(product.websites.order_by("number").values_list("code", flat=True)) or "-"

    @admin.display(description="Values of stores")
    def in_stores(self, product: Product) -> str:
        rows = product.store_values.order_by("store__number").values_list("store__code", "values")
        shown = ((store, orjson.dumps(values).decode()) for store, values in rows)
        return format_html_join("\n", "<p><b>{}</b> {}</p>", shown) or "-"
