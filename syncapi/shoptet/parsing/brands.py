"""A row of a brand batch: a new brand, known by its code from then on (contract 4). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from catalog.commands import Json, Mode, Reference, Upsert
from syncapi.shoptet import fields
from syncapi.shoptet.parsing.drafts import checked
from syncapi.shoptet.schema import Schema

KEPT: Final = ("metaTitle", "metaDescription", "postalAddress", "contactEmail", "manufacturingCompanyName")
NOT_KEPT: Final = ("showInCategoriesMenu", "showInBrandList", "image", "priority")
_TEXT: Final[Schema] = {"type": ["string", "null"]}
BRAND: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 255},
        "indexName": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"[^\s/]+"},
        "description": _TEXT,
        "brandWeb": {**_TEXT, "maxLength": 255},
        **{name: {**_TEXT, "maxLength": 2000} for name in KEPT},
    },
}


def create(data: Mapping[str, Json], row: Mapping[str, Json]) -> Upsert:
    """Raises NotUnderstoodError."""
    draft = checked(data, BRAND, not_kept=NOT_KEPT)
    draft.take(data, fields.BRAND)
    draft.keep(data, KEPT)
    code = data.get("indexName") or code_of(data["name"])
    draft.values["custom_fields"] = {**draft.values.get("custom_fields", {}), "indexName": code}
    return Upsert(entity="manufacturer", key=Reference("code", code), values=draft.values, mode=Mode.CREATE)


def code_of(name: str) -> str:
    """`Willy Wonka` is `willy-wonka`."""
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-") or name
