"""A row per record and language, for every entity with translatable fields; the base row is the system language.

The columns are those that the entity's declaration calls translated, as nullable copies of the entity's own.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from catalog import models as tables
from catalog.entities import ENTITIES
from catalog.models.language import Language
from catalog.registry import EntitySpec


def _translation(spec: EntitySpec) -> type[models.Model]:
    owner = getattr(tables, spec.model.removeprefix("catalog."))
    column = f"{spec.name}_id"
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": f"Texts of a {spec.name} in one language.",
        "__str__": lambda self: f"{getattr(self, column)} in {self.language_id}",
        "pk": models.CompositePrimaryKey(column, "language_id"),
        spec.name: models.ForeignKey(owner, on_delete=models.CASCADE, related_name="translations"),
        "language": models.ForeignKey(Language, on_delete=models.CASCADE, related_name="+"),
        **{field.name: _nullable(owner._meta.get_field(field.name)) for field in spec.translated},
    }
    return type(f"{owner.__name__}Translation", (models.Model,), attributes)


def _nullable(column: models.Field[Any, Any]) -> models.Field[Any, Any]:
    copy = column.clone()
    copy.null, copy.blank = True, True
    return copy


TRANSLATIONS = {spec.name: _translation(spec) for spec in ENTITIES.values() if spec.translated}
