"""The writer's working copy of one command on its way through a chunk."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from catalog.commands import Delete, Json, Upsert
from catalog.outcomes import FieldError, Outcome, refused


@dataclass(slots=True)
class Row:
    """Filled step by step. With errors it goes through every check, so that all are reported, but is not written."""

    index: int  # of its command in the chunk
    command: Upsert | Delete
    values: dict[str, Json] = field(default_factory=dict)  # clean, by field name
    errors: list[FieldError] = field(default_factory=list)
    id: UUID | None = None
    exists: bool = False
    document: dict[str, Json] = field(default_factory=dict)  # for the base row, by column
    overrides: dict[str, Json] = field(default_factory=dict)  # for the store's own values, by column
    dumped: str = "{}"  # `document` as JSON
    outcome: Outcome | None = None

    def refuse(self, *errors: FieldError) -> None:
        self.errors.extend(errors)

    def result(self) -> Outcome:
        if self.errors:
            return refused(*self.errors, id=self.id if self.exists else None)
        assert self.outcome is not None, f"row {self.index} has no outcome"
        return self.outcome
