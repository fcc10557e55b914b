"""The one table of all entities: read it and you know what can be written. Free of dialects and of Django."""

from __future__ import annotations

from typing import Final

from catalog.registry import (
    Children,
    Document,
    EntitySpec,
    Flag,
    Height,
    Identifier,
    Integer,
    Links,
    Moment,
    NaturalKey,
    Number,
    Ref,
    Text,
    folded,
)

STORE, WEBSITE = Height.STORE, Height.WEBSITE
SYSTEM_LANGUAGE = "2fbb5fe2-e29a-4d70-aa58-54ce7ce3e20b"
SYSTEM_CURRENCY = "b7d2554b-0ce8-47cd-82f3-ac9bd1c0dfca"
NET_OF_GROSS = "round({price_gross} / (1 + coalesce((SELECT rate FROM catalog_tax WHERE id = {tax_id}), 0) / 100), 6)"
CUSTOM_FIELDS = Document(name="custom_fields", nullable=False, merged=True, height=STORE)


def _name(limit: int = 255) -> Text:
    return Text(name="name", nullable=False, max_length=limit)


def _translated_name() -> Text:
    return Text(name="name", nullable=False, translated=True)


def _code(name: str = "code", limit: int = 255) -> Text:
    return Text(name=name, nullable=False, max_length=limit)


def _long(name: str) -> Text:
    return Text(name=name, max_length=None)


def _position(default_name: str = "position") -> Integer:
    return Integer(name=default_name, nullable=False)


def _flags(*names: str) -> tuple[Flag, ...]:
    return tuple(Flag(name=name, nullable=False) for name in names)


def _by(*fields: str, unique: bool = True) -> NaturalKey:
    return NaturalKey(fields=fields, column=fields[0] if len(fields) == 1 else "", unique=unique)


LOCALE = EntitySpec(
    name="locale",
    model="catalog.Locale",
    keys=(_by("code"),),
    fields=(
        _code(),
        _translated_name(),
        Text(name="territory", nullable=False, translated=True),
        CUSTOM_FIELDS,
    ),
)

LANGUAGE = EntitySpec(
    name="language",
    model="catalog.Language",
    protected=(SYSTEM_LANGUAGE,),
    lookups={
        "code": "SELECT l.code, t.id FROM catalog_language t JOIN catalog_locale l ON l.id = t.translation_code_id",
        # "de": the oldest language whose locale begins so
        "short_code": """SELECT DISTINCT ON (1) split_part(l.code, '-', 1), t.id
                           FROM catalog_language t JOIN catalog_locale l ON l.id = t.translation_code_id
                          ORDER BY 1, t.number""",
    },
    fields=(
        _name(),
        Ref(name="locale", entity="locale", nullable=False),
        Ref(name="translation_code", entity="locale"),
        Ref(name="parent", entity="language", tree=True, flat=True),
        CUSTOM_FIELDS,
    ),
)

WEBSITE_ENTITY = EntitySpec(
    name="website",
    model="catalog.Website",
    keys=(_by("code"),),
    fields=(_code(limit=32), _name(), CUSTOM_FIELDS),
)

STORE_GROUP = EntitySpec(
    name="store_group",
    model="catalog.StoreGroup",
    keys=(_by("code"),),
    fields=(
        _code(limit=32),
        _name(),
        Ref(name="website", entity="website", nullable=False),
        Ref(name="root_category", entity="category"),
        CUSTOM_FIELDS,
    ),
)

STORE_ENTITY = EntitySpec(
    name="store",
    model="catalog.Store",
    keys=(_by("code"),),
    fields=(
        _code(limit=32),
        _name(),
        Ref(name="website", entity="website", nullable=False),
        Ref(name="group", entity="store_group"),
        Ref(name="language", entity="language", nullable=False),
        *_flags("active"),
        CUSTOM_FIELDS,
    ),
)

