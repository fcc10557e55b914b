"""Categories as the tree that they are."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import F, Func
from django.utils.html import format_html

from catalog.admin.entities import EntityAdmin
from catalog.entities import CATEGORY
from catalog.models import Category


class CategoryAdmin(EntityAdmin[Category]):
    spec = CATEGORY
    list_display = ("in_the_tree", "number", "active", "visible", "position", "child_count", "updated_at")
    ordering = (Func(F("ancestors"), F("id"), function="array_append"),)  # type: ignore[assignment]  # a parent, then all below it

    @admin.display(description="Name")
    def in_the_tree(self, category: Category) -> str:
        return format_html('<span style="padding-left: {}em">{}</span>', 2 * (category.level - 1), category.name)
