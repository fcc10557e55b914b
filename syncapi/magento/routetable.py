"""The one table of Magento's routes. What writes is declared once and has its sync, async and bulk form by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from syncapi.magento import parsing, pricelists, reading, views
from syncapi.magento.names import (
    ATTRIBUTE_LIST,
    ATTRIBUTE_SETS,
    BULKS,
    CATALOG,
    CATEGORIES,
    GROUPS,
    SOURCES,
    STOCK,
    STORES,
)
from syncapi.magento.parsing import prices, tier_prices
from syncapi.magento.routes import Listed, Route, Shows, View, WriteRoute

_API: Final = "Magento\\Catalog\\Api\\"
_SAVE: Final = ("catalog.add_product", "catalog.change_product")
_CHANGE: Final = ("catalog.change_product",)


def _gets(resource: str, right: str, views: Mapping[str, View]) -> Iterator[Route]:
    """What reads, by path: all that one right lets in to."""
    for path, view in views.items():
        yield Route(method="GET", path=path, resource=resource, rights=(right,), view=view)


READS: Final = (
    *_gets(CATALOG, "catalog.view_product", {
        "products": reading.product_list,
        "products/types": reading.product_types,
        "products/links/types": reading.link_types,
        "products/:sku": reading.product,
        "products/:sku/media": reading.entry_list,
        "products/:sku/media/:entryId": reading.entry,
        "products/:sku/links/:type": reading.links,
        "categories/:categoryId/products": reading.category_products,
    }),
    *_gets(STOCK, "catalog.view_product", {
        "stockItems/:productSku": reading.stock_item,
        "stockStatuses/:productSku": reading.stock_status,
    }),
    *_gets(SOURCES, "catalog.view_product", {
        "inventory/source-items": reading.source_items,
        "inventory/sources": reading.inventory_sources,
        "inventory/sources/:sourceCode": reading.inventory_source,
    }),
    *_gets(GROUPS, "catalog.view_product", {
        "customerGroups/search": reading.customer_groups,
        "customerGroups/:groupId": reading.customer_group,
    }),
    *_gets(CATEGORIES, "catalog.view_category", {
        "categories": reading.category_tree,
        "categories/list": reading.category_list,
        "categories/:categoryId": reading.category,
    }),
    *_gets(STORES, "catalog.view_store", {
        "store/storeViews": reading.store_views,
        "store/websites": reading.websites,
        "store/storeGroups": reading.store_groups,
        "store/storeConfigs": reading.store_configs,
    }),
    *_gets(ATTRIBUTE_LIST, "catalog.view_attribute", {
        "products/attributes": reading.attribute_list,
        "products/attributes/:attributeCode": reading.attribute,
        "products/attributes/:attributeCode/options": reading.attribute_options,
        "products/attribute-sets/:attributeSetId/attributes": reading.attributes_in_set,
    }),
    *_gets(ATTRIBUTE_SETS, "catalog.view_attributeset", {
        "products/attribute-sets/sets/list": reading.attribute_sets,
        "products/attribute-sets/:attributeSetId": reading.attribute_set,
        "eav/attribute-sets/list": reading.attribute_sets,
        "eav/attribute-sets/:attributeSetId": reading.attribute_set,
    }),
    *_gets(BULKS, "asyncops.view_operation", {
        "bulk": views.bulk_search,
        "bulk/:bulkUuid/status": views.bulk_status,
        "bulk/:bulkUuid/detailed-status": views.bulk_detailed_status,
        "bulk/:bulkUuid/operation-status/:status": views.bulk_operation_status,
    }),
    *(  # a list of SKUs is too long for a query string
        Route(method="POST", path=path, resource=CATALOG, rights=("catalog.view_product",), view=view)
        for path, view in (
            ("products/base-prices-information", reading.base_prices),
            ("products/special-price-information", reading.special_prices),
            ("products/tier-prices-information", reading.tier_prices),
        )
    ),
)  # fmt: skip
PRODUCTS: Final = (
    WriteRoute(
        method="POST",
        path="products",
        resource=CATALOG,
        rights=_SAVE,
        service=(f"{_API}ProductRepositoryInterface", "save"),
        entity="product",
        dto="product",
        parse=parsing.save_product,
    ),
    WriteRoute(
        method="PUT",
        path="products/:sku",
        resource=CATALOG,
        rights=_SAVE,
        service=(f"{_API}ProductRepositoryInterface", "save"),
        entity="product",
        dto="product",
        parse=parsing.save_product,
    ),
    WriteRoute(
        method="DELETE",
        path="products/:sku",
        resource=CATALOG,
        rights=("catalog.delete_product",),
        service=(f"{_API}ProductRepositoryInterface", "deleteById"),
        entity="product",
        parse=parsing.delete_product,
    ),
)
MEDIA: Final = (
    WriteRoute(
        method="POST",
        path="products/:sku/media",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductAttributeMediaGalleryManagementInterface", "create"),
        entity="product_media",
        parse=parsing.create_entry,
        shows=Shows.NUMBER,
    ),
    WriteRoute(
        method="PUT",
        path="products/:sku/media/:entryId",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductAttributeMediaGalleryManagementInterface", "update"),
        entity="product_media",
        parse=parsing.update_entry,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="DELETE",
        path="products/:sku/media/:entryId",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductAttributeMediaGalleryManagementInterface", "remove"),
        entity="product",
        parse=parsing.delete_entry,
        shows=Shows.TRUE,
    ),
)
CATEGORY_ROUTES: Final = (
    WriteRoute(
        method="POST",
        path="categories",
        resource=CATEGORIES,
        rights=("catalog.add_category", "catalog.change_category"),
        service=(f"{_API}CategoryRepositoryInterface", "save"),
        entity="category",
        dto="category",
        dto_key="id",
        parse=parsing.save_category,
    ),
    WriteRoute(
        method="PUT",
        path="categories/:id",
        resource=CATEGORIES,
        rights=("catalog.change_category",),
        service=(f"{_API}CategoryRepositoryInterface", "save"),
        entity="category",
        dto="category",
        dto_key="id",
        parse=parsing.save_category,
    ),
    WriteRoute(
        method="DELETE",
        path="categories/:categoryId",
        resource=CATEGORIES,
        rights=("catalog.delete_category",),
        service=(f"{_API}CategoryRepositoryInterface", "deleteByIdentifier"),
        entity="category",
        parse=parsing.delete_category,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="PUT",
        path="categories/:categoryId/move",
        resource=CATEGORIES,
        rights=("catalog.change_category",),
        service=(f"{_API}CategoryManagementInterface", "move"),
        entity="category",
        parse=parsing.move_category,
        shows=Shows.TRUE,
    ),
    *(
        WriteRoute(
            method=method,
            path="categories/:categoryId/products",
            resource=CATEGORIES,
            rights=_CHANGE,
            service=(f"{_API}CategoryLinkRepositoryInterface", "save"),
            entity="product",
            dto="product_link",
            dto_key="category_id",
            parse=parsing.link_category,
            shows=Shows.TRUE,
        )
        for method in ("POST", "PUT")
    ),
    WriteRoute(
        method="DELETE",
        path="categories/:categoryId/products/:sku",
        resource=CATEGORIES,
        rights=_CHANGE,
        service=(f"{_API}CategoryLinkRepositoryInterface", "deleteByIds"),
        entity="product",
        parse=parsing.unlink_category,
        shows=Shows.TRUE,
    ),
)
LINKS: Final = (
    WriteRoute(
        method="POST",
        path="products/:sku/links",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductLinkManagementInterface", "setProductLinks"),
        entity="product",
        parse=parsing.set_links,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="PUT",
        path="products/:sku/links",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductLinkRepositoryInterface", "save"),
        entity="product",
        dto="entity",
        parse=parsing.save_link,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="DELETE",
        path="products/:sku/links/:type/:linkedProductSku",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductLinkRepositoryInterface", "deleteById"),
        entity="product",
        parse=parsing.remove_link,
        shows=Shows.TRUE,
    ),
    *(
        WriteRoute(
            method=method,
            path="products/:sku/websites",
            resource=CATALOG,
            rights=_CHANGE,
            service=(f"{_API}ProductWebsiteLinkRepositoryInterface", "save"),
            entity="product",
            dto="product_website_link",
            parse=parsing.link_website,
            shows=Shows.TRUE,
        )
        for method in ("POST", "PUT")
    ),
    WriteRoute(
        method="DELETE",
        path="products/:sku/websites/:websiteId",
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}ProductWebsiteLinkRepositoryInterface", "deleteById"),
        entity="product",
        parse=parsing.unlink_website,
        shows=Shows.TRUE,
    ),
)
STOCK_AND_PRICES: Final = (
    WriteRoute(
        method="PUT",
        path="products/:productSku/stockItems/:itemId",
        resource=STOCK,
        rights=_CHANGE,
        service=("Magento\\CatalogInventory\\Api\\StockRegistryInterface", "updateStockItemBySku"),
        entity="product",
        parse=parsing.save_stock,
        shows=Shows.NUMBER,
    ),
    WriteRoute(
        method="POST",
        path="inventory/source-items",
        resource=SOURCES,
        rights=_CHANGE,
        service=("Magento\\InventoryApi\\Api\\SourceItemsSaveInterface", "execute"),
        entity="product",
        parse=parsing.save_source_items,
        shows=Shows.ERRORS,
    ),
    WriteRoute(
        method="POST",
        path="inventory/source-items-delete",
        resource=SOURCES,
        rights=_CHANGE,
        service=("Magento\\InventoryApi\\Api\\SourceItemsDeleteInterface", "execute"),
        entity="product",
        parse=parsing.delete_source_items,
        shows=Shows.ERRORS,
    ),
    *(
        WriteRoute(
            method="POST",
            path=path,
            resource=CATALOG,
            rights=_CHANGE,
            service=service,
            entity="product",
            parse=parse,
            shows=Shows.ERRORS,
            listed=Listed(items=prices.entries, told=told),
        )
        for path, service, parse, told in (
            (
                "products/base-prices",
                (f"{_API}BasePriceStorageInterface", "update"),
                parsing.save_base_prices,
                pricelists.of_base_price,
            ),
            (
                "products/special-price",
                (f"{_API}SpecialPriceStorageInterface", "update"),
                parsing.save_special_prices,
                pricelists.of_special_price,
            ),
            (
                "products/special-price-delete",
                (f"{_API}SpecialPriceStorageInterface", "delete"),
                parsing.remove_special_prices,
                pricelists.of_special_price,
            ),
        )
    ),
)
TIER_PRICES: Final = tuple(
    WriteRoute(
        method=method,
        path=path,
        resource=CATALOG,
        rights=_CHANGE,
        service=(f"{_API}TierPriceStorageInterface", service),
        entity=entity,
        parse=parse,
        shows=Shows.ERRORS,
        listed=Listed(items=items, told=pricelists.of_tier_price),
    )
    for method, path, service, entity, parse, items in (
        ("POST", "products/tier-prices", "update", "tier_price", parsing.save_tier_prices, prices.entries),
        (
            "PUT",
            "products/tier-prices",
            "replace",
            "product",
            parsing.replace_tier_prices,
            tier_prices.entries_by_product,
        ),
        (
            "POST",
            "products/tier-prices-delete",
            "delete",
            "product",
            parsing.remove_tier_prices,
            tier_prices.entries_by_product,
        ),
    )
)
ATTRIBUTES: Final = (
    *(
        WriteRoute(
            method=method,
            path=path,
            resource=ATTRIBUTE_LIST,
            rights=rights,
            service=(f"{_API}ProductAttributeRepositoryInterface", "save"),
            entity="attribute",
            dto="attribute",
            dto_key="attribute_code",
            parse=parse,
        )
        for method, path, rights, parse in (
            (
                "POST",
                "products/attributes",
                ("catalog.add_attribute", "catalog.change_attribute"),
                parsing.create_attribute,
            ),
            (
                "PUT",
                "products/attributes/:attributeCode",
                ("catalog.change_attribute",),
                parsing.update_attribute,
            ),
        )
    ),
    WriteRoute(
        method="DELETE",
        path="products/attributes/:attributeCode",
        resource=ATTRIBUTE_LIST,
        rights=("catalog.delete_attribute",),
        service=(f"{_API}ProductAttributeRepositoryInterface", "deleteById"),
        entity="attribute",
        parse=parsing.delete_attribute,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="POST",
        path="products/attributes/:attributeCode/options",
        resource=ATTRIBUTE_LIST,
        rights=("catalog.add_attributeoption",),
        service=(f"{_API}ProductAttributeOptionManagementInterface", "add"),
        entity="attribute_option",
        parse=parsing.add_option,
        shows=Shows.OPTION,
    ),
    WriteRoute(
        method="PUT",
        path="products/attributes/:attributeCode/options/:optionId",
        resource=ATTRIBUTE_LIST,
        rights=("catalog.change_attributeoption",),
        service=(f"{_API}ProductAttributeOptionUpdateInterface", "update"),
        entity="attribute_option",
        parse=parsing.update_option,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="DELETE",
        path="products/attributes/:attributeCode/options/:optionId",
        resource=ATTRIBUTE_LIST,
        rights=("catalog.delete_attributeoption",),
        service=(f"{_API}ProductAttributeOptionManagementInterface", "delete"),
        entity="attribute",
        parse=parsing.delete_option,
        shows=Shows.TRUE,
    ),
    WriteRoute(
        method="POST",
        path="products/attribute-sets/attributes",
        resource=ATTRIBUTE_SETS,
        rights=("catalog.change_attributeset",),
        service=(f"{_API}ProductAttributeManagementInterface", "assign"),
        entity="attribute",
        parse=parsing.assign_attribute,
        shows=Shows.NUMBER,
    ),
)
ROUTES: Final[tuple[Route, ...]] = (
    Route(method="POST", path="integration/admin/token", is_open=True, view=views.sign_in),
    *READS,
    *PRODUCTS,
    *MEDIA,
    *CATEGORY_ROUTES,
    *LINKS,
    *STOCK_AND_PRICES,
    *TIER_PRICES,
    *ATTRIBUTES,
)
