"""Work off everything that is due, in this process and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from asyncops import sweeping, working


class Command(BaseCommand):
    help = "Works off everything that is due, network work too, in this process. Needs PostgreSQL only."

    def handle(self, *args: Any, **options: Any) -> None:
        sweeping.sweep()
        working.drain()
