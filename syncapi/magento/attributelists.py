"""Attributes of products, their options and their sets, as Magento lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q

from catalog.commands import Json
from catalog.models import Attribute, AttributeOption, AttributeSet
from syncapi.magento import stores
from syncapi.problems import NotFound

PRODUCT: Final = 4  # Magento's number of the kind of entity
_STORED: Final = {"select": "int", "multiselect": "text", "boolean": "int", "price": "decimal", "weight": "decimal",
    "date": "datetime", "textarea": "text", "weee": "static"}  # fmt: skip


def show(ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]:
    """By id; a store may call their options otherwise. Unknown ids are left out."""
    found = Attribute.objects.in_bulk(ids)
    options = options_of(list(found), store=store)
    return {id: _attribute(attribute, options[id]) for id, attribute in found.items()}


def one(code: str, *, store: str | None) -> dict[str, Json]:
    """By its code, or its number as Magento allows. Raises NotFound."""
    id = _find(code)
    return show([id], store=store)[id]


def options(code: str, *, store: str | None) -> list[dict[str, Json]]:
    return options_of([(id := _find(code))], store=store)[id]


def options_of(ids: Sequence[UUID], *, store: str | None) -> dict[UUID, list[dict[str, Json]]]:
    """The options of each attribute, in their order; Magento begins with an empty one."""
    found: dict[UUID, list[dict[str, Json]]] = {id: [{"label": " ", "value": ""}] for id in ids}
    number = stores.current().numbers.get(store or "")
    for option in AttributeOption.objects.filter(attribute_id__in=ids).order_by("position", "number"):
        own = (label for label in option.custom_fields.get("store_labels", ()) if label["store_id"] == number)
        label = next((label["label"] for label in own), option.label)
        found[option.attribute_id].append({"label": label, "value": _id_of(option.value, option.number)})
    return found


def option_ids(ids: Sequence[UUID]) -> dict[UUID, Json]:
    """By the record of each option what Magento calls its id."""
    rows = AttributeOption.objects.filter(id__in=ids).values_list("id", "value", "number")
    return {id: _id_of(value, number) for id, value, number in rows}


def _id_of(value: str, number: int) -> str:
    """Of an option: its value, or its number where it was given none."""
    return value or str(number)


def sets(ids: Sequence[UUID]) -> list[dict[str, Json]]:
    found = AttributeSet.objects.in_bulk(ids)
    return [_set(found[id]) for id in ids if id in found]


def one_set(number: int) -> dict[str, Json]:
    """Raises NotFound."""
    found = AttributeSet.objects.filter(number=number).first()
    if found is None:
        raise NotFound(entity="attribute set", field="id", value=number)
    return _set(found)


def in_set(number: int, *, store: str | None) -> list[dict[str, Json]]:
    """Every set has all attributes. Raises NotFound."""
    one_set(number)
    ids = list(Attribute.objects.order_by("position", "number").values_list("id", flat=True))
    shown = show(ids, store=store)
    return [shown[id] for id in ids if id in shown]


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
        **found.custom_fields,
    }
