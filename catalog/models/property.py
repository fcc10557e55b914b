"""Properties of products, and Magento's attributes: what a product can be described by."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import demanded, long_text, optional, short_text
from catalog.models.entity import Entity
from catalog.models.media import Media


class PropertyGroup(Entity):
    name = models.CharField(max_length=255)
    description = long_text()
    position = models.IntegerField(default=1)
    display_type = models.CharField(max_length=16, default="text")
    sorting_type = models.CharField(max_length=16, default="alphanumeric")
    filterable = models.BooleanField(default=True)
    visible_on_product_detail_page = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class PropertyGroupOption(Entity):
    group = demanded(PropertyGroup, related_name="options")
    name = models.CharField(max_length=255)
    position = models.IntegerField(default=1)
    color_hex_code = short_text()
    media = optional(Media, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.name


class AttributeSet(Entity):
    name = models.CharField(max_length=255, unique=True)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Attribute(Entity):
    """A field of Magento's products: a column of ours, or a key of `custom_fields`."""

    code = models.CharField(max_length=255, unique=True)
    label = models.CharField(max_length=255)
    type = models.CharField(max_length=32, default="text")
    height = models.CharField(max_length=16, default="store")
    required = models.BooleanField(default=False)
    unique_values = models.BooleanField(default=False)
    user_defined = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.code


class AttributeOption(Entity):
    attribute = demanded(Attribute, related_name="options")
    label = models.CharField(max_length=255)
    value = models.CharField(max_length=255)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.label
