"""The catalog in the admin: every entity is shown and edited here, by its rules; accounts are kept here."""

from __future__ import annotations

from django.contrib import admin

from catalog.admin import entities
from catalog.admin.accounts import GroupAdmin, OrganizationAdmin, TokenAdmin, UserAdmin
from catalog.admin.business import AccountAdmin, ContactAdmin
from catalog.admin.categories import CategoryAdmin
from catalog.admin.integrations import IntegrationAdmin
from catalog.admin.products import ProductAdmin

__all__ = ["GroupAdmin", "IntegrationAdmin", "OrganizationAdmin", "TokenAdmin", "UserAdmin"]

entities.register(admin.site, (AccountAdmin, CategoryAdmin, ContactAdmin, ProductAdmin))
admin.site.site_header = admin.site.site_title = "Bulkhead"
admin.site.index_title = "Catalog and operations"
admin.site.site_url = None  # there is no site behind the admin, only APIs
