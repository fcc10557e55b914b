"""Every table of the catalog."""

from catalog.models.account import AccessToken, Organization, User
from catalog.models.category import Category
from catalog.models.language import SYSTEM_LANGUAGE, Language, Locale
from catalog.models.pricing import SYSTEM_CURRENCY, Currency, Tax
from catalog.models.product import AttributeSet, Product, ProductCategory, ProductStoreValue, ProductWebsite
from catalog.models.store import Store, Website

__all__ = [
    "SYSTEM_CURRENCY",
    "SYSTEM_LANGUAGE",
    "AccessToken",
    "AttributeSet",
    "Category",
    "Currency",
    "Language",
    "Locale",
    "Organization",
    "Product",
    "ProductCategory",
    "ProductStoreValue",
    "ProductWebsite",
    "Store",
    "Tax",
    "User",
    "Website",
]
