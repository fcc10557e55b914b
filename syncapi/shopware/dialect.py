"""What a worker asks the Shopware dialect: what an item means, and how long its operations can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings

from asyncops.dialects import ItemRefused
from catalog.commands import Command, Json
from syncapi.shopware import parsing
from syncapi.shopware.drafts import NotUnderstoodError


@dataclass(frozen=True)
class ShopwareDialect:
    name: str = "shopware"

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.OPERATION_DAYS)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        try:
            return parsing.command(item, context)
        except NotUnderstoodError as reason:
            raise ItemRefused(*reason.errors) from None

    def missing_is_refused(self, kind: str) -> bool:
        """Deleting what is not there is an error on a path of its own, and none in a sync request (contract 5.1)."""
        return not kind.endswith("sync")


SHOPWARE: Final = ShopwareDialect()
