"""Oro's accounts and their contacts. They belong to one organization, unlike the rest of the catalog."""

from __future__ import annotations

from django.db import models

from catalog.models.account import Organization, User
from catalog.models.columns import optional, short_text
from catalog.models.entity import Entity


class Contact(Entity):
    first_name = short_text()
    last_name = short_text()
    primary_email = short_text()
    primary_phone = short_text()
    owner = optional(User, on_delete=models.SET_NULL)
    organization = optional(Organization)

    def __str__(self) -> str:
        return f"{self.first_name or ''} {self.last_name or ''}".strip()


class Account(Entity):
    name = models.CharField(max_length=255)
    external_id = short_text()
    owner = optional(User, on_delete=models.SET_NULL)
    organization = optional(Organization)
    default_contact = optional(Contact, on_delete=models.SET_NULL)
    referred_by = optional("self", on_delete=models.SET_NULL)

    contacts = models.ManyToManyField(Contact, through="AccountContact", related_name="accounts")

    def __str__(self) -> str:
        return self.name


class AccountContact(models.Model):
    pk = models.CompositePrimaryKey("account_id", "contact_id")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.account_id}: {self.contact_id}"
