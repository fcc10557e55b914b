"""A row of a batch that deletes: products by guid or code, images of a product (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Delete, Filter, Json, Reference
from catalog.outcomes import NotUnderstoodError
from syncapi.shoptet.names import GALLERIES
from syncapi.shoptet.parsing.drafts import GUID, checked
from syncapi.shoptet.schema import Schema
from syncapi.shoptet.wording import in_use, refused

FOUND: Final = "found"  # what the split adds to a row: the ids of the images that it means; absent without a product

USED: Final = "used"  # the names of those that variants show, and must not lose

PRODUCT: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"guid": GUID, "code": {"type": "string", "minLength": 1, "maxLength": 64}},
}
IMAGES: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["productGuid", "gallery"],
    "properties": {
        "productGuid": GUID,
        "gallery": {"type": "string", "enum": list(GALLERIES)},
        "imageName": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
    },
}


def product(data: Mapping[str, Json], row: Mapping[str, Json]) -> Delete:
    """Raises NotUnderstoodError."""
    checked(data, PRODUCT)
    if len(data) != 1:
        raise NotUnderstoodError(refused("", "Exactly one of the properties guid and code is required"))
    by, value = ("id", data["guid"]) if "guid" in data else ("sku", data["code"])
    return Delete(entity="product", key=Reference(by, value))


def images(data: Mapping[str, Json], row: Mapping[str, Json]) -> Delete:
    """Raises NotUnderstoodError."""
    checked(data, IMAGES)
    if FOUND not in row:
        guid = data["productGuid"]
        raise NotUnderstoodError(refused("product-not-found", f'Product with identificator "{guid}" not found.'))
    if not row[FOUND]:
        name = data.get("imageName") or data["gallery"]
        raise NotUnderstoodError(refused("image-not-found", f'Image with identificator "{name}" not found.'))
    for name in row.get(USED, ()):
        raise NotUnderstoodError(in_use(name))
    return Delete(entity="product_media", where=Filter(operator="any", field="id", value=tuple(row[FOUND])))
