"""Records whose derived data are behind: written with the change, worked off after it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now

from catalog.models.entity import NumberField


class PlaceField(NumberField):
    """Drawn like a record's number, without an index of its own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._unique = False


class Dirty(models.Model):
    """One mark. A record may have several, which are worked off together.

    The key is the only index, as every change of a record writes here; marks that are held stand apart in it, so that
    looking for the others never walks over them.
    """

    pk = models.CompositePrimaryKey("held", "place")
    held = models.BooleanField(default=False)  # until somebody asks for it
    place = PlaceField()
    entity = models.CharField(max_length=32)
    record_id = models.UUIDField()
    derivations = models.SmallIntegerField()  # a sum of marking.Derivation
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id}"