CURRENCY = EntitySpec(
    name="currency",
    model="catalog.Currency",
    keys=(_by("iso_code"),),
    protected=(SYSTEM_CURRENCY,),
    fields=(
        _code("iso_code", limit=3),
        _translated_name(),
        Text(name="short_name", nullable=False, translated=True),
        Text(name="symbol", nullable=False),
        Number(name="factor", nullable=False),
        Integer(name="decimal_precision", nullable=False, minimum=0),
        Document(name="item_rounding"),
        Document(name="total_rounding"),
        Number(name="tax_free_from"),
        _position(),
        CUSTOM_FIELDS,
    ),
)

COUNTRY = EntitySpec(
    name="country",
    model="catalog.Country",
    children=(Children(name="states", entity="country_state", field="country"),),
    fields=(
        _translated_name(),
        Text(name="iso"),
        Text(name="iso3"),
        _position(),
        *_flags(
            "active", "shipping_available", "display_state_in_registration", "force_state_in_registration",
            "check_vat_id_pattern", "vat_id_required", "postal_code_required", "check_postal_code_pattern",
            "check_advanced_postal_code_pattern", "is_eu", "tax_free", "company_tax_free",
        ),
        Text(name="vat_id_pattern"),
        Text(name="advanced_postal_code_pattern"),
        Text(name="default_postal_code_pattern"),
        Document(name="customer_tax"),
        Document(name="company_tax"),
        Document(name="address_format", array=True, translated=True),
        CUSTOM_FIELDS,
    ),
)  # fmt: skip

COUNTRY_STATE = EntitySpec(
    name="country_state",
    model="catalog.CountryState",
    fields=(
        Ref(name="country", entity="country", nullable=False),
        Text(name="short_code", nullable=False),
        _translated_name(),
        _position(),
        *_flags("active"),
        CUSTOM_FIELDS,
    ),
)

TAX = EntitySpec(
    name="tax",
    model="catalog.Tax",
    fields=(
        _name(),
        Number(name="rate", nullable=False, minimum=0, maximum=1000),
        _position(),
        CUSTOM_FIELDS,
    ),
)

UNIT = EntitySpec(
    name="unit",
    model="catalog.Unit",
    fields=(Text(name="short_code", nullable=False, translated=True), _translated_name(), CUSTOM_FIELDS),
)

DELIVERY_TIME = EntitySpec(
    name="delivery_time",
    model="catalog.DeliveryTime",
    fields=(
        _translated_name(),
        Integer(name="min", nullable=False, minimum=0),
        Integer(name="max", nullable=False, minimum=0),
        Text(name="unit", nullable=False, max_length=16, choices=("hour", "day", "week", "month", "year")),
        CUSTOM_FIELDS,
    ),
)

TAG = EntitySpec(name="tag", model="catalog.Tag", fields=(_name(), CUSTOM_FIELDS))

MEDIA_FOLDER_CONFIGURATION = EntitySpec(
    name="media_folder_configuration",
    model="catalog.MediaFolderConfiguration",
    fields=(
        *_flags("create_thumbnails", "keep_aspect_ratio", "private"),
        Integer(name="thumbnail_quality", nullable=False, minimum=0, maximum=100),
        Flag(name="no_association"),
        CUSTOM_FIELDS,
    ),
)

MEDIA_FOLDER = EntitySpec(
    name="media_folder",
    model="catalog.MediaFolder",
    children=(Children(name="children", entity="media_folder", field="parent"),),
    fields=(
        _name(),
        Ref(name="parent", entity="media_folder", tree=True),
        Ref(name="configuration", entity="media_folder_configuration", nullable=False),
        *_flags("use_parent_configuration"),
        CUSTOM_FIELDS,
    ),
)

MEDIA = EntitySpec(
    name="media",
    model="catalog.Media",
    keys=(_by("content_hash", unique=False),),
    fields=(
        Ref(name="media_folder", entity="media_folder"),
        *_flags("private"),
        Text(name="title", translated=True),
        Text(name="alt", max_length=None, translated=True),
        Text(name="mime_type"),
        Text(name="file_extension"),
        Text(name="file_name"),
        Integer(name="file_size", minimum=0, maximum=2**63 - 1),
        Moment(name="uploaded_at"),
        Document(name="meta_data"),
        Text(name="path", max_length=1024),
        Text(name="content_hash", max_length=64),
        CUSTOM_FIELDS,
    ),
)

