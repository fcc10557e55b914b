"""A record of any entity, with no more than it needs: what its declaration demands, and what that refers to."""

from __future__ import annotations

from itertools import count

from django.apps import apps
from django.db.models import Model

from catalog import writing
from catalog.commands import Json, Reference, Upsert
from catalog.entities import ENTITIES
from catalog.plans import plan
from catalog.registry import FieldSpec, Identifier, Integer, Number, Ref, Text

_numbers = count(1)


def example(entity: str) -> Model:
    """A new one each time."""
    current = plan(entity)
    named = {name for key in current.spec.keys for name in key.fields if name in current.spec.by_name}
    mandatory = named | set(current.mandatory)
    values = {name: _value(current.spec.by_name[name]) for name in mandatory}
    [outcome] = writing.apply([Upsert(entity=entity, key=None, values=values)])
    assert outcome.id is not None, outcome.errors
    found: Model = apps.get_model(current.spec.model)._default_manager.get(pk=outcome.id)
    return found


def _value(field: FieldSpec) -> Json:
    number = next(_numbers)
    match field:
        case Ref():
            spec = ENTITIES[field.entity]
            return Reference("id", example(spec.name).pk)
        case Text(choices=choices) if choices:
            return choices[0]
        case Text(max_length=limit):
            return f"{number:03}"[-(limit or 3) :]
        case Integer(minimum=low):
            return max(low, 1)
        case Number():
            return 1
        case Identifier():
            return f"{number:032x}"
    raise TypeError(f"{field!r} has no example")
