"""Media gallery entries: their content is judged here, and what is wrong with it is told when it is processed. Pure."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from catalog import images
from catalog.commands import Delete, Json, Mode, Reference, Scope, Upsert
from catalog.images import Image, NotAnImage
from syncapi.magento.coercion import FLAG, TEXT, WHOLE, Kind
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.messages import Message, invalid_value
from syncapi.magento.parsing.bodies import existing, inner, object_of, text, whole

_TYPE: Final = "Magento\\Catalog\\Api\\Data\\ProductAttributeMediaGalleryEntryInterface"
_FIELDS: Final[Mapping[str, Kind]] = {
    "id": WHOLE, "media_type": TEXT, "label": TEXT, "position": WHOLE, "disabled": FLAG, "file": TEXT,
}  # fmt: skip
_KNOWN: Final = frozenset({*_FIELDS, "types", "content", "extension_attributes"})
_CONTENT: Final = ("base64_encoded_data", "type", "name")
_KEPT: Final = ("label", "position", "disabled")
_ALIASES: Final = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}
_NO_CONTENT: Final = Message("The image content is invalid. Verify the content and try again.")
_NOT_AN_IMAGE: Final = Message("The image content must be valid base64 encoded data.")
_WRONG_TYPE: Final = Message("The image MIME type is not valid or not supported.")
_WRONG_NAME: Final = Message("Provided image name contains forbidden characters.")
_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """An image with the name it shall have, or what is wrong with it."""

    image: Image | None = None
    name: str = ""
    flaw: Message | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    number: int | None
    values: Mapping[str, Json]
    content: Content | None


def create_entry(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sku": "A", "entry": {...}}` -> a new entry of A, or the one that has this content already.

    All stores have the file. Its label, position and `disabled` are those of the store that the request names alone.
    """
    sku, entry = _understood(item)
    new = placed(replace(entry, number=None), Reference("sku", sku), context, path="/entry", owner=existing(sku))
    return replace(new, scope=replace(new.scope, alone=bool(context.get("named"))))


def update_entry(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sku": "A", "entryId": 7, "entry": {...}}` -> the entry 7 of A, whose id stays whatever changes."""
    sku, entry = _understood(item)
    draft = Draft()
    number = entry.number if entry.number is not None else whole(item, "entry_id", draft, shown="entryId")
    draft.refuse_if_wrong()
    return placed(replace(entry, number=number), Reference("sku", sku), context, path="/entry", owner=existing(sku))


def delete_entry(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"sku": "A", "entryId": 7}` -> the product A without its entry 7."""
    draft = Draft()
    sku = text(item, "sku", draft, shown="sku")
    number = whole(item, "entry_id", draft, shown="entryId")
    draft.refuse_if_wrong()
    gone = Delete(entity="product_media", key=Reference("product,number", (Reference("sku", sku), number)))
    return replace(existing(sku), beside=(gone,))


def read(given: Json, draft: Draft, *, path: str) -> Entry:
    """An entry of a product. What is of the wrong type is refused; what is wrong with the content is its flaw."""
    members = inner(given, draft, field="entry", path=path, known=_KNOWN)
    fields = {
        name: scalar(members[name], kind, draft, field=name, path=f"{path}/{name}")
        for name, kind in _FIELDS.items()
        if name in members
    }
    if fields.get("media_type") not in (None, "", "image"):
        draft.refuse(invalid_value("media_type", fields["media_type"]), path=f"{path}/media_type")
    values: dict[str, Json] = {
        name: fields[name] for name in _KEPT if name in fields and (name == "label" or fields[name] is not None)
    }
    if members.get("types") is not None:
        values["types"] = _types(members["types"], draft, path=f"{path}/types")
    content = members.get("content")
    found = None if content is None else _content(content, draft, path=f"{path}/content")
    return Entry(number=fields.get("id"), values=values, content=found)


def placed(
    entry: Entry, product: Reference, context: Mapping[str, Json], *, path: str, owner: Upsert | None = None
) -> Upsert:
    """The command of an entry, below `path` of the item. `owner`: the product, where the entry stands alone."""
    content = entry.content or Content()
    image, values = content.image, dict(entry.values)
    if owner is not None:
        values["product"] = replace(owner, path="")
    if image is not None:
        values["media"] = image.media(file_name=content.name)
    flaw = content.flaw if entry.content else _NO_CONTENT if entry.number is None else None
    return Upsert(
        entity="product_media",
        key=_key(entry, product, image),
        values=values,
        mode=Mode.UPSERT if entry.number is None else Mode.UPDATE,
        scope=Scope(store=context.get("store")),
        files=(image.file,) if image else (),
        flaws=(flaw.error(f"{path}/content"),) if flaw else (),
    )


def _understood(item: Json) -> tuple[str, Entry]:
    draft = Draft()
    given = object_of(item, "entry", type_name=_TYPE)
    sku = text(item, "sku", draft, shown="sku")
    entry = read(given, draft, path="/entry")
    draft.refuse_if_wrong()
    return sku, entry


def _key(entry: Entry, product: Reference, image: Image | None) -> Reference | None:
    if entry.number is not None:
        return Reference("product,number", (product, entry.number))
    if image is None:
        return None
    return Reference("product,media", (product, Reference("content_hash", image.content_hash)))


def _types(given: Json, draft: Draft, *, path: str) -> list[Json]:
    roles = elements(given, draft, field="types", path=path)
    texts = [scalar(role, TEXT, draft, field="types", path=f"{path}/{n}") for n, role in enumerate(roles)]
    return list(dict.fromkeys(text for text in texts if text))


def _content(given: Json, draft: Draft, *, path: str) -> Content:
    content = inner(given, draft, field="content", path=path, known=frozenset(_CONTENT))
    encoded, kind, name = (
        scalar(content.get(part), TEXT, draft, field=part, path=f"{path}/{part}") or "" for part in _CONTENT
    )
    try:
        image = images.inspect(b64decode("".join(encoded.split()), validate=True))
    except (NotAnImage, ValueError):
        return Content(flaw=_NOT_AN_IMAGE)
    if _ALIASES.get(kind.lower(), kind.lower()) != image.mime_type:
        return Content(flaw=_WRONG_TYPE)
    if not name or len(name) > 90 or _FORBIDDEN.search(name):
        return Content(flaw=_WRONG_NAME)
    return Content(image=image, name=_file_name(name, image.extension))


def _file_name(name: str, extension: str) -> str:
    """As Magento would call the file: what is unusual in a name becomes `_`; without an extension it gets its own."""
    plain = _UNUSUAL.sub("_", name)
    return plain if "." in plain.strip(".") else f"{plain.strip('.') or 'file'}.{extension}"