# A manufacturer's code, for those who name it by one: as it was given, or made of its name.
MANUFACTURER_CODE = """coalesce({alias}.custom_fields->>'indexName',
    trim(BOTH '-' FROM regexp_replace(lower({alias}.name), '[^[:alnum:]]+', '-', 'g')))"""

MANUFACTURER = EntitySpec(
    name="manufacturer",
    model="catalog.Manufacturer",
    lookups={
        "code": f"""SELECT DISTINCT ON (1) {MANUFACTURER_CODE.format(alias="m")}, m.id
                      FROM catalog_manufacturer m ORDER BY 1, m.number""",
    },
    fields=(
        _translated_name(),
        Text(name="description", max_length=None, translated=True),
        Text(name="link"),
        Ref(name="media", entity="media"),
        CUSTOM_FIELDS,
    ),
)

# "name" is what Shopware's own test suite writes, which keeps any text here.
_SORTINGS = ("alphanumeric", "numeric", "position", "name")

PROPERTY_GROUP = EntitySpec(
    name="property_group",
    model="catalog.PropertyGroup",
    children=(Children(name="options", entity="property_group_option", field="group"),),
    fields=(
        _translated_name(),
        Text(name="description", max_length=None, translated=True),
        Integer(name="position", nullable=False, translated=True),
        Text(name="display_type", nullable=False, max_length=16, choices=("text", "image", "media", "color", "select")),
        Text(name="sorting_type", nullable=False, max_length=16, choices=_SORTINGS),
        *_flags("filterable", "visible_on_product_detail_page"),
        CUSTOM_FIELDS,
    ),
)

PROPERTY_GROUP_OPTION = EntitySpec(
    name="property_group_option",
    model="catalog.PropertyGroupOption",
    keys=(_by("group", "name", unique=False),),
    fields=(
        Ref(name="group", entity="property_group", nullable=False),
        _translated_name(),
        Integer(name="position", nullable=False, translated=True),
        Text(name="color_hex_code"),
        Ref(name="media", entity="media"),
        CUSTOM_FIELDS,
    ),
)

ATTRIBUTE_SET = EntitySpec(
    name="attribute_set",
    model="catalog.AttributeSet",
    keys=(_by("name"),),
    fields=(_name(), _position(), CUSTOM_FIELDS),
)

ATTRIBUTE = EntitySpec(
    name="attribute",
    model="catalog.Attribute",
    keys=(_by("code"),),
    children=(Children(name="options", entity="attribute_option", field="attribute"),),
    fields=(
        _code(),
        Text(name="label", nullable=False),
        Text(name="type", nullable=False, max_length=32),
        Text(name="height", nullable=False, max_length=16, choices=("global", "website", "store")),
        *_flags("required", "unique_values", "user_defined"),
        _position(),
        CUSTOM_FIELDS,
    ),
)

ATTRIBUTE_OPTION = EntitySpec(
    name="attribute_option",
    model="catalog.AttributeOption",
    lookups={  # "color/12": its attribute, and its value or else its number; "color/Red": its label
        "option": """SELECT DISTINCT ON (1) a.code || '/' || coalesce(nullif(o.value, ''), o.number::text), o.id
                       FROM catalog_attributeoption o JOIN catalog_attribute a ON a.id = o.attribute_id
                      ORDER BY 1, o.number""",
        "label": """SELECT DISTINCT ON (1) a.code || '/' || o.label, o.id
                      FROM catalog_attributeoption o JOIN catalog_attribute a ON a.id = o.attribute_id
                     ORDER BY 1, o.number""",
    },
    fields=(
        Ref(name="attribute", entity="attribute", nullable=False),
        Text(name="label", nullable=False),
        Text(name="value", nullable=False),
        _position(),
        CUSTOM_FIELDS,
    ),
)

