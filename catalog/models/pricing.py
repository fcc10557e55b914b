"""Currencies and taxes."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import models

from catalog.models.columns import decimal, document
from catalog.models.entity import Entity

SYSTEM_CURRENCY: Final = UUID("b7d2554b0ce847cd82f3ac9bd1c0dfca")  # published by Shopware


class Currency(Entity):
    iso_code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=255)
    short_name = models.CharField(max_length=255)
    symbol = models.CharField(max_length=255)
    factor = models.DecimalField(max_digits=20, decimal_places=8, default=1)
    decimal_precision = models.IntegerField(default=2)
    item_rounding = document()
    total_rounding = document()
    tax_free_from = decimal()
    position = models.IntegerField(default=1)

    class Meta:
        verbose_name_plural = "currencies"

    def __str__(self) -> str:
        return self.iso_code


class Tax(Entity):
    name = models.CharField(max_length=255)
    rate = models.DecimalField(max_digits=10, decimal_places=3)  # per cent
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "taxes"

    def __str__(self) -> str:
        return self.name
