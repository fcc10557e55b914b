"""Fields by their two names: Shoptet's, and the catalog's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Of a product and of a variant (contract 4): as Shoptet calls them -> the catalog's field.
PRODUCT: Final[Mapping[str, str]] = {
    "name": "name",
    "shortDescription": "short_description",
    "description": "description",
    "metaTitle": "meta_title",
    "metaDescription": "meta_description",
    "indexName": "url_key",
}
VARIANT: Final[Mapping[str, str]] = {
    "ean": "ean",
    "weight": "weight",
    "width": "width",
    "height": "height",
    "depth": "length",
    "visible": "active",
    "manufacturerCode": "manufacturer_number",
    "price": "price_gross",
    "stock": "stock",
}
CATEGORY: Final[Mapping[str, str]] = {
    "name": "name",
    "title": "name",
    "description": "description",
    "metaTitle": "meta_title",
    "metaDescription": "meta_description",
    "priority": "position",
    "visible": "active",
}
BRAND: Final[Mapping[str, str]] = {"name": "name", "description": "description", "brandWeb": "link"}

SHOWN: Final[Mapping[str, str]] = {
    "sku": "code",
    "manufacturer": "brandCode",
    "categories": "categoryGuids",
    "parent": "parentGuid",
    **{ours: theirs for table in (CATEGORY, BRAND, VARIANT, PRODUCT) for theirs, ours in table.items()},
}
