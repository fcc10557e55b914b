"""Columns that some dialect may leave out. Null is "no value"; the empty text would be a value."""

from __future__ import annotations

from typing import Any

from django.db import models


def short_text(limit: int = 255) -> models.CharField[Any, Any]:
    return models.CharField(max_length=limit, null=True, blank=True)


def long_text() -> models.TextField[Any, Any]:
    return models.TextField(null=True, blank=True)


def decimal() -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)


def moment() -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(null=True, blank=True)


def document() -> models.JSONField[Any, Any]:
    return models.JSONField(null=True, blank=True)


def uuids() -> models.Field[Any, Any]:
    """A derived list of ids."""
    from django.contrib.postgres.fields import ArrayField

    return ArrayField(models.UUIDField(), default=list, blank=True, editable=False)


def optional(to: Any, *, on_delete: Any = models.PROTECT, related_name: str = "+") -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(to, on_delete=on_delete, related_name=related_name, null=True, blank=True)


def demanded(to: Any, *, on_delete: Any = models.CASCADE, related_name: str = "+") -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(to, on_delete=on_delete, related_name=related_name)


def gross_net() -> tuple[Any, Any, Any, Any]:
    """The four columns of a price: gross, net, whether net follows gross, and other currencies by their id."""
    return decimal(), decimal(), models.BooleanField(default=True), models.JSONField(default=dict, blank=True)
