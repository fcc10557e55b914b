"""Attributes of products, their options and their sets, as Magento lists them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q

from catalog.commands import Json
from catalog.models import Attribute, AttributeOption, AttributeSet
from syncapi.problems import NotFound

PRODUCT: Final = 4  # Magento's number of the kind of entity
_STORED: Final = {"select": "int", "multiselect": "text", "boolean": "int", "price": "decimal", "weight": "decimal",
    "date": "datetime", "textarea": "text", "weee": "static"}  # fmt: skip


def show(ids: Sequence[UUID]) -> list[dict[str, Json]]:
    """In the order of `ids`."""
    attributes = Attribute.objects.in_bulk(ids)
    options = options_of(ids)
    return [_attribute(attributes[id], options.get(id, [])) for id in ids if id in attributes]


def one(code: str) -> dict[str, Json]:
    """By its code, or its number as Magento allows. Raises NotFound."""
    return show([_find(code)])[0]


def options(code: str) -> list[dict[str, Json]]:
    return options_of([(id := _find(code))]).get(id, [])


def options_of(ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Json]]]:
    """The options of each attribute, in their order; Magento begins with an empty one."""
    found: dict[UUID, list[dict[str, Json]]] = defaultdict(lambda: [{"label": " ", "value": ""}])
    rows = AttributeOption.objects.filter(attribute_id__in=ids).order_by("position", "number")
    for attribute, label, value in rows.values_list("attribute_id", "label", "value"):
        found[attribute].append({"label": label, "value": value})
    return found


def sets(ids: Sequence[UUID]) -> list[dict[str, Json]]:
    found = AttributeSet.objects.in_bulk(ids)
    return [_set(found[id]) for id in ids if id in found]


def one_set(number: int) -> dict[str, Json]:
    """Raises NotFound."""
    found = AttributeSet.objects.filter(number=number).first()
    if found is None:
        raise NotFound(entity="attribute set", field="id", value=number)
    return _set(found)


def in_set(number: int) -> list[dict[str, Json]]:
    """Every set has all attributes. Raises NotFound."""
    one_set(number)
    return show(list(Attribute.objects.order_by("position", "number").values_list("id", flat=True)))


def _find(code: str) -> UUID:
    is_number = code.isascii() and code.isdecimal() and len(code) < 19  # a code begins with a letter
    named = Q(number=int(code)) if is_number else Q(code=code)
    found = Attribute.objects.filter(named).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(entity="attribute", field="attributeCode", value=code)
    return found


def _set(found: AttributeSet) -> dict[str, Json]:
    return {
        "attribute_set_id": found.number,
        "attribute_set_name": found.name,
        "sort_order": found.position,
        "entity_type_id": PRODUCT,
    }


def _attribute(found: Attribute, options: Sequence[dict[str, Json]]) -> dict[str, Json]:
    return {
        "attribute_id": found.number,
        "attribute_code": found.code,
        "frontend_input": found.type,
        "entity_type_id": str(PRODUCT),
        "is_required": found.required,
        "options": list(options),
        "is_user_defined": found.user_defined,
        "default_frontend_label": found.label,
        "frontend_labels": [],
        "backend_type": _STORED.get(found.type, "varchar"),
        "is_unique": str(int(found.unique_values)),
        "scope": found.height,
        "position": found.position,
        "is_visible": True,
        "is_filterable": False,
        "apply_to": [],
        "validation_rules": [],
    }
