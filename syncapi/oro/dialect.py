"""What a worker asks the Oro dialect: how a body is split, what an item means, how long its operations can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from asyncops.bodies import Pieces
from asyncops.dialects import Concerned, StatusAnswer
from asyncops.models import Operation
from asyncops.speaking import Speaking
from catalog.commands import Command, Json
from catalog.outcomes import FieldError
from syncapi.oro import naming, operations, parsing, splitting, steps
from syncapi.oro.names import OPERATIONS
from syncapi.oro.places import Places

_PARSERS: Final[Mapping[str, Callable[[Json, Mapping[str, Json]], Command]]] = {
    "list": parsing.of_list,
    "one": parsing.of_list,
    "delete": parsing.deletion,
    "relationship": parsing.relationship,
    "atomic": steps.command,
}


class OroDialect(Speaking):
    name = "oro"

    def command(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        return _PARSERS[kind](item, context)

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
        places = Places("/api/")
        request = f"GET {places.of(OPERATIONS, operation.pk)}"
        found = operations.counted(operation)
        return StatusAnswer(request=request, answer={"data": operations.shown(found, places, now=now)})


ORO: Final = OroDialect()
