"""The one table of Oro's types: how each is an entity of the catalog, and what it demands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.entities import ENTITIES
from catalog.registry import Document
from syncapi.oro import kinds
from syncapi.oro.kinds import Attribute, Relation, Resource, Way

MEDIA_TYPE: Final = "application/vnd.api+json"
DB_ID: Final = "dbId"  # the number, beside an external id
ATOMIC: Final = "https://jsonapi.org/ext/atomic"

# Entity -> its type. What is not here has none.
TYPES: Final = {
    "locale": "locales",
    "language": "languages",
    "website": "websites",
    "store": "stores",
    "currency": "currencies",
    "country": "countries",
    "country_state": "regions",
    "tax": "taxes",
    "unit": "units",
    "delivery_time": "deliverytimes",
    "tag": "tags",
    "media": "mediaitems",
    "manufacturer": "brands",
    "property_group": "propertygroups",
    "property_group_option": "propertyoptions",
    "attribute_set": "attributefamilies",
    "category": "categories",
    "sales_channel": "saleschannels",
    "rule": "pricelists",
    "product": "products",
    "product_media": "productimages",
    "product_price": "productprices",
    "contact": "contacts",
    "account": "accounts",
    "organization": "organizations",
    "user": "users",
}

_NOTHING: Final[frozenset[str]] = frozenset()
_STATUS: Final = Attribute(
    name="status", spec=ENTITIES["product"].by_name["active"], words={"enabled": True, "disabled": False}
)
_PRODUCT_TYPES: Final = ("simple", "configurable", "kit", "virtual", "downloadable", "grouped", "bundle")
_PRODUCT_TYPE: Final = Attribute(
    name="productType", spec=ENTITIES["product"].by_name["type"], words={name: name for name in _PRODUCT_TYPES}
)
_CURRENCY: Final = Attribute(name="currency", spec=Document(name="currency"), is_currency=True)
_EMAIL: Final = Attribute(name="primaryEmail", spec=ENTITIES["contact"].by_name["primary_email"], is_email=True)
_UNIT: Final = Relation(name="unit", type="units", way=Way.NONE, writable=False)
_CREATOR: Final = {
    "owner": Relation(name="owner", type="users", way=Way.REF, source="owner", writable=False),
    "organization": Relation(
        name="organization", type="organizations", way=Way.REF, source="organization", writable=False
    ),
}
_NOBODY: Final = {
    "owner": Relation(name="owner", type="users", way=Way.NONE, writable=False),
    "organization": Relation(name="organization", type="organizations", way=Way.NONE, writable=False),
}


def _resource(
    entity: str,
    *,
    required: tuple[str, ...] = (),
    either: tuple[str, ...] = (),
    renamed: Mapping[str, str] | None = None,
    hidden: frozenset[str] = _NOTHING,
    more: Mapping[str, Attribute] | None = None,
    related: Mapping[str, Relation] | None = None,
    external: str = "",
    writable: bool = True,
) -> Resource:
    spec, names = ENTITIES[entity], renamed or {}
    return Resource(
        type=TYPES[entity],
        entity=entity,
        attributes=kinds.attributes(spec, names, hidden) | dict(more or {}) | (kinds.TIMES if writable else {}),
        relations=kinds.relations(spec, TYPES, names, hidden) | dict(related or {}),
        required=required,
        either=either,
        external=external,
        creates=writable,
        updates=writable,
        deletes=writable,
    )


_TABLE: Final = (
    _resource("account", required=("name",), related=_CREATOR),
    _resource(
        "contact",
        either=("firstName", "lastName"),
        hidden=frozenset({"primary_email"}),
        more={"primaryEmail": _EMAIL},
        related=_CREATOR
        | {"accounts": Relation(name="accounts", type="accounts", way=Way.REVERSE, source="contacts", many=True)},
    ),
    _resource(
        "product",
        required=("sku", "name"),
        renamed={"price_gross": "price", "manufacturer": "brand", "media": "images",
                 "attribute_set": "attributeFamily"},
        hidden=frozenset({"active", "type"}),
        more={"productType": _PRODUCT_TYPE, "status": _STATUS},
        related=_NOBODY
        | {"category": Relation(name="category", type="categories", way=Way.FIRST, source="categories")},
        external="sku",
    ),
    _resource(
        "category",
        required=("title",),
        # no attribute may be called "type"
        renamed={"name": "title", "parent": "parentCategory", "type": "categoryType"},
        related={
            "products": Relation(
                name="products", type="products", way=Way.REVERSE, source="categories", many=True, linked=False
            )
        },
    ),
    _resource(
        "product_price",
        required=("product", "priceList", "quantity", "value"),
        renamed={"rule": "priceList", "quantity_start": "quantity", "price_gross": "value"},
        more={"currency": _CURRENCY},
        related={"unit": _UNIT},
    ),
    Resource(
        type="inventorylevels",
        entity="product",
        attributes={"quantity": Attribute(name="quantity", spec=ENTITIES["product"].by_name["stock"])},
        relations={"product": Relation(name="product", type="products", way=Way.SELF, writable=False)},
        external="sku",
        creates=False,
        deletes=False,
    ),
    _resource("manufacturer", required=("name",)),
    _resource("tax", required=("name", "rate")),
    _resource("unit", required=("shortCode", "name")),
    _resource("delivery_time", required=("name", "min", "max", "unit")),
    _resource("tag", required=("name",)),
    _resource("media"),
    _resource("property_group", required=("name",)),
    _resource("property_group_option", required=("group", "name")),
    _resource("attribute_set", required=("name",)),
    _resource("rule", required=("name",)),
    _resource("product_media", required=("product", "mediaItem"), renamed={"media": "mediaItem"}),
    _resource("currency", required=("isoCode", "name", "shortName", "symbol", "factor")),
    _resource("country", required=("name",)),
    _resource("country_state", required=("country", "shortCode", "name")),
    _resource("locale", required=("code", "name", "territory")),
    _resource("language", required=("name", "locale"), hidden=frozenset({"translation_code"})),
    _resource("website", required=("code", "name")),
    _resource("store", required=("code", "name", "website", "language")),
    _resource("sales_channel", required=("name",)),
    _resource("organization", writable=False),
    _resource("user", writable=False),
)  # fmt: skip
RESOURCES: Final[Mapping[str, Resource]] = {resource.type: resource for resource in _TABLE}

OPERATIONS: Final = "asyncoperations"
ATOMIC_PATH: Final = "operations"
CLAIMED: Final = frozenset({*RESOURCES, OPERATIONS, ATOMIC_PATH})
