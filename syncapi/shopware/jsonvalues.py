"""Stored values as the JSON of answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from catalog.commands import Json
from syncapi.shopware import prices


def of(value: Any) -> Json:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, list):
        return [of(each) for each in value]
    return prices.plain(value)
