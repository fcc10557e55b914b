"""The smallest good record of every entity, and what these records belong to."""

from __future__ import annotations

from typing import Any, Final

from syncapi.shopware.schema import ALL, Resource, Translation
from tests.syncapi.shopware.conftest import EUR, SYSTEM, price

TAX, PRODUCT, MEDIA, CHANNEL, RULE, COUNTRY, GROUP, OPTION, LOCALE, CATEGORY, TAG = (
    f"{number:032x}" for number in range(0xA0, 0xAB)
)
FOLDERS: Final = "ac".zfill(32)  # a configuration of folders
TYPE: Final = "f183ee5650cf4bdb8a774337575067a6"  # of a sales channel
THERE: Final = (
    ("tax", {"id": TAX, "name": "t", "taxRate": 1}),
    ("media", {"id": MEDIA}),
    ("media_folder_configuration", {"id": FOLDERS}),
    ("rule", {"id": RULE, "name": "r", "priority": 1}),
    ("country", {"id": COUNTRY, "name": "c"}),
    ("locale", {"id": LOCALE, "code": "nl-NL", "name": "l", "territory": "n"}),
    ("property_group", {"id": GROUP, "name": "g"}),
    ("property_group_option", {"id": OPTION, "name": "o", "groupId": GROUP}),
    (
        "sales_channel",
        {"id": CHANNEL, "name": "s", "typeId": TYPE, "languageId": SYSTEM, "currencyId": EUR, "accessKey": "a"},
    ),
    ("product", {"id": PRODUCT, "productNumber": "THERE", "name": "p", "stock": 1, "taxId": TAX, "price": price()}),
)
SMALLEST: Final[dict[str, dict[str, Any]]] = {  # what Shopware demands of a new record, and no more
    "tax": {"name": "n", "taxRate": 19},
    "currency": {"factor": 1.5, "symbol": "x", "isoCode": "XXX", "name": "n", "shortName": "s"},
    "locale": {"code": "xx-XX", "name": "n", "territory": "t"},
    "language": {"name": "n", "localeId": LOCALE, "translationCodeId": LOCALE},
    "country": {"name": "n"},
    "country_state": {"countryId": COUNTRY, "shortCode": "s", "name": "n"},
    "unit": {"shortCode": "s", "name": "n"},
    "delivery_time": {"name": "n", "min": 1, "max": 2, "unit": "day"},
    "tag": {"name": "n"},
    "product_manufacturer": {"name": "n"},
    "property_group": {"name": "n"},
    "property_group_option": {"groupId": GROUP, "name": "n"},
    "media_folder_configuration": {},
    "media_folder": {"name": "n", "configurationId": FOLDERS},
    "media": {},
    "category": {"name": "n"},
    "sales_channel": {"name": "n", "typeId": TYPE, "languageId": SYSTEM, "currencyId": EUR, "accessKey": "b"},
    "rule": {"name": "n", "priority": 1},
    "product": {"productNumber": "N", "name": "n", "stock": 1, "taxId": TAX, "price": price()},
    "product_media": {"productId": PRODUCT, "mediaId": MEDIA},
    "product_price": {"productId": PRODUCT, "ruleId": RULE, "quantityStart": 1, "price": price()},
    "product_visibility": {"productId": PRODUCT, "salesChannelId": CHANNEL, "visibility": 30},
    "product_configurator_setting": {"productId": PRODUCT, "optionId": OPTION},
}
RICH: Final[dict[str, dict[str, Any]]] = {  # with what can be nested, in each of its forms
    "product": {
        **SMALLEST["product"],
        "name": {"en-GB": "n", "de-DE": "d"},
        "manufacturer": {"name": "m"},
        "categories": [{"name": "c", "children": [{"name": "below"}]}, {"id": CATEGORY, "name": "x"}],
        "tags": [{"name": "t"}],
        "properties": [{"id": OPTION}, {"name": "red", "group": {"id": GROUP}}],
        "media": [{"media": {"title": "p"}, "position": 1}],
        "cover": {"mediaId": MEDIA},
        "prices": [{"ruleId": RULE, "quantityStart": 1, "price": price()}],
        "visibilities": [{"salesChannelId": CHANNEL, "visibility": 30}],
        "children": [{"productNumber": "N.1", "stock": 1}],
        "translations": [{"languageId": SYSTEM, "metaTitle": "t"}],
        "purchasePrices": price(),
        "customFields": {"a": 1},
        "parentId": {"resolver": "product.number", "value": "nobody", "nullOnMissing": True},
    },
    "category": {"name": "n", "children": [{"name": "c", "products": [{"id": PRODUCT}]}], "tags": [{"name": "t"}]},
    "country": {"name": "n", "states": [{"name": "s", "shortCode": "s"}], "translations": {"de-DE": {"name": "d"}}},
    "tax": {**SMALLEST["tax"], "products": [{"id": PRODUCT}]},
    "property_group": {"name": "n", "options": [{"name": "red"}, {"name": "blue", "position": 2}]},
}


def record(entity: str) -> dict[str, Any]:
    """A good one, of mappings and translations too."""
    described = ALL[entity]
    if isinstance(described, Resource):
        return RICH.get(entity, SMALLEST[entity])
    if isinstance(described, Translation):
        name = next(iter(described.resource.translated))
        return {described.owner_id: OWNERS.get(described.resource.name, PRODUCT), "languageId": SYSTEM, name: "text"}
    return {described.owner_id: OWNERS[described.owner], described.target_id: TARGETS[described.target_id]}


OWNERS: Final = {
    "product": PRODUCT, "category": CATEGORY, "country": COUNTRY, "property_group": GROUP,
    "property_group_option": OPTION, "media": MEDIA, "locale": LOCALE, "sales_channel": CHANNEL, "tax": TAX,
}  # fmt: skip
TARGETS: Final = {"categoryId": CATEGORY, "optionId": OPTION, "tagId": TAG}
ALSO_THERE: Final = (("category", {"id": CATEGORY, "name": "c"}), ("tag", {"id": TAG, "name": "t"}))
