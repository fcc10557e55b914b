"""What a worker asks the Shopware dialect: what an item means, how an operation reads, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from asyncops.dialects import StatusAnswer
from asyncops.models import Operation
from asyncops.speaking import Speaking
from catalog.commands import Command, Json
from syncapi.shopware import parsing, status


class ShopwareDialect(Speaking):
    name = "shopware"

    def command(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        return parsing.command(item, context)

    def render_status(self, operation: Operation, *, items: int, now: datetime) -> StatusAnswer:
        request = f"GET /api/_action/sync/{operation.uuid}"
        return StatusAnswer(request=request, answer=status.shown(operation, count=items))


SHOPWARE: Final = ShopwareDialect()
