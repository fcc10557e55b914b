"""The catalog: what can be written."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from PIL import Image

        from catalog import checks  # noqa: F401 - registers the checks

        Image.MAX_IMAGE_PIXELS = settings.MAX_IMAGE_PIXELS
