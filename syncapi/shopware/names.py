"""The only place with Shopware's names: what it calls our entities and fields, what it demands and what it shows. Pure.

Names follow by rule: `display_type` is displayType, a reference `tax` is taxId with the association tax. Only what
does not follow the rule stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from catalog.commands import Json

NO_RECORD: Final = "0" * 32  # where clients refuse null for an id
ADDRESS_FORMAT: Final = [
    ["address/company", "symbol/dash", "address/department"],
    ["address/first_name", "address/last_name"],
    ["address/street"],
    ["address/zipcode", "symbol/space", "address/city"],
    ["address/country"],
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An entity as Shopware has it. `name` is in snake_case; in paths it is written with dashes."""

    name: str
    entity: str  # ours
    renamed: Mapping[str, str] = field(default_factory=dict)  # our field or relation -> its property
    hidden: frozenset[str] = frozenset()  # our fields and relations that Shopware does not have
    required: tuple[str, ...] = ()  # our fields that it demands of a new record
    inherited: tuple[str, ...] = ()  # of those, what a variant takes from its parent
    computed: Mapping[str, str] = field(default_factory=dict)  # property -> our derived column
    derived: Mapping[str, str] = field(
        default_factory=dict
    )  # what is searched by behind an association that is derived
    protected: frozenset[str] = frozenset()  # further properties that a client may not write
    passed_over: frozenset[str] = frozenset()  # of those, what it may send back as it was shown
    instead: Mapping[str, Json] = field(default_factory=dict)  # property -> what stands for null there, both ways
    released: frozenset[str] = frozenset()  # our entities that forbid its delete in v3, and lose the reference now
    parent: str = ""  # our reference to the record that it belongs to
    html: frozenset[str] = frozenset()  # our fields whose markup is kept
    zero: frozenset[str] = frozenset()  # properties that it always shows as 0
    nothing: frozenset[str] = frozenset()  # properties that it always shows as null
    reverse: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # read alone: association -> (entity, its ref)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMED: Final = (
    Named(
        name="tax",
        entity="tax",
        renamed={"rate": "taxRate"},
        required=("name", "rate"),
        reverse={"products": ("product", "tax")},
    ),
    Named(
        name="currency",
        entity="currency",
        required=("factor", "symbol", "iso_code", "name", "short_name"),
        protected=frozenset({"isSystemDefault"}),
        passed_over=frozenset({"isSystemDefault"}),
    ),
    Named(name="locale", entity="locale", required=("code", "name", "territory")),
    Named(
        name="language",
        entity="language",
        required=("name", "locale", "translation_code"),
        inherited=("translation_code",),
        reverse={"children": ("language", "parent")},
    ),
    Named(name="country", entity="country", required=("name",), instead={"addressFormat": ADDRESS_FORMAT}),
    Named(name="country_state", entity="country_state", required=("country", "short_code", "name"), parent="country"),
    Named(name="unit", entity="unit", required=("short_code", "name"), reverse={"products": ("product", "unit")}),
    Named(name="delivery_time", entity="delivery_time", required=("name", "min", "max", "unit")),
    Named(name="tag", entity="tag", required=("name",)),
    Named(
        name="product_manufacturer",
        entity="manufacturer",
        required=("name",),
        html=frozenset({"description"}),
        released=frozenset({"product"}),
        reverse={"products": ("product", "manufacturer")},
    ),
    Named(name="property_group", entity="property_group", required=("name",)),
    Named(
        name="property_group_option", entity="property_group_option", required=("group", "name"), parent="group"
    ),
    Named(
        name="media_folder_configuration",
        entity="media_folder_configuration",
        protected=frozenset({"mediaThumbnailSizes"}),
        nothing=frozenset({"mediaThumbnailSizes"}),
        reverse={"mediaFolders": ("media_folder", "configuration")},
    ),
    Named(
        name="media_folder",
        entity="media_folder",
        required=("name", "configuration"),
        protected=_words("defaultFolder defaultFolderId"),
        nothing=_words("defaultFolder defaultFolderId"),
        reverse={"media": ("media", "media_folder")},
    ),
    Named(
        name="media",
        entity="media",
        hidden=frozenset({"content_hash"}),
        protected=_words("mimeType fileExtension fileName fileSize uploadedAt metaData path url hasFile mediaType"),
        passed_over=_words("url hasFile mediaType"),
        nothing=frozenset({"mediaType"}),
    ),
    Named(
        name="category",
        entity="category",
        hidden=_words("in_menu position"),
        required=("name",),
        html=frozenset({"description"}),
        computed={
            "breadcrumb": "breadcrumb",
            "level": "level",
            "path": "path",
            "childCount": "child_count",
            "autoIncrement": "number",
        },
    ),
    Named(
        name="sales_channel",
        entity="sales_channel",
        required=("name", "type_id", "language", "currency", "access_key"),
        instead=dict.fromkeys(
            ("customerGroupId", "paymentMethodId", "shippingMethodId", "countryId", "navigationCategoryId"), NO_RECORD
        ),
    ),
    Named(name="rule", entity="rule", required=("name", "priority"), protected=_words("payload invalid areas"),
          nothing=_words("payload invalid areas")),
    Named(
        name="product",
        entity="product",
        renamed={"sku": "productNumber", "meta_keyword": "keywords", "variants": "children"},
        hidden=_words(
            "type attribute_set short_description url_key visibility featured new_arrival price_gross price_net"
            " price_linked prices_other list_prices purchase_prices special_price special_from special_to cost"
            " websites tier_prices links"
        ),
        required=("tax", "stock", "prices_other", "sku", "name"),
        inherited=("tax", "prices_other", "name"),
        html=frozenset({"description"}),
        computed={
            "available": "available",
            "availableStock": "available_stock",
            "childCount": "child_count",
            "autoIncrement": "number",
            "categoryTree": "category_tree",
            "categoryIds": "category_ids",
            "propertyIds": "property_ids",
            "optionIds": "option_ids",
            "tagIds": "tag_ids",
        },
        derived={"categoriesRo.id": "category_tree"},
        protected=_words("sales ratingAverage streamIds displayGroup states listingPrices cheapestPrice"),
        zero=frozenset({"sales"}),
        nothing=_words("ratingAverage streamIds states listingPrices cheapestPrice"),
    ),
    Named(name="product_media", entity="product_media", hidden=_words("label disabled types"),
          required=("product", "media"), parent="product"),
    Named(
        name="product_price",
        entity="product_price",
        hidden=_words("price_gross price_net price_linked prices_other"),
        required=("product", "rule", "prices_other", "quantity_start"),
        parent="product",
    ),
    Named(
        name="product_visibility",
        entity="product_visibility",
        required=("product", "sales_channel", "visibility"),
        parent="product",
    ),
    Named(
        name="product_configurator_setting",
        entity="product_configurator_setting",
        required=("product", "option"),
        parent="product",
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedMapping:
    """A mapping table: its key is the two foreign keys, and the records are links of ours."""

    name: str
    owner: str  # our entity that has the relation
    relation: str
    owner_id: str  # the properties
    target_id: str


MAPPINGS: Final = tuple(
    NamedMapping(name=name, owner=owner, relation=relation, owner_id=f"{owner}Id", target_id=target)
    for name, owner, relation, target in (
        ("product_category", "product", "categories", "categoryId"),
        ("product_property", "product", "properties", "optionId"),
        ("product_option", "product", "options", "optionId"),
        ("product_tag", "product", "tags", "tagId"),
        ("category_tag", "category", "tags", "tagId"),
    )
)

# many-to-many from the other side: (entity, association) -> (the mapping's relation, whose owner is linked)
BACKWARDS: Final = {
    ("category", "products"): ("product", "categories"),
    ("tag", "products"): ("product", "tags"),
    ("tag", "categories"): ("category", "tags"),
    ("property_group_option", "productProperties"): ("product", "properties"),
    ("property_group_option", "productOptions"): ("product", "options"),
}

LISTS_OF_PRICES: Final = {"product": "price", "product_price": "price"}  # the property made of the four price columns

IGNORED: Final = _words(
    "translated extensions versionId apiAlias _uniqueIdentifier createdAt updatedAt parentVersionId productVersionId"
    " categoryVersionId productManufacturerVersionId productMediaVersionId cmsPageVersionId afterCategoryVersionId"
)
LIVE_VERSION: Final = "0fa91ce3e96a4bc2be4bd9ce752c3425"
VERSIONED: Final = frozenset({"product", "category", "product_media", "product_price", "product_visibility",
                              "product_configurator_setting", "product_manufacturer"})  # fmt: skip

# names of Shopware's updaters -> the derivation of ours that does their work, as (entity, derivation)
UPDATERS: Final = {
    "product.many-to-many-id-field": ("product", "LINKS"),
    "product.category-denormalizer": ("product", "LINKS"),
    "product.child-count": ("product", "CHILDREN"),
    "product.search-keyword": ("product", "SEARCH"),
    "category.child-count": ("category", "CHILDREN"),
    "category.tree": ("category", "TREE"),
    "category.breadcrumb": ("category", "TREE"),
    "product.indexer": ("product", ""),
    "category.indexer": ("category", ""),
}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def dashed(name: str) -> str:
    return name.replace("_", "-")
