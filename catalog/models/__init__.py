"""Every table of the catalog."""

from catalog.models.account import AccessToken, Integration, Organization, RefreshToken, User
from catalog.models.business import Account, AccountContact, Contact
from catalog.models.category import Category, CategoryStoreValue, CategoryTag
from catalog.models.channel import Rule, SalesChannel
from catalog.models.country import Country, CountryState
from catalog.models.dirty import Dirty
from catalog.models.language import SYSTEM_LANGUAGE, Language, Locale
from catalog.models.media import Media, MediaFolder, MediaFolderConfiguration
from catalog.models.pricing import SYSTEM_CURRENCY, Currency, Tax
from catalog.models.product import (
    Product,
    ProductCategory,
    ProductOption,
    ProductProperty,
    ProductSearch,
    ProductStoreValue,
    ProductTag,
    ProductWebsite,
)
from catalog.models.product_parts import (
    ProductConfiguratorSetting,
    ProductLink,
    ProductMedia,
    ProductMediaStoreValue,
    ProductPrice,
    ProductVisibility,
    TierPrice,
)
from catalog.models.property import Attribute, AttributeOption, AttributeSet, PropertyGroup, PropertyGroupOption
from catalog.models.reference import DeliveryTime, Manufacturer, Tag, Unit
from catalog.models.store import Store, StoreGroup, Website
from catalog.models.translations import TRANSLATIONS  # the last: it reads the others

__all__ = [
    "SYSTEM_CURRENCY",
    "SYSTEM_LANGUAGE",
    "TRANSLATIONS",
    "AccessToken",
    "Account",
    "AccountContact",
    "Attribute",
    "AttributeOption",
    "AttributeSet",
    "Category",
    "CategoryStoreValue",
    "CategoryTag",
    "Contact",
    "Country",
    "CountryState",
    "Currency",
    "DeliveryTime",
    "Dirty",
    "Integration",
    "Language",
    "Locale",
    "Manufacturer",
    "Media",
    "MediaFolder",
    "MediaFolderConfiguration",
    "Organization",
    "Product",
    "ProductCategory",
    "ProductConfiguratorSetting",
    "ProductLink",
    "ProductMedia",
    "ProductMediaStoreValue",
    "ProductOption",
    "ProductPrice",
    "ProductProperty",
    "ProductSearch",
    "ProductStoreValue",
    "ProductTag",
    "ProductVisibility",
    "ProductWebsite",
    "PropertyGroup",
    "PropertyGroupOption",
    "RefreshToken",
    "Rule",
    "SalesChannel",
    "Store",
    "StoreGroup",
    "Tag",
    "Tax",
    "TierPrice",
    "Unit",
    "User",
    "Website",
]
