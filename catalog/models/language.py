"""Languages of the catalog's texts. The system language is the base row of every translatable entity."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import models

from catalog.models.entity import Entity

SYSTEM_LANGUAGE: Final = UUID("2fbb5fe2e29a4d70aa5854ce7ce3e20b")  # published by Shopware


class Locale(Entity):
    code = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255)
    territory = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.code


class Language(Entity):
    name = models.CharField(max_length=255)
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")
    translation_code = models.OneToOneField(Locale, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, blank=True)

    def __str__(self) -> str:
        return self.name
