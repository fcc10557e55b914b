"""The category tree: a parent column; what is derived from it is kept by indexing."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import long_text, optional, uuids
from catalog.models.entity import Entity
from catalog.models.media import Media
from catalog.models.reference import Tag
from catalog.models.store import Store


class Category(Entity):
    parent = optional("self", on_delete=models.CASCADE, related_name="children")
    after_category_id = models.UUIDField(null=True, blank=True)  # may name one that is written later
    name = models.CharField(max_length=255)
    description = long_text()
    meta_title = long_text()
    meta_description = long_text()
    keywords = long_text()
    external_link = long_text()
    link_type = long_text()
    internal_link = long_text()
    link_new_tab = models.BooleanField(null=True, blank=True)
    type = models.CharField(max_length=32, default="page")
    display_nested_products = models.BooleanField(default=True)
    product_assignment_type = models.CharField(max_length=32, default="product")
    active = models.BooleanField(default=True)
    visible = models.BooleanField(default=True)
    in_menu = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    media = optional(Media, on_delete=models.SET_NULL)

    # derived by indexing
    path = models.TextField(default="", blank=True, editable=False)  # |id|id| of the ancestors, as Shopware shows it
    level = models.IntegerField(default=1, editable=False)
    child_count = models.IntegerField(default=0, editable=False)
    breadcrumb = models.JSONField(default=list, blank=True, editable=False)  # names from the root
    ancestors = uuids()

    tags = models.ManyToManyField(Tag, through="CategoryTag", related_name="categories")

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class CategoryStoreValue(models.Model):
    """What one store shows instead of the base row, keyed by column."""

    pk = models.CompositePrimaryKey("category_id", "store_id")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="store_values")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.category_id} in {self.store_id}"


class CategoryTag(models.Model):
    pk = models.CompositePrimaryKey("category_id", "tag_id")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.category_id}: {self.tag_id}"
