"""Accounts and contacts belong to an organization, unlike the rest of the catalog: staff keep their own one's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from catalog.admin.entities import EntityAdmin
from catalog.admin.reading import M, OwnedAdmin, staff
from catalog.commands import Reference, Upsert
from catalog.entities import ACCOUNT, CONTACT
from catalog.models import Account, Contact


class BusinessAdmin(OwnedAdmin[M], EntityAdmin[M]):
    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Only superusers, who see every organization's, say whose a record is."""
        groups = super().get_fieldsets(request, obj)
        if staff(request).is_superuser:
            return groups
        return [(title, {"fields": [f for f in shown["fields"] if f != "organization"]}) for title, shown in groups]

    def command(self, request: HttpRequest, obj: M, form: Any, *, change: bool) -> Upsert:
        command = super().command(request, obj, form, change=change)
        if change or staff(request).is_superuser:
            return command
        own = Reference("id", staff(request).organization_id)
        return replace(command, values={**command.values, "organization": own})


class AccountAdmin(BusinessAdmin[Account]):
    spec = ACCOUNT


class ContactAdmin(BusinessAdmin[Contact]):
    spec = CONTACT
