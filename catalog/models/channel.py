"""Where and for whom a product is sold: sales channels and rules, reduced to what a catalog needs."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import document, long_text, optional, short_text
from catalog.models.country import Country
from catalog.models.entity import Entity
from catalog.models.language import Language
from catalog.models.pricing import Currency


class SalesChannel(Entity):
    """Customer groups, payment and shipping methods do not exist in a catalog: their ids are kept as they come."""

    name = models.CharField(max_length=255)
    type_id = models.UUIDField()
    language = optional(Language)
    currency = optional(Currency)
    country = optional(Country)
    customer_group_id = models.UUIDField(null=True, blank=True)
    payment_method_id = models.UUIDField(null=True, blank=True)
    shipping_method_id = models.UUIDField(null=True, blank=True)
    navigation_category = optional("catalog.Category", on_delete=models.SET_NULL)
    access_key = models.CharField(max_length=255)
    home_enabled = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    maintenance = models.BooleanField(default=False)
    tax_calculation_type = models.CharField(max_length=32, default="horizontal")
    short_name = short_text()
    configuration = document()

    def __str__(self) -> str:
        return self.name


class Rule(Entity):
    name = models.CharField(max_length=255)
    priority = models.IntegerField()
    description = long_text()
    module_types = document()

    def __str__(self) -> str:
        return self.name
