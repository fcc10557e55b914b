"""A row of a category batch: the category that its guid names (contract 4). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Json, Mode, Reference, Upsert
from syncapi.shoptet import fields
from syncapi.shoptet.parsing.drafts import GUID, LANGUAGE, checked, scope
from syncapi.shoptet.schema import Schema

NOT_KEPT: Final = ("menuTitle", "secondDescription", "indexName", "customerVisibility", "productOrdering", "image")
_TEXT: Final[Schema] = {"type": ["string", "null"]}
CATEGORY: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["guid"],
    "properties": {
        "guid": GUID,
        "language": LANGUAGE,
        "name": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": _TEXT,
        "metaTitle": {**_TEXT, "maxLength": 255},
        "metaDescription": _TEXT,
        "parentGuid": {**GUID, "type": ["string", "null"]},
        "priority": {"type": "integer", "minimum": 0, "maximum": 99999},
        "visible": {"type": "boolean"},
    },
}


def update(data: Mapping[str, Json], row: Mapping[str, Json]) -> Upsert:
    """Raises NotUnderstoodError."""
    draft = checked(data, CATEGORY, not_kept=NOT_KEPT)
    draft.take(data, fields.CATEGORY)
    if "parentGuid" in data:
        parent = data["parentGuid"]
        draft.values["parent"] = None if parent is None else Reference("id", parent)
    return Upsert(
        entity="category",
        key=Reference("id", data["guid"]),
        values=draft.values,
        scope=scope(data.get("language")),
        mode=Mode.UPDATE,
    )
