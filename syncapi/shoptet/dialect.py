"""What a worker asks the Shoptet dialect: what an item means, and how long its jobs can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from asyncops import jobids
from asyncops.bodies import Pieces
from asyncops.dialects import Cause, Notice, Query, StatusAnswer, Wanted
from asyncops.models import Operation
from asyncops.speaking import Speaking
from catalog.commands import Command, Json
from catalog.images import KeptImage
from catalog.outcomes import FieldError
from syncapi.shoptet import logs, notices, parsing, rendering, snapshots, splitting, uploading
from syncapi.shoptet.parsing import uploads


class ShoptetDialect(Speaking):
    name = "shoptet"

    def command(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        return parsing.command(kind, item, context)

    def split(
        self,
        kind: str,
        body: Pieces,
        context: Mapping[str, Json],
        *,
        size: int,
        remark: Callable[[FieldError], None],
    ) -> Iterator[list[Json]]:
        """No row spoils the others, so there is nothing to remark."""
        return splitting.split(kind, body, context, size=size)

    def wanted(self, kind: str, item: Json, context: Mapping[str, Json]) -> Wanted | None:
        return uploading.wanted(kind, item)

    def placed(self, kind: str, item: Json, context: Mapping[str, Json], image: KeptImage) -> Command:
        return uploads.placed(kind, item, context, image)

    def unfetched(self, kind: str, wanted: Wanted, cause: Cause) -> FieldError:
        return uploading.unfetched(kind, wanted, cause)

    def webhook_body(self, notice: Notice) -> tuple[str, bytes]:
        return notices.body(notice)

    def export(self, kind: str, context: Mapping[str, Json]) -> Query:
        return snapshots.export(kind, context)

    def render_status(self, operation: Operation, *, items: int, now: datetime) -> StatusAnswer:
        """A job has no items."""
        job = rendering.job(operation, now=now, base="", log=logs.of(operation))
        request = f"GET /api/system/jobs/{jobids.of(operation.pk)}"
        return StatusAnswer(request=request, answer={"data": {**job, "job": job}, "errors": None})


SHOPTET: Final = ShoptetDialect()
