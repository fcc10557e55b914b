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
    list_display = ("in_the_tree", "number", "active", "position", "child_count", "updated_at")
    list_filter = ("active", "visible", "in_menu")
    ordering = (Func(F("ancestors"), F("id"), function="array_append"),)  # type: ignore[assignment]  # a parent, then all below it

    @admin.display(description="Name")
    def in_the_tree(self, category: Category) -> str:
        indent = 2 * (category.level - 1)
        return format_html('<span style="display: inline-block; padding-left: {}em">{}</span>', indent, category.name)
