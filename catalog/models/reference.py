"""Small tables that products and categories refer to."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import long_text, optional, short_text
from catalog.models.entity import Entity
from catalog.models.media import Media


class Manufacturer(Entity):
    name = models.CharField(max_length=255)
    description = long_text()
    link = short_text()
    media = optional(Media, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.name


class Unit(Entity):
    short_code = models.CharField(max_length=255)
    name = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.name


class DeliveryTime(Entity):
    name = models.CharField(max_length=255)
    min = models.IntegerField()
    max = models.IntegerField()
    unit = models.CharField(max_length=16)

    def __str__(self) -> str:
        return self.name


class Tag(Entity):
    name = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.name
