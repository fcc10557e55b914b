"""Fill the catalog with the demo's sample data."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from catalog import samples


class Command(BaseCommand):
    help = "Creates the sample products that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{samples.load()} products created.")
