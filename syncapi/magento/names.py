"""Magento's names of the catalog's fields, and what it demands of a new product. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.commands import Json
from syncapi.magento import coercion
from syncapi.magento.coercion import FLAG, FRACTION, TEXT, WHOLE, Kind

CATALOG: Final = "Magento_Catalog::products"
BULKS: Final = "Magento_Logging::system_magento_logging_bulk_operations"
CATEGORIES: Final = "Magento_Catalog::categories"
ATTRIBUTE_LIST: Final = "Magento_Catalog::attributes_attributes"
ATTRIBUTE_SETS: Final = "Magento_Catalog::sets"
STORES: Final = "Magento_Backend::store"
STOCK: Final = "Magento_CatalogInventory::cataloginventory"
SOURCES: Final = "Magento_InventoryApi::source"
GROUPS: Final = "Magento_Customer::group"
SOURCE: Final = "default"  # the one source there is
ALL_STORES: Final = "all"
TREE_ROOT: Final = 1  # the category above all others, which is no record
LINK_TYPES: Final = {"related": 1, "crosssell": 5, "upsell": 4, "associated": 3}

PRODUCT_REQUIRED: Final = ("sku", "name", "attribute_set")  # of a new product
PRICED_TYPES: Final = frozenset({"simple", "virtual", "downloadable"})  # they need a price too

# Field of a product -> (field of the entity, "" when it is read-only or has a rule of its own; its type)
PRODUCT: Final[Mapping[str, tuple[str, Kind]]] = {
    "id": ("", WHOLE),
    "sku": ("", TEXT),
    "name": ("name", TEXT),
    "attribute_set_id": ("", WHOLE),
    "price": ("price_gross", FRACTION),
    "status": ("", WHOLE),
    "visibility": ("visibility", WHOLE),
    "type_id": ("type", TEXT),
    "created_at": ("", TEXT),
    "updated_at": ("", TEXT),
    "weight": ("weight", FRACTION),
}
PRODUCT_PARTS: Final = ("extension_attributes", "custom_attributes")
PRODUCT_LISTS: Final = ("product_links", "options", "media_gallery_entries", "tier_prices")

# Fields of extension_attributes.stock_item; all but qty are derived here, so they are read and not kept
STOCK_ITEM: Final[Mapping[str, Kind]] = {
    "qty": FRACTION, "item_id": WHOLE, "product_id": WHOLE, "stock_id": WHOLE, "is_in_stock": FLAG,
    "is_qty_decimal": FLAG, "show_default_notification_message": FLAG, "use_config_min_qty": FLAG, "min_qty": FRACTION,
    "use_config_min_sale_qty": WHOLE, "min_sale_qty": FRACTION, "use_config_max_sale_qty": FLAG,
    "max_sale_qty": FRACTION, "use_config_backorders": FLAG, "backorders": WHOLE,
    "use_config_notify_stock_qty": FLAG, "notify_stock_qty": FRACTION, "use_config_qty_increments": FLAG,
    "qty_increments": FRACTION, "use_config_enable_qty_inc": FLAG, "enable_qty_increments": FLAG,
    "use_config_manage_stock": FLAG, "manage_stock": FLAG, "low_stock_date": TEXT, "is_decimal_divided": FLAG,
    "stock_status_changed_auto": WHOLE,
}  # fmt: skip


def _as_it_is(value: Json) -> Json:
    return value


@dataclass(frozen=True, slots=True)
class Attribute:
    """A custom attribute that has a field of its own in the catalog."""

    field: str
    read: Callable[[Json], Json] = _as_it_is


ATTRIBUTES: Final[Mapping[str, Attribute]] = {
    "description": Attribute("description"),
    "short_description": Attribute("short_description"),
    "url_key": Attribute("url_key"),
    "meta_title": Attribute("meta_title"),
    "meta_keyword": Attribute("meta_keyword"),
    "meta_description": Attribute("meta_description"),
    "special_price": Attribute("special_price", coercion.amount),
    "special_from_date": Attribute("special_from", coercion.moment),
    "special_to_date": Attribute("special_to", coercion.moment),
    "cost": Attribute("cost", coercion.amount),
}
IGNORED_ATTRIBUTES: Final = frozenset({"sku", "tax_class_id", "tier_price"})

# Field of a category -> (field of the entity, "" when it is derived or has a rule of its own; its type)
CATEGORY: Final[Mapping[str, tuple[str, Kind]]] = {
    "id": ("", WHOLE),
    "parent_id": ("", WHOLE),
    "name": ("name", TEXT),
    "is_active": ("active", FLAG),
    "position": ("position", WHOLE),
    "level": ("", WHOLE),
    "children": ("", TEXT),
    "created_at": ("", TEXT),
    "updated_at": ("", TEXT),
    "path": ("", TEXT),
    "include_in_menu": ("in_menu", FLAG),
    "product_count": ("", WHOLE),
}
CATEGORY_REQUIRED: Final = ("name",)
CATEGORY_CLEARED: Final = frozenset({"name", "is_active", "include_in_menu"})  # null means the inherited value
CATEGORY_ATTRIBUTES: Final[Mapping[str, Attribute]] = {
    "description": Attribute("description"),
    "meta_title": Attribute("meta_title"),
    "meta_keywords": Attribute("keywords"),
    "meta_description": Attribute("meta_description"),
}
CATEGORY_DERIVED: Final = frozenset({"path", "level", "children", "children_count", "path_in_store", "all_children"})

# Field of an attribute -> (field of the entity, "" when it is derived or a name; its type)
ATTRIBUTE: Final[Mapping[str, tuple[str, Kind]]] = {
    "attribute_id": ("", WHOLE),
    "attribute_code": ("", TEXT),
    "entity_type_id": ("", TEXT),
    "is_user_defined": ("", FLAG),
    "backend_type": ("", TEXT),
    "backend_model": ("", TEXT),
    "source_model": ("", TEXT),
    "default_frontend_label": ("label", TEXT),
    "frontend_input": ("type", TEXT),
    "scope": ("height", TEXT),
    "is_required": ("required", FLAG),
    "is_unique": ("unique_values", FLAG),
    "position": ("position", WHOLE),
}
# What an attribute is told beside, of no meaning to this catalog: it is shown as it was sent
ATTRIBUTE_BESIDE: Final[Mapping[str, Kind]] = {
    "is_visible": FLAG, "is_filterable": FLAG, "is_filterable_in_search": FLAG, "is_searchable": FLAG,
    "is_comparable": FLAG, "is_used_for_promo_rules": FLAG, "is_visible_on_front": FLAG,
    "is_visible_in_advanced_search": FLAG, "is_wysiwyg_enabled": FLAG, "is_html_allowed_on_front": FLAG,
    "is_used_in_grid": FLAG, "is_visible_in_grid": FLAG, "is_filterable_in_grid": FLAG, "used_for_sort_by": FLAG,
    "used_in_product_listing": FLAG, "note": TEXT, "default_value": TEXT, "frontend_class": TEXT,
}  # fmt: skip
ATTRIBUTE_LISTS: Final = ("frontend_labels", "apply_to", "validation_rules")
INPUTS: Final = frozenset({
    "text", "textarea", "texteditor", "pagebuilder", "date", "datetime", "boolean", "select", "multiselect", "price",
    "weight", "weee", "media_image", "gallery", "swatch_visual", "swatch_text",
})  # fmt: skip
HEIGHTS: Final = frozenset({"global", "website", "store"})
# Members of a product that are no attributes, whose names no attribute can have
RESERVED_CODES: Final = frozenset({"id", "attribute_set_id", "type_id", *PRODUCT_PARTS, *PRODUCT_LISTS})
# Attributes that every product has: nobody changes or deletes one
SYSTEM_CODES: Final = frozenset({
    *ATTRIBUTES, "tier_price", "category_ids", "media_gallery", "tax_class_id", "quantity_and_stock_status",
}) | (PRODUCT.keys() - RESERVED_CODES)  # fmt: skip

TAX_CLASS: Final = 3  # "Retail Customer", which every group of customers is in
# Groups of customers, which this catalog does not keep: those that Magento begins with, and all of them
ALL_GROUPS: Final = 32000
CUSTOMER_GROUPS: Final = {"NOT LOGGED IN": 0, "General": 1, "Wholesale": 2, "Retailer": 3, "ALL GROUPS": ALL_GROUPS}

STATUSES: Final = {1: True, 2: False}  # enabled, disabled

# Field of the entity -> how Magento names it in an error
OF_FIELD: Final[Mapping[str, str]] = {
    **{field: name for name, (field, _) in PRODUCT.items() if field},
    **{attribute.field: name for name, attribute in ATTRIBUTES.items()},
    "sku": "sku",
    "active": "status",
    "stock": "qty",
    "attribute_set": "attribute_set_id",
    "categories": "category_links",
    "websites": "website_ids",
    "custom_fields": "custom_attributes",
    "in_menu": "include_in_menu",
    "keywords": "meta_keywords",
    "parent": "parent_id",
    "linked_product": "linked_product_sku",
    "customer_group": "customer_group_id",
    "quantity": "qty",
    "value": "value",
    "value_type": "price_type",
}
LABELS: Final[Mapping[str, str]] = {"sku": "sku", "name": "Product Name", "price": "Price"}
CATEGORY_LABELS: Final[Mapping[str, str]] = {"name": "Name"}

_UPPER: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")


def snake_case(name: str) -> str:
    """camelCase is the same name (contract 2.2)."""
    return _UPPER.sub(r"_\1", name).lower() if not name.islower() else name


def by_name(variable: str) -> str:
    """The bulk form of a path variable: `:entryId` is `byEntryId` (contract 4)."""
    return f"by{variable[:1].upper()}{variable[1:]}"
