"""Create an organization and a user in it; run again, it sets the user's password and rights."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.accounts import ensure_user


class Command(BaseCommand):
    help = "Creates an organization and a user in it. Run again, it sets the user's password and rights."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True)
        parser.add_argument("--username", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--email", default="")
        parser.add_argument("--rights", choices=("superuser", "all", "none"), default="superuser")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = ("organization", "username", "password", "email", "rights")
        try:
            user = ensure_user(**{name: options[name] for name in fields})
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{user.username} may use {user.organization} (organization {user.organization.number}).")
