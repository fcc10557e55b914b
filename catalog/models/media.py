"""Files: an image is stored once, under a hash of its content, and shown by many products."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import document, long_text, moment, short_text
from catalog.models.entity import Entity


class Media(Entity):
    private = models.BooleanField(default=False)
    title = short_text()
    alt = long_text()
    mime_type = short_text()
    file_extension = short_text()
    file_name = short_text()
    file_size = models.BigIntegerField(null=True, blank=True)  # bytes
    uploaded_at = moment()
    meta_data = document()
    path = short_text(1024)  # in the storage of media files
    content_hash = models.CharField(max_length=64, null=True, blank=True, db_index=True)  # noqa: DJ001 - no file yet

    class Meta:
        verbose_name_plural = "media"

    def __str__(self) -> str:
        return self.file_name or str(self.pk)
