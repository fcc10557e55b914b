"""`manage.py check` compares every declaration of an entity with its model, so that they cannot drift apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field

from catalog.entities import ENTITIES
from catalog.registry import EntitySpec, FieldSpec, Text


@checks.register(checks.Tags.models)
def entities_match_models(**_: Any) -> list[checks.CheckMessage]:
    return [checks.Error(message, id="catalog.E001") for spec in ENTITIES.values() for message in _differences(spec)]


def _differences(spec: EntitySpec) -> Iterator[str]:
    model = apps.get_model(spec.model)
    for declared in spec.fields:
        try:
            column = model._meta.get_field(declared.name)
        except FieldDoesNotExist:
            yield f"{spec.name}.{declared.name} is declared, but {spec.model} has no such field."
            continue
        if isinstance(column, Field):
            yield from _field_differences(spec, declared, column)


def _field_differences(spec: EntitySpec, declared: FieldSpec, column: Field[Any, Any]) -> Iterator[str]:
    if declared.column != column.column:
        yield f"{spec.name}.{declared.name} is kept in {column.column}, not in {declared.column}."
    if declared.nullable != column.null:
        yield f"{spec.name}.{declared.name}: nullable is {declared.nullable}, but null is {column.null}."
    if isinstance(declared, Text) and declared.max_length != column.max_length:
        yield f"{spec.name}.{declared.name}: max_length is {declared.max_length}, not {column.max_length}."
