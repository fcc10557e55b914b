"""Every declared entity at the admin. Its declaration says what its pages look like, unless they are made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from catalog.admin import declared
from catalog.admin.editing import EditingAdmin
from catalog.admin.reading import M
from catalog.commands import Json
from catalog.entities import ENTITIES
from catalog.registry import folded

ELSEWHERE: Final = frozenset({"organization", "user"})  # accounts.py: they are no records of the catalog
NOTHING: Final = "-"


class EntityAdmin(EditingAdmin[M]):
    """Pages made of the declaration. A subclass names its `spec` and changes what it must."""

    change_form_template = "admin/catalog/entity.html"
    ordering = ("number",)
    sortable_by = ()  # no index serves another order

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if hasattr(cls, "spec"):
            for name, value in declared.options(cls.spec).items():
                if name not in vars(cls):
                    setattr(cls, name, value)

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        groups = [(title, {"fields": fields}) for title, fields in declared.groups(self.spec) if fields]
        return [*groups, *self.record_group(obj)]

    def record_group(self, obj: M | None) -> list[Any]:
        return [] if obj is None else [("Record", {"fields": self.record_fields()})]

    def record_fields(self) -> tuple[str, ...]:
        """What is shown of a record beside its own fields."""
        shown = (("texts", self.spec.translated), ("in_stores", self.spec.store_values), ("parts", self.spec.children))
        return (*declared.RECORD, *(name for name, there_are in shown if there_are))

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> tuple[str, ...]:
        return () if obj is None else self.record_fields()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        by_sku = any("sku_key" in name for name in self.search_fields)
        return super().get_search_results(request, queryset, folded(search_term) if by_sku else search_term)

    @admin.display(description="In other languages")
    def texts(self, record: Any) -> str:
        names = [field.name for field in self.spec.translated]
        rows = record.translations.select_related("language").order_by("language__number")
        return _listed(
            (row.language.name, {name: text for name in names if (text := getattr(row, name)) is not None})
            for row in rows
        )

    @admin.display(description="Values of stores")
    def in_stores(self, record: Any) -> str:
        return _listed(record.store_values.order_by("store__number").values_list("store__code", "values"))

    @admin.display(description="Parts of it")
    def parts(self, record: Model) -> str:
        """Links to the lists of what belongs to it."""
        found = ((_list_of(child.entity), child.field, record.pk, child.name) for child in self.spec.children)
        shown = ((url, field, id, name.replace("_", " ")) for url, field, id, name in found)
        return format_html_join(", ", '<a href="{}?{}__id__exact={}">{}</a>', shown) or NOTHING


def register(site: admin.AdminSite, by_hand: Sequence[type[EntityAdmin[Any]]]) -> None:
    """All entities; those that need no pages made by hand get theirs from the declaration."""
    made = {pages.spec.name: pages for pages in by_hand}
    for spec in ENTITIES.values():
        if spec.name not in ELSEWHERE:
            pages = made.get(spec.name) or type(f"{spec.model.split('.')[1]}Admin", (EntityAdmin,), {"spec": spec})
            site.register(apps.get_model(spec.model), pages)


def _listed(rows: Iterable[tuple[str, Json]]) -> str:
    shown = ((title, orjson.dumps(values, default=str).decode()) for title, values in rows)
    return format_html_join("\n", "<p><b>{}</b> {}</p>", shown) or NOTHING


def _list_of(entity: str) -> str:
    return reverse(f"admin:{ENTITIES[entity].model.lower().replace('.', '_')}_changelist")
