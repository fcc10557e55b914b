"""Websites and their stores: the heights at which a product's values may differ from the base row."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import demanded, optional
from catalog.models.entity import Entity
from catalog.models.language import Language


class Website(Entity):
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.code


class StoreGroup(Entity):
    """The stores of one website that share a root category."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=255)
    website = demanded(Website, on_delete=models.PROTECT, related_name="groups")
    root_category = optional("catalog.Category", on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.code


class Store(Entity):
    """A store view: one website, one language. One store is the default, which a request without a store means."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=255)
    website = demanded(Website, on_delete=models.PROTECT, related_name="stores")
    group = optional(StoreGroup, related_name="stores")
    language = demanded(Language, on_delete=models.PROTECT, related_name="stores")
    active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="store_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.code
