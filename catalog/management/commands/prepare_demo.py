"""All that the demo needs before its servers start, in one process: schema, sample data, users with fresh secrets."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from catalog import consumers, samples
from catalog.accounts import ensure_user
from catalog.models import AccessToken, Integration, User

USERS = (("admin", "Demo", "superuser"), ("limited", "Demo", "none"), ("other", "Other", "all"))


class Command(BaseCommand):
    help = "Migrates, loads the sample data, and prints the demo's users with new passwords and tokens as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        samples.load()
        users = {name: _user(name, home, rights) for name, home, rights in USERS}
        self.stdout.write(json.dumps({"users": users, **_integration()}))


def _integration() -> dict[str, dict[str, str]]:
    """A new secret each time: the old one cannot be read. Magento's clients sign with four values made of it."""
    Integration.objects.filter(name="demo").delete()
    made, secret = Integration.issue(User.objects.get(username="admin"), name="demo")
    shopware = {"client_id": made.client_id, "client_secret": secret}
    return {"shopware": shopware, "magento": asdict(consumers.of(made))}


def _user(username: str, organization: str, rights: str) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    user = ensure_user(organization=organization, username=username, password=password, rights=rights)
    AccessToken.objects.filter(user=user, name="demo").delete()
    return {"username": username, "password": password, "token": AccessToken.issue(user, name="demo")}
