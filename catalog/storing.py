"""The contents of files: kept through Django's STORAGES below a hash of them, before a record shows them."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from catalog.commands import File


def media() -> Storage:
    return storages["media"]


def keep(files: Iterable[File]) -> None:
    """Store what is not there yet, or not whole. May run twice: the same path always has the same content."""
    storage = media()
    for file in files:
        if not (storage.exists(file.path) and storage.size(file.path) == len(file.content)):
            storage.save(file.path, ContentFile(file.content))
