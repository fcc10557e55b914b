"""The one table of all entities: read it and you know what can be written. Free of dialects and of Django."""

from __future__ import annotations

from typing import Final

from catalog.registry import (
    Document,
    EntitySpec,
    Flag,
    Height,
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
NET_OF_GROSS = "round({price_gross} / (1 + coalesce((SELECT rate FROM catalog_tax WHERE id = {tax_id}), 0) / 100), 6)"
CUSTOM_FIELDS = Document(name="custom_fields", nullable=False, merged=True, height=STORE)

LOCALE = EntitySpec(
    name="locale",
    model="catalog.Locale",
    key=NaturalKey(field="code", column="code"),
    fields=(
        Text(name="code", nullable=False),
        Text(name="name", nullable=False),
        Text(name="territory", nullable=False),
        CUSTOM_FIELDS,
    ),
)

LANGUAGE = EntitySpec(
    name="language",
    model="catalog.Language",
    protected=("2fbb5fe2-e29a-4d70-aa58-54ce7ce3e20b",),
    fields=(
        Text(name="name", nullable=False),
        Ref(name="locale", entity="locale", nullable=False),
        Ref(name="translation_code", entity="locale"),
        Ref(name="parent", entity="language"),
        CUSTOM_FIELDS,
    ),
)

WEBSITE_ENTITY = EntitySpec(
    name="website",
    model="catalog.Website",
    key=NaturalKey(field="code", column="code"),
    fields=(
        Text(name="code", nullable=False, max_length=32),
        Text(name="name", nullable=False),
        CUSTOM_FIELDS,
    ),
)

STORE_ENTITY = EntitySpec(
    name="store",
    model="catalog.Store",
    key=NaturalKey(field="code", column="code"),
    fields=(
        Text(name="code", nullable=False, max_length=32),
        Text(name="name", nullable=False),
        Ref(name="website", entity="website", nullable=False),
        Ref(name="language", entity="language", nullable=False),
        Flag(name="active", nullable=False),
        CUSTOM_FIELDS,
    ),
)

CURRENCY = EntitySpec(
    name="currency",
    model="catalog.Currency",
    key=NaturalKey(field="iso_code", column="iso_code"),
    protected=("b7d2554b-0ce8-47cd-82f3-ac9bd1c0dfca",),
    fields=(
        Text(name="iso_code", nullable=False, max_length=3),
        Text(name="name", nullable=False),
        Text(name="short_name", nullable=False),
        Text(name="symbol", nullable=False),
        Number(name="factor", nullable=False),
        Integer(name="decimal_precision", nullable=False, minimum=0),
        Integer(name="position", nullable=False),
        CUSTOM_FIELDS,
    ),
)

TAX = EntitySpec(
    name="tax",
    model="catalog.Tax",
    fields=(
        Text(name="name", nullable=False),
        Number(name="rate", nullable=False, minimum=0, maximum=1000),
        Integer(name="position", nullable=False),
        CUSTOM_FIELDS,
    ),
)

CATEGORY = EntitySpec(
    name="category",
    model="catalog.Category",
    fields=(
        Ref(name="parent", entity="category"),
        Text(name="name", nullable=False),
        Text(name="description", max_length=None),
        Flag(name="active", nullable=False),
        Integer(name="position", nullable=False),
        CUSTOM_FIELDS,
    ),
)

ATTRIBUTE_SET = EntitySpec(
    name="attribute_set",
    model="catalog.AttributeSet",
    key=NaturalKey(field="name", column="name"),
    fields=(Text(name="name", nullable=False), Integer(name="position", nullable=False), CUSTOM_FIELDS),
)

PRODUCT = EntitySpec(
    name="product",
    model="catalog.Product",
    key=NaturalKey(field="sku", column="sku_key", fold=folded),
    store_values="catalog.ProductStoreValue",
    fields=(
        Text(name="sku", nullable=False, max_length=64),
        Text(name="type", nullable=False, max_length=32),
        Ref(name="attribute_set", entity="attribute_set"),
        Text(name="name", height=STORE),
        Text(name="description", max_length=None, height=STORE),
        Text(name="short_description", max_length=None, height=STORE),
        Text(name="url_key", height=STORE),
        Text(name="meta_title", height=STORE),
        Text(name="meta_keyword", max_length=None, height=STORE),
        Text(name="meta_description", max_length=None, height=STORE),
        Flag(name="active", nullable=False, height=WEBSITE),
        Integer(name="visibility", nullable=False, minimum=1, maximum=4, height=STORE),
        Integer(name="stock", nullable=False),
        Number(name="price_gross", minimum=0, height=WEBSITE),
        Number(
            name="price_net",
            minimum=0,
            derived_from="price_gross",
            derived_sql=NET_OF_GROSS,
        ),
        Flag(name="price_linked", nullable=False),
        Document(name="prices_other", nullable=False),
        Number(name="special_price", minimum=0, height=WEBSITE),
        Moment(name="special_from", height=WEBSITE),
        Moment(name="special_to", height=WEBSITE),
        Number(name="cost", minimum=0, height=WEBSITE),
        Ref(name="tax", entity="tax"),
        Number(name="weight", minimum=0),
        Text(name="ean"),
        CUSTOM_FIELDS,
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
    ),
)

ENTITIES: Final = {
    spec.name: spec
    for spec in (
        LOCALE, LANGUAGE, WEBSITE_ENTITY, STORE_ENTITY, CURRENCY, TAX, CATEGORY, ATTRIBUTE_SET, PRODUCT,
    )
}  # fmt: skip
