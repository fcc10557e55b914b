"""Files: an image is stored once, under a hash of its content, and shown by many products."""

from __future__ import annotations

from django.db import models

from catalog.models.columns import demanded, document, long_text, moment, optional, short_text
from catalog.models.entity import Entity


class MediaFolderConfiguration(Entity):
    """What a shop makes of the images in a folder; nothing is made of them here."""

    create_thumbnails = models.BooleanField(default=True)
    keep_aspect_ratio = models.BooleanField(default=True)
    thumbnail_quality = models.IntegerField(default=80)
    private = models.BooleanField(default=False)
    no_association = models.BooleanField(null=True, blank=True)

    def __str__(self) -> str:
        return f"folder configuration {self.number}"


class MediaFolder(Entity):
    name = models.CharField(max_length=255)
    parent = optional("self", on_delete=models.CASCADE, related_name="children")
    configuration = demanded(MediaFolderConfiguration, on_delete=models.PROTECT)
    use_parent_configuration = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Media(Entity):
    media_folder = optional(MediaFolder, on_delete=models.SET_NULL, related_name="media")
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