CATEGORY = EntitySpec(
    name="category",
    model="catalog.Category",
    lookups={
        "root_of_store": """
            SELECT s.code, g.root_category_id FROM catalog_store s JOIN catalog_storegroup g ON g.id = s.group_id
             UNION ALL
            SELECT '', g.root_category_id FROM catalog_store s JOIN catalog_storegroup g ON g.id = s.group_id
             WHERE s.is_default"""
    },
    store_values="catalog.CategoryStoreValue",
    children=(Children(name="children", entity="category", field="parent"),),
    links=(Links(name="tags", entity="tag", mapping="catalog.CategoryTag", owner="category", target="tag"),),
    fields=(
        Ref(name="parent", entity="category", tree=True),
        Identifier(name="after_category_id"),
        Text(name="name", nullable=False, height=STORE, translated=True),
        Text(name="description", max_length=None, height=STORE, translated=True),
        Text(name="meta_title", max_length=None, height=STORE, translated=True),
        Text(name="meta_description", max_length=None, height=STORE, translated=True),
        Text(name="keywords", max_length=None, height=STORE, translated=True),
        Text(name="external_link", max_length=None, translated=True),
        Text(name="link_type", max_length=None, translated=True),
        Text(name="internal_link", max_length=None, translated=True),
        Flag(name="link_new_tab", translated=True),
        Text(name="type", nullable=False, max_length=32, choices=("page", "link", "folder")),
        *_flags("display_nested_products"),
        Text(name="product_assignment_type", nullable=False, max_length=32, choices=("product", "product_stream")),
        Flag(name="active", nullable=False, height=STORE),
        Flag(name="visible", nullable=False),
        Flag(name="in_menu", nullable=False, height=STORE),
        _position(),
        Ref(name="media", entity="media"),
        CUSTOM_FIELDS,
    ),
)

SALES_CHANNEL = EntitySpec(
    name="sales_channel",
    model="catalog.SalesChannel",
    fields=(
        _translated_name(),
        Identifier(name="type_id", nullable=False),
        Ref(name="language", entity="language"),
        Ref(name="currency", entity="currency"),
        Ref(name="country", entity="country"),
        Identifier(name="customer_group_id"),
        Identifier(name="payment_method_id"),
        Identifier(name="shipping_method_id"),
        Ref(name="navigation_category", entity="category"),
        Text(name="access_key", nullable=False),
        *_flags("home_enabled", "active", "maintenance"),
        Text(name="tax_calculation_type", nullable=False, max_length=32),
        Text(name="short_name"),
        Document(name="configuration"),
        CUSTOM_FIELDS,
    ),
)

RULE = EntitySpec(
    name="rule",
    model="catalog.Rule",
    fields=(
        _name(),
        Integer(name="priority", nullable=False),
        _long("description"),
        Document(name="module_types"),
        CUSTOM_FIELDS,
    ),
)

