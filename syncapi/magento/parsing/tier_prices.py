"""Tier prices of a product: from a quantity on, for a group of customers, in one website or in all. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Json, Reference, Upsert
from syncapi.magento.coercion import FRACTION, WHOLE, Kind
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.parsing.bodies import inner

_FIELDS: Final[Mapping[str, tuple[str, Kind]]] = {
    "customer_group_id": ("customer_group", WHOLE), "qty": ("quantity", FRACTION), "value": ("value", FRACTION),
}  # fmt: skip
_KNOWN: Final = frozenset({*_FIELDS, "extension_attributes"})
_EXTENSIONS: Final[Mapping[str, Kind]] = {"website_id": WHOLE, "percentage_value": FRACTION}


def read(given: Json, draft: Draft, *, path: str) -> tuple[Upsert, ...]:
    """All tier prices that the product has from now on."""
    found = elements(given, draft, field="tier_prices", path=path)
    return tuple(_one(price, draft, path=f"{path}/{index}") for index, price in enumerate(found))


def _one(given: Json, draft: Draft, *, path: str) -> Upsert:
    price = inner(given, draft, field="tier_prices", path=path, known=_KNOWN, demanded=_FIELDS)
    values: dict[str, Json] = {
        field: scalar(price.get(name), kind, draft, field=name, path=f"{path}/{name}")
        for name, (field, kind) in _FIELDS.items()
    }
    if price.get("extension_attributes"):
        values.update(_extended(price["extension_attributes"], draft, path=f"{path}/extension_attributes"))
    return Upsert(entity="tier_price", key=None, values=values, path=path)


def _extended(given: Json, draft: Draft, *, path: str) -> dict[str, Json]:
    """A percentage takes the place of the value; website 0 is all of them."""
    extensions = inner(given, draft, field="extension_attributes", path=path, known=_EXTENSIONS.keys())
    found = {
        name: scalar(extensions.get(name), kind, draft, field=name, path=f"{path}/{name}")
        for name, kind in _EXTENSIONS.items()
    }
    values: dict[str, Json] = {}
    if found["website_id"]:
        values["website"] = Reference("number", found["website_id"])
    if found["percentage_value"] is not None:
        values |= {"value": found["percentage_value"], "value_type": "discount"}
    return values
