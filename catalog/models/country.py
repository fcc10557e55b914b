"""Countries and their states."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import demanded, document, short_text
from catalog.models.entity import Entity


class Country(Entity):
    name = models.CharField(max_length=255)
    iso = short_text()
    iso3 = short_text()
    position = models.IntegerField(default=1)
    active = models.BooleanField(default=True)
    shipping_available = models.BooleanField(default=True)
    display_state_in_registration = models.BooleanField(default=False)
    force_state_in_registration = models.BooleanField(default=False)
    check_vat_id_pattern = models.BooleanField(default=False)
    vat_id_pattern = short_text()
    vat_id_required = models.BooleanField(default=False)
    postal_code_required = models.BooleanField(default=False)
    check_postal_code_pattern = models.BooleanField(default=False)
    check_advanced_postal_code_pattern = models.BooleanField(default=False)
    advanced_postal_code_pattern = short_text()
    default_postal_code_pattern = short_text()
    is_eu = models.BooleanField(default=False)
    tax_free = models.BooleanField(default=False)
    company_tax_free = models.BooleanField(default=False)
    customer_tax = document()
    company_tax = document()
    address_format = document()

    class Meta:
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.name


class CountryState(Entity):
    country = demanded(Country, related_name="states")
    short_code = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    position = models.IntegerField(default=1)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
