"""What a worker asks the Magento dialect: what an item means, and how long its operations can be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from asyncops.dialects import StatusAnswer
from asyncops.models import Operation
from asyncops.speaking import Speaking
from catalog.commands import Command, Json
from syncapi.magento import status
from syncapi.magento.urls import TABLE


class MagentoDialect(Speaking):
    name = "magento"

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.MAGENTO_BULK_DAYS)

    def command(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        route = TABLE.of_kind(kind)
        if route is None:
            raise LookupError(f"no writing route is called {kind!r}: the app that declared it is not installed")
        return route.parse(item, context)

    def render_status(self, operation: Operation, *, items: int, now: datetime) -> StatusAnswer:
        answer = status.short(operation, TABLE.of_kind(operation.kind), most=items)
        return StatusAnswer(request=f"GET /rest/V1/bulk/{operation.uuid}/status", answer=answer)


MAGENTO: Final = MagentoDialect()
