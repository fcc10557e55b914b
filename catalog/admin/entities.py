"""The small entities, to look at."""

from __future__ import annotations

from django.contrib import admin

from catalog.admin.reading import M, ReadOnlyAdmin
from catalog.models import Category, Currency, Language, Store, Tax, Website


class EntityAdmin(ReadOnlyAdmin[M]):
    change_form_template = "admin/catalog/entity.html"


@admin.register(Category)
class CategoryAdmin(EntityAdmin[Category]):
    list_display = ("name", "number", "parent", "active", "position")
    list_select_related = ("parent",)
    ordering = ("number",)
    sortable_by = ()
    search_fields = ("name",)
    fields = ("number", "id", "name", "parent", "description", "active", "position", "custom_fields", "updated_at")


@admin.register(Website)
class WebsiteAdmin(EntityAdmin[Website]):
    list_display = ("code", "number", "name")
    ordering = ("number",)
    search_fields = ("code", "name")
    fields = ("number", "id", "code", "name", "custom_fields", "updated_at")


@admin.register(Store)
class StoreAdmin(EntityAdmin[Store]):
    list_display = ("code", "number", "name", "website", "language", "active", "is_default")
    list_select_related = ("website", "language")
    ordering = ("number",)
    search_fields = ("code", "name")
    fields = (
        "number", "id", "code", "name", "website", "language", "active", "is_default", "custom_fields", "updated_at",
    )  # fmt: skip


@admin.register(Tax)
class TaxAdmin(EntityAdmin[Tax]):
    list_display = ("name", "number", "rate", "position")
    ordering = ("number",)
    search_fields = ("name",)
    fields = ("number", "id", "name", "rate", "position", "custom_fields", "updated_at")


@admin.register(Currency)
class CurrencyAdmin(EntityAdmin[Currency]):
    list_display = ("iso_code", "number", "name", "symbol", "factor")
    ordering = ("number",)
    search_fields = ("iso_code", "name")
    fields = (
        "number", "id", "iso_code", "name", "short_name", "symbol", "factor", "decimal_precision", "position",
        "custom_fields", "updated_at",
    )  # fmt: skip


@admin.register(Language)
class LanguageAdmin(EntityAdmin[Language]):
    list_display = ("name", "number", "locale", "parent")
    list_select_related = ("locale", "parent")
    ordering = ("number",)
    search_fields = ("name", "locale__code")
    fields = ("number", "id", "name", "locale", "translation_code", "parent", "custom_fields", "updated_at")