PRODUCT = EntitySpec(
    name="product",
    model="catalog.Product",
    keys=(NaturalKey(fields=("sku",), column="sku_key", fold=folded),),
    store_values="catalog.ProductStoreValue",
    fields=(
        Ref(name="parent", entity="product", tree=True, flat=True),
        _code("sku", limit=64),
        Text(name="type", nullable=False, max_length=32),
        Ref(name="attribute_set", entity="attribute_set"),
        Text(name="name", height=STORE, translated=True),
        Text(name="description", max_length=None, height=STORE, translated=True),
        Text(name="short_description", max_length=None, height=STORE),
        Text(name="url_key", height=STORE),
        Text(name="meta_title", height=STORE, translated=True),
        Text(name="meta_keyword", max_length=None, height=STORE, translated=True),
        Text(name="meta_description", max_length=1024, height=STORE, translated=True),
        Document(name="custom_search_keywords", array=True, translated=True),
        Text(name="pack_unit", translated=True),
        Text(name="pack_unit_plural", translated=True),
        Flag(name="active", nullable=False, height=WEBSITE),
        Integer(name="visibility", nullable=False, minimum=1, maximum=4, height=STORE),
        *_flags("featured", "new_arrival", "is_closeout", "shipping_free", "mark_as_topseller"),
        Integer(name="stock", nullable=False),
        Integer(name="min_purchase", nullable=False, minimum=1),
        Integer(name="max_purchase"),
        Integer(name="purchase_steps", nullable=False, minimum=1),
        Integer(name="restock_time"),
        Number(name="price_gross", minimum=0, height=WEBSITE),
        Number(name="price_net", minimum=0, derived_from="price_gross", derived_sql=NET_OF_GROSS),
        Flag(name="price_linked", nullable=False),
        Document(name="prices_other", nullable=False),
        Document(name="list_prices"),
        Document(name="purchase_prices"),
        Number(name="special_price", minimum=0, height=WEBSITE),
        Moment(name="special_from", height=WEBSITE),
        Moment(name="special_to", height=WEBSITE),
        Number(name="cost", minimum=0, height=WEBSITE),
        Ref(name="tax", entity="tax"),
        Ref(name="manufacturer", entity="manufacturer"),
        Ref(name="unit", entity="unit"),
        Ref(name="delivery_time", entity="delivery_time"),
        Ref(name="cover", entity="product_media", late=True),
        Number(name="purchase_unit"),
        Number(name="reference_unit"),
        Number(name="weight", minimum=0),
        Number(name="width"),
        Number(name="height"),
        Number(name="length"),
        Text(name="ean"),
        Text(name="manufacturer_number"),
        Moment(name="release_date"),
        Document(name="variant_restrictions", array=True),
        Document(name="configurator_group_config", array=True),
        Document(name="variant_listing_config"),
        Flag(name="custom_field_set_selection_active"),
        CUSTOM_FIELDS,
    ),
    children=(
        Children(name="variants", entity="product", field="parent"),
        Children(name="media", entity="product_media", field="product"),
        Children(name="prices", entity="product_price", field="product"),
        Children(name="tier_prices", entity="tier_price", field="product"),
        Children(name="visibilities", entity="product_visibility", field="product"),
        Children(name="configurator_settings", entity="product_configurator_setting", field="product"),
        Children(name="links", entity="product_link", field="product"),
    ),
    links=(
        Links(
            name="categories",
            entity="category",
            mapping="catalog.ProductCategory",
            owner="product",
            target="category",
            columns=("position",),
        ),
        Links(
            name="websites",
            entity="website",
            mapping="catalog.ProductWebsite",
            owner="product",
            target="website",
            everywhere=True,
        ),
        Links(
            name="properties",
            entity="property_group_option",
            mapping="catalog.ProductProperty",
            owner="product",
            target="option",
        ),
        Links(
            name="options",
            entity="property_group_option",
            mapping="catalog.ProductOption",
            owner="product",
            target="option",
        ),
        Links(name="tags", entity="tag", mapping="catalog.ProductTag", owner="product", target="tag"),
    ),
)

PRODUCT_MEDIA = EntitySpec(
    name="product_media",
    model="catalog.ProductMedia",
    store_values="catalog.ProductMediaStoreValue",
    keys=(_by("product", "media", unique=False), _by("product", "number", unique=False)),
    fields=(
        Ref(name="product", entity="product", nullable=False),
        Ref(name="media", entity="media", nullable=False),
        Integer(name="position", nullable=False, height=STORE),
        Text(name="label", height=STORE),
        Flag(name="disabled", nullable=False, height=STORE),
        Document(name="types", nullable=False, array=True, exclusive_in="product"),
        CUSTOM_FIELDS,
    ),
)

PRODUCT_PRICE = EntitySpec(
    name="product_price",
    model="catalog.ProductPrice",
    keys=(_by("product", "rule", "quantity_start", unique=False),),
    fields=(
        Ref(name="product", entity="product", nullable=False),
        Ref(name="rule", entity="rule", nullable=False),
        Integer(name="quantity_start", nullable=False, minimum=1),
        Integer(name="quantity_end"),
        Number(name="price_gross", minimum=0),
        Number(name="price_net", minimum=0),
        Flag(name="price_linked", nullable=False),
        Document(name="prices_other", nullable=False),
        CUSTOM_FIELDS,
    ),
)

