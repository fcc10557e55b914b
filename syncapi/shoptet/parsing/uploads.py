"""Images and files that a request names by URL: what may be asked for, and what each means (contract 4). Pure.

An item is the image as it was sent, with what the request's acceptance has added: its `index`, the `position` behind
those that are there, and for the replacement of an image the `record` that its name means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

from catalog.commands import Delete, Json, Mode, Reference, Upsert
from catalog.images import KeptImage
from catalog.outcomes import NotUnderstoodError
from syncapi.shoptet import names
from syncapi.shoptet.schema import Schema
from syncapi.shoptet.wording import in_use

INDEX: Final = "index"
POSITION: Final = "position"
RECORD: Final = "record"
USED: Final = "used"  # whether a variant shows the image and is to keep it
IMAGE: Final = "image"  # facts of an image that is kept already
MOST_IMAGES: Final = 100  # in one request
LAST_PRIORITY: Final = 65535
MOST_FILES: Final = 50
FILE_BYTES: Final = 2 * 1024 * 1024
_IMAGES_OF_PRODUCTS: Final = UUID("6f6f1d0e-2f5b-5c0b-9a53-6d1c2b6a7d10")

_URL: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 2000}
_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"[0-9a-zA-Z_\-.]+"}
_ANY_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 255}  # of a file: see `is_file_name`
_FILE_NAME: Final = re.compile(r"[0-9a-zA-Z_\-.]+\.[0-9a-zA-Z]+")
_TEXT: Final[Schema] = {"type": ["string", "null"], "maxLength": 255}


def _priority(most: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most}


def _body(demanded: Schema, properties: Schema) -> Schema:
    image = {"type": "object", "additionalProperties": False, **demanded, "properties": properties}
    images = {"type": "array", "minItems": 1, "maxItems": MOST_IMAGES, "items": image}
    data = {"type": "object", "additionalProperties": False, "required": ["images"], "properties": {"images": images}}
    return {"type": "object", "additionalProperties": False, "required": ["data"], "properties": {"data": data}}


_ATTRIBUTES: Final[Schema] = {"priority": _priority(99999), "description": _TEXT}
POST: Final = _body(
    {"oneOf": [{"required": ["sourceUrl"]}, {"required": ["downloadUrl"]}]},  # today's name, or the older document's
    {"sourceUrl": _URL, "downloadUrl": _URL, "name": _NAME, **_ATTRIBUTES, "priority": _priority(LAST_PRIORITY)},
)
PATCH_SOURCES: Final = _body({"required": ["name", "sourceUrl"]}, {"name": _NAME, "sourceUrl": _URL, **_ATTRIBUTES})
PATCH: Final = _body({"required": ["name"]}, {"name": {"type": "string", "minLength": 1}, **_ATTRIBUTES})
_FILE: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sourceUrl"],
    "properties": {"sourceUrl": _URL, "name": _ANY_NAME},
}
POST_FILE: Final[Schema] = {
    "type": "object", "additionalProperties": False, "required": ["data"], "properties": {"data": _FILE},
}  # fmt: skip
POST_FILES: Final[Schema] = {
    **POST_FILE,
    "properties": {"data": {"type": "array", "minItems": 1, "maxItems": MOST_FILES, "items": _FILE}},
}


def url_of(item: Mapping[str, Json]) -> str:
    """Today's name of the field, or the older document's."""
    return str(item.get("sourceUrl") or item.get("downloadUrl") or "")


def is_file_name(name: str) -> bool:
    """Of the characters that a name may have, with an extension. Contract 4 has an error of its own for others."""
    return _FILE_NAME.fullmatch(name) is not None


def name_of(item: Mapping[str, Json], *, content_hash: str, extension: str) -> str:
    """As the request calls it, or made of its content: never what a foreign server calls it."""
    return str(item.get("name") or f"{content_hash[:16]}.{extension}")


def id_of(product: str, gallery: str, name: str) -> UUID:
    """Within a gallery a name means one image: sent again, it is changed and no second one is made."""
    return uuid5(_IMAGES_OF_PRODUCTS, f"{product.lower()}/{gallery}/{name}")


def placed(kind: str, item: Mapping[str, Json], context: Mapping[str, Json], image: KeptImage) -> Upsert:
    """What an item means once its file is kept."""
    name = name_of(item, content_hash=image.content_hash, extension=image.extension)
    media = image.media(file_name=name)
    if kind == names.FILES:
        return media
    product, gallery = context["product"], context["gallery"]
    own = id_of(product, gallery, name)
    if kind == names.IMAGE_SOURCES:
        key = Reference("id", item.get(RECORD) or own)
        values = {"media": media, **_attributes(item)}
        return Upsert(entity="product_media", key=key, values=values, mode=Mode.UPDATE)
    return Upsert(
        entity="product_media",
        key=Reference("id", own),
        values={"product": Reference("id", product), "media": media, **_attributes(item)},
        defaults={"position": item[POSITION], "custom_fields": {"name": name, "gallery": gallery}},
    )


def promised_image(item: Mapping[str, Json], context: Mapping[str, Json]) -> Upsert:
    """The image, before its content is known: what it will be called may depend on that."""
    product, name = context["product"], item.get("name")
    key = Reference("id", id_of(product, context["gallery"], name)) if name else None
    return Upsert(entity="product_media", key=key, values={"product": Reference("id", product), **_attributes(item)})


def promised_file(item: Mapping[str, Json], context: Mapping[str, Json]) -> Upsert:
    return Upsert(entity="media", key=None, values={})


def change(item: Mapping[str, Json], context: Mapping[str, Json]) -> Upsert:
    """An image's attributes: all that is sent of it, or all that is known before its new content is."""
    own = id_of(context["product"], context["gallery"], item["name"])
    key = Reference("id", item.get(RECORD) or own)
    return Upsert(entity="product_media", key=key, values=_attributes(item), mode=Mode.UPDATE)


def drop(item: Mapping[str, Json], context: Mapping[str, Json]) -> Delete:
    """Raises NotUnderstoodError for an image that a variant shows and is to keep."""
    if item.get(USED):
        raise NotUnderstoodError(in_use(item["name"]))
    return Delete(entity="product_media", key=Reference("id", item[RECORD]))


def file(item: Mapping[str, Json], context: Mapping[str, Json]) -> Upsert:
    """A file whose content is kept already."""
    image = KeptImage(**item[IMAGE])
    return image.media(file_name=name_of(item, content_hash=image.content_hash, extension=image.extension))


def _attributes(item: Mapping[str, Json]) -> dict[str, Json]:
    renamed = {"priority": "position", "description": "label"}
    return {ours: item[theirs] for theirs, ours in renamed.items() if theirs in item}
