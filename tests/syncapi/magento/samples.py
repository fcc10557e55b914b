"""A good call of every route, and a catalog in which each of them succeeds."""

from __future__ import annotations

from typing import Any

from catalog.models import (
    Attribute,
    AttributeOption,
    Category,
    Media,
    Product,
    ProductCategory,
    ProductLink,
    ProductMedia,
)
from syncapi.magento.routes import Form, Route
from tests.syncapi.magento.conftest import BAG, OTHER_BAG
from tests.syncapi.magento.scenes import entry

NUMBER = 7700
VARIABLES: dict[str, Any] = {
    "sku": BAG,
    "productSku": BAG,
    "entryId": NUMBER,
    "id": NUMBER,
    "categoryId": NUMBER,
    "type": "related",
    "linkedProductSku": OTHER_BAG,
    "websiteId": 2,
    "itemId": 1,
    "attributeCode": "colour",
    "optionId": NUMBER,
    "sourceCode": "default",
    "groupId": 1,
    "attributeSetId": 4,
    "bulkUuid": "00000000-0000-0000-0000-000000000000",
    "status": 1,
}
_PRODUCT = {"product": {"sku": BAG, "price": 1}}
_CATEGORY_LINK = {"productLink": {"sku": BAG, "category_id": NUMBER, "position": 1}}
_WEBSITE_LINK = {"productWebsiteLink": {"sku": BAG, "website_id": 2}}
_LINK = {"sku": BAG, "link_type": "upsell", "linked_product_sku": OTHER_BAG, "position": 1}
_PRICES = {"prices": [{"sku": BAG, "store_id": 0, "price": 5}]}
_TIER_PRICES = {
    "prices": [
        {"sku": BAG, "website_id": 0, "customer_group": "General", "quantity": 2, "price": 5, "price_type": "fixed"}
    ]
}
BODIES: dict[str, Any] = {
    "POST products": _PRODUCT,
    "PUT products/:sku": _PRODUCT,
    "POST products/:sku/media": {"entry": entry()},
    "PUT products/:sku/media/:entryId": {"entry": {"id": NUMBER, "label": "new"}},
    "POST categories": {"category": {"name": "New", "parent_id": 2}},
    "PUT categories/:id": {"category": {"id": NUMBER, "name": "Changed"}},
    "PUT categories/:categoryId/move": {"parentId": 1},
    "POST categories/:categoryId/products": _CATEGORY_LINK,
    "PUT categories/:categoryId/products": _CATEGORY_LINK,
    "POST products/:sku/links": {"items": [_LINK]},
    "PUT products/:sku/links": {"entity": _LINK},
    "POST products/:sku/websites": _WEBSITE_LINK,
    "PUT products/:sku/websites": _WEBSITE_LINK,
    "PUT products/:productSku/stockItems/:itemId": {"stockItem": {"qty": 5}},
    "POST inventory/source-items": {"sourceItems": [{"sku": BAG, "source_code": "default", "quantity": 5}]},
    "POST inventory/source-items-delete": {"sourceItems": [{"sku": BAG, "source_code": "default"}]},
    "POST products/base-prices": _PRICES,
    "POST products/special-price": _PRICES,
    "POST products/special-price-delete": {"prices": [{"sku": BAG, "store_id": 0}]},
    "POST products/attributes": {
        "attribute": {
            "attribute_code": "fabric",
            "frontend_input": "select",
            "default_frontend_label": "Fabric",
            "is_searchable": True,
            "frontend_labels": [{"store_id": 2, "label": "Tissu"}],
            "options": [{"label": "Silk", "sort_order": 1, "store_labels": [{"store_id": 2, "label": "Soie"}]}],
        }
    },
    "PUT products/attributes/:attributeCode": {
        "attribute": {"attribute_code": "colour", "is_required": "1", "options": [{"label": "Red", "value": "7700"}]}
    },
    "POST products/attributes/:attributeCode/options": {"option": {"label": "Green", "is_default": False}},
    "PUT products/attributes/:attributeCode/options/:optionId": {"option": {"label": "Red", "sort_order": 3}},
    "POST products/attribute-sets/attributes": {
        "attributeSetId": 4,
        "attributeGroupId": 7,
        "attributeCode": "colour",
        "sortOrder": 1,
    },
    "POST products/tier-prices": _TIER_PRICES,
    "PUT products/tier-prices": _TIER_PRICES,
    "POST products/tier-prices-delete": _TIER_PRICES,
    "POST products/tier-prices-information": {"skus": [BAG]},
    "POST products/base-prices-information": {"skus": [BAG]},
    "POST products/special-price-information": {"skus": [BAG]},
}
SEARCHES = frozenset({
    "products", "categories/list", "products/attributes", "products/attribute-sets/sets/list", "bulk",
    "eav/attribute-sets/list", "inventory/source-items", "inventory/sources", "customerGroups/search",
})  # fmt: skip


def furnish() -> None:
    """Beside the two products: a category, an entry, an option and a link, each with NUMBER or between the two."""
    bag, other = Product.objects.get(sku=BAG), Product.objects.get(sku=OTHER_BAG)
    category = Category.objects.create(number=NUMBER, name="Bags", parent=Category.objects.get(number=2))
    ProductCategory.objects.create(product=bag, category=category)
    media = Media.objects.create(content_hash="0" * 64, file_name="old.png")
    ProductMedia.objects.create(number=NUMBER, product=bag, media=media, types=[])
    ProductLink.objects.create(product=bag, linked_product=other, type="related")
    colour = Attribute.objects.create(code="colour", label="Colour", type="select")
    AttributeOption.objects.create(number=NUMBER, attribute=colour, label="Blue")


def path(route: Route, form: Form = Form.SYNC) -> str:
    parts = (str(VARIABLES[part[1:]]) if part[0] == ":" else part for part in route.segments(form))
    query = "?searchCriteria=" if route.method == "GET" and route.path in SEARCHES else ""
    return "/".join(parts) + query


def body(route: Route, form: Form = Form.SYNC) -> Any:
    single = BODIES.get(route.kind)
    if form is not Form.BULK:
        return single
    return [{**VARIABLES, **(single or {})}]
