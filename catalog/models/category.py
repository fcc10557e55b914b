"""The category tree: a parent column; what is derived from it is kept by indexing."""

from __future__ import annotations

from django.db import models

from catalog.models.entity import Entity


class Category(Entity):
    parent = models.ForeignKey("self", on_delete=models.CASCADE, related_name="children", null=True, blank=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, null=True)  # noqa: DJ001 - null is "no value", shown as such
    active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name
