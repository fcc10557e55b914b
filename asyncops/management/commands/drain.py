"""Work off everything that is runnable, in this process and without Redis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from asyncops import engine, sweeping


class Command(BaseCommand):
    help = "Works off everything that is runnable, in this process. Needs PostgreSQL only."

    def handle(self, *args: Any, **options: Any) -> None:
        sweeping.sweep()
        engine.drain()
