"""The table of contents that were kept in the storage of media, by which a sweep finds them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class KeptFile(models.Model):
    """The content of a file. Many records may show it, or none: then it is swept one day."""

    path = models.CharField(max_length=1024, primary_key=True)  # in the storage of media
    kept_at = models.DateTimeField()  # when somebody last sent it, to the hour
    unused_since = models.DateTimeField(null=True)  # when a sweep first found that no record shows it

    class Meta:
        indexes = [models.Index(fields=["unused_since"], condition=Q(unused_since__isnull=False), name="file_unused")]

    def __str__(self) -> str:
        return self.path
