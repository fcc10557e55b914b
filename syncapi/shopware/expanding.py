"""Deletes by criteria: what fits is found before anything is written, and stands in the place of the payload."""

from __future__ import annotations

from syncapi.shopware import faults
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.operations import SyncRequest


def expand(asked: SyncRequest) -> SyncRequest:
    """Raises FaultyError for criteria that do not say what to delete."""
    refused = [faults.no_criteria(each.key, each.action) for each in asked.operations if each.criteria]
    if refused:
        raise FaultyError(*refused)
    return asked
