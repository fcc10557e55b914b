"""What a worker asks the Shopware dialect: what an item means, how an operation reads, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from asyncops.dialects import ItemRefused, StatusAnswer
from asyncops.models import Operation
from catalog.commands import Command, Json
from syncapi.shopware import parsing, status
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

    def render_status(self, operation: Operation, *, items: int, now: datetime) -> StatusAnswer:
        request = f"GET /api/_action/sync/{operation.uuid}"
        return StatusAnswer(request=request, answer=status.shown(operation, count=items))


SHOPWARE: Final = ShopwareDialect()
