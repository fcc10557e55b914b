"""The operation engine: how and when accepted work is done."""

from __future__ import annotations

from django.apps import AppConfig


class AsyncopsConfig(AppConfig):
    name = "asyncops"
    verbose_name = "Operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from asyncops import dialects
        from asyncops.acting import CONSOLE
        from asyncops.importing import IMPORT
        from asyncops.reverting import REVERT

        dialects.register(CONSOLE)
        dialects.register(IMPORT)
        dialects.register(REVERT)
