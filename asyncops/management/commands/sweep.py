"""One round of the safety net that every worker also runs every few seconds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from asyncops import sweeping


class Command(BaseCommand):
    help = "Sets going again whatever a crash, a lost doorbell or an empty Redis left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        sweeping.sweep()