TIER_PRICE = EntitySpec(
    name="tier_price",
    model="catalog.TierPrice",
    keys=(_by("product", "website", "customer_group", "quantity", unique=False),),
    fields=(
        Ref(name="product", entity="product", nullable=False),
        Ref(name="website", entity="website"),
        Integer(name="customer_group", nullable=False),
        Number(name="quantity", minimum=0),
        Number(name="value", minimum=0),
        Text(name="value_type", nullable=False, max_length=16, choices=("fixed", "discount")),
        CUSTOM_FIELDS,
    ),
)

PRODUCT_VISIBILITY = EntitySpec(
    name="product_visibility",
    model="catalog.ProductVisibility",
    keys=(_by("product", "sales_channel"),),
    fields=(
        Ref(name="product", entity="product", nullable=False),
        Ref(name="sales_channel", entity="sales_channel", nullable=False),
        Integer(name="visibility", nullable=False),
        CUSTOM_FIELDS,
    ),
)

PRODUCT_CONFIGURATOR_SETTING = EntitySpec(
    name="product_configurator_setting",
    model="catalog.ProductConfiguratorSetting",
    fields=(
        Ref(name="product", entity="product", nullable=False),
        Ref(name="option", entity="property_group_option", nullable=False),
        Ref(name="media", entity="media"),
        Document(name="price"),
        _position(),
        CUSTOM_FIELDS,
    ),
)

PRODUCT_LINK = EntitySpec(
    name="product_link",
    model="catalog.ProductLink",
    keys=(_by("product", "linked_product", "type"),),
    fields=(
        Ref(name="product", entity="product", nullable=False),
        Ref(name="linked_product", entity="product", nullable=False),
        Text(name="type", nullable=False, max_length=16, choices=("related", "upsell", "crosssell", "associated")),
        _position(),
        CUSTOM_FIELDS,
    ),
)

CONTACT = EntitySpec(
    name="contact",
    model="catalog.Contact",
    fields=(
        Text(name="first_name"),
        Text(name="last_name"),
        Text(name="primary_email"),
        Text(name="primary_phone"),
        Ref(name="owner", entity="user"),
        Ref(name="organization", entity="organization"),
        CUSTOM_FIELDS,
    ),
)

ACCOUNT = EntitySpec(
    name="account",
    model="catalog.Account",
    links=(
        Links(name="contacts", entity="contact", mapping="catalog.AccountContact", owner="account", target="contact"),
    ),
    fields=(
        _name(),
        Text(name="external_id"),
        Ref(name="owner", entity="user"),
        Ref(name="organization", entity="organization"),
        Ref(name="default_contact", entity="contact"),
        Ref(name="referred_by", entity="account", tree=True),
        CUSTOM_FIELDS,
    ),
)

ORGANIZATION = EntitySpec(
    name="organization", model="catalog.Organization", keys=(_by("name"),), read_only=True, fields=(_name(),)
)

USER = EntitySpec(
    name="user",
    model="catalog.User",
    keys=(_by("username"),),
    read_only=True,
    fields=(
        _code("username", limit=150),
        Ref(name="organization", entity="organization", nullable=False),
    ),
)

ENTITIES: Final = {
    spec.name: spec
    for spec in (
        LOCALE, LANGUAGE, WEBSITE_ENTITY, STORE_GROUP, STORE_ENTITY, CURRENCY, COUNTRY, COUNTRY_STATE, TAX, UNIT,
        DELIVERY_TIME, TAG, MEDIA_FOLDER_CONFIGURATION, MEDIA_FOLDER, MEDIA, MANUFACTURER,
        PROPERTY_GROUP, PROPERTY_GROUP_OPTION, ATTRIBUTE_SET, ATTRIBUTE,
        ATTRIBUTE_OPTION, CATEGORY, SALES_CHANNEL, RULE, PRODUCT, PRODUCT_MEDIA, PRODUCT_PRICE, TIER_PRICE,
        PRODUCT_VISIBILITY, PRODUCT_CONFIGURATOR_SETTING, PRODUCT_LINK, CONTACT, ACCOUNT, ORGANIZATION, USER,
    )
}  # fmt: skip
