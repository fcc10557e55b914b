"""What a worker asks the Oro dialect: how a body is split, what an item means, how long its operations can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from asyncops.bodies import Pieces
from asyncops.dialects import Concerned, ItemRefused, StatusAnswer
from asyncops.models import Operation
from catalog.commands import Command, Json
from catalog.outcomes import FieldError
from syncapi.oro import naming, operations, splitting
from syncapi.oro.faults import NotUnderstoodError
from syncapi.oro.names import OPERATIONS
from syncapi.oro.parsing import PARSERS


@dataclass(frozen=True)
class OroDialect:
    name: str = "oro"

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.OPERATION_DAYS)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        try:
            return PARSERS[kind](item, context)
        except NotUnderstoodError as reason:
            raise ItemRefused(*reason.errors) from None

    def missing_is_refused(self, kind: str) -> bool:
        """Deleting what is not there answers 404 (contract 16.2)."""
        return True

    def split(
        self,
        kind: str,
        body: Pieces,
        context: Mapping[str, Json],
        *,
        size: int,
        remark: Callable[[FieldError], None],
    ) -> Iterator[Sequence[Json]]:
        return splitting.split(body, size=size, remark=remark)

    def namer(self, kind: str, context: Mapping[str, Json]) -> Callable[[Json], Concerned | None]:
        return naming.namer(context) if kind == "list" else lambda item: None

    def render_status(self, operation: Operation, *, items: int, now: datetime) -> StatusAnswer:
        """The resource has no items."""
        request = f"GET /api/{OPERATIONS}/{operation.pk}"
        found = operations.counted(operation)
        return StatusAnswer(request=request, answer={"data": operations.shown(found, url=request[4:], now=now)})


ORO: Final = OroDialect()
