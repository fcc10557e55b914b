"""The catalog in the admin: entities are shown here and written through the APIs; accounts are kept here."""

from __future__ import annotations

from django.contrib import admin

from catalog.admin.accounts import GroupAdmin, OrganizationAdmin, TokenAdmin, UserAdmin
from catalog.admin.entities import CategoryAdmin, CurrencyAdmin, LanguageAdmin, StoreAdmin, TaxAdmin, WebsiteAdmin
from catalog.admin.products import ProductAdmin

__all__ = [
    "CategoryAdmin",
    "CurrencyAdmin",
    "GroupAdmin",
    "LanguageAdmin",
    "OrganizationAdmin",
    "ProductAdmin",
    "StoreAdmin",
    "TaxAdmin",
    "TokenAdmin",
    "UserAdmin",
    "WebsiteAdmin",
]

admin.site.site_header = admin.site.site_title = "Bulkhead"
admin.site.index_title = "Catalog and operations"
admin.site.site_url = None  # there is no site behind the admin, only APIs
