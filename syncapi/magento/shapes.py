"""JSON Schemas of what Magento's routes take and answer, made of the tables of names. For OpenAPI. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Json
from syncapi.describing.endpoints import ref
from syncapi.magento import names
from syncapi.magento.coercion import FLAG, FRACTION, TEXT, WHOLE, Kind

_TYPES: Final[Mapping[Kind, str]] = {TEXT: "string", WHOLE: "integer", FRACTION: "number", FLAG: "boolean"}
_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_FRACTION: Final = {"type": "number"}


def _object(required: tuple[str, ...] = (), /, **properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _list(of: Json) -> dict[str, Json]:
    return {"type": "array", "items": of}


def _scalars(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    """Numbers may come as texts, and null empties what can be empty."""
    return {name: {"type": [_TYPES[kind], "null"]} for name, kind in kinds.items()}


def _of_table(table: Mapping[str, tuple[str, Kind]]) -> dict[str, Json]:
    return _scalars({name: kind for name, (_, kind) in table.items()})


_ATTRIBUTES: Final = _list(_object(("attribute_code", "value"), attribute_code=_TEXT, value={}))
_EXTENSIONS: Final = _object(
    website_ids=_list(_WHOLE),
    category_links=_list(_object(position=_WHOLE, category_id=_TEXT)),
    stock_item=_object(**_scalars(names.STOCK_ITEM)),
)
_LINK: Final = _object(sku=_TEXT, link_type=_TEXT, linked_product_sku=_TEXT, linked_product_type=_TEXT, position=_WHOLE)
_MESSAGE: Final = _object(("message",), message=_TEXT, parameters={"type": ["object", "array"]})
_CONTENT: Final = _object(base64_encoded_data=_TEXT, type=_TEXT, name=_TEXT)
SCHEMAS: Final[Mapping[str, Json]] = {
    "Product": _object(
        **_of_table(names.PRODUCT),
        extension_attributes=_EXTENSIONS,
        custom_attributes=_ATTRIBUTES,
        product_links=_list(_LINK),
        options=_list({}),
        media_gallery_entries=_list(ref("MediaEntry")),
        tier_prices=_list(
            _object(customer_group_id=_WHOLE, qty=_FRACTION, value=_FRACTION, extension_attributes=_object())
        ),
    ),
    "Category": _object(**_of_table(names.CATEGORY), available_sort_by=_list(_TEXT), custom_attributes=_ATTRIBUTES),
    "Attribute": _object(
        **_of_table(names.ATTRIBUTE),
        **_scalars(names.ATTRIBUTE_BESIDE),
        **{name: _list({}) for name in names.ATTRIBUTE_LISTS},
        options=_list(ref("AttributeOption")),
    ),
    "AttributeOption": _object(
        label=_TEXT,
        value=_TEXT,
        sort_order=_WHOLE,
        is_default={"type": "boolean"},
        store_labels=_list(_object(store_id=_WHOLE, label=_TEXT)),
    ),
    "MediaEntry": _object(
        id=_WHOLE,
        media_type=_TEXT,
        label={"type": ["string", "null"]},
        position={"type": ["integer", "null"]},
        disabled={"type": "boolean"},
        types=_list(_TEXT),
        file=_TEXT,
        content=_CONTENT,
    ),
    "Link": _LINK,
    "CategoryLink": _object(sku=_TEXT, position=_WHOLE, category_id=_TEXT),
    "WebsiteLink": _object(sku=_TEXT, website_id=_WHOLE),
    "Messages": _list(_MESSAGE),
    "Accepted": _object(
        ("bulk_uuid", "request_items", "errors"),
        bulk_uuid={"type": "string", "format": "uuid"},
        request_items=_list(
            _object(
                ("id", "data_hash", "status"),
                id=_WHOLE,
                data_hash={"type": ["string", "null"]},
                status={"enum": ["accepted", "rejected"]},
            )
        ),
        errors={"type": "boolean"},
    ),
}
# The member of a body by its name, and what it holds.
OF_DTO: Final[Mapping[str, str]] = {
    "product": "Product",
    "category": "Category",
    "entity": "Link",
    "product_link": "CategoryLink",
    "product_website_link": "WebsiteLink",
    "attribute": "Attribute",
}
OF_ENTITY: Final[Mapping[str, str]] = {"product": "Product", "category": "Category", "attribute": "Attribute"}
# What reading routes answer.
OF_PATH: Final[Mapping[str, Json]] = {
    "products/:sku": ref("Product"),
    "products": _object(items=_list(ref("Product")), search_criteria=_object(), total_count=_WHOLE),
    "categories/:categoryId": ref("Category"),
    "categories/list": _object(items=_list(ref("Category")), search_criteria=_object(), total_count=_WHOLE),
    "products/:sku/media": _list(ref("MediaEntry")),
    "products/:sku/media/:entryId": ref("MediaEntry"),
    "products/:sku/links/:type": _list(ref("Link")),
    "bulk/:bulkUuid/operation-status/:status": _WHOLE,
}
