"""The writer's working copy of a command on its way through a chunk; nested commands have rows of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from catalog.commands import Change, Delete, Json, LinkSet, Mode, Upsert
from catalog.outcomes import FieldError, OutcomeKind

Document = dict[str, Json]  # values by column


@dataclass(slots=True, eq=False)
class Row:
    """Filled step by step. With errors it goes through every check, so that all are reported, but is not written."""

    index: int  # of the chunk's command that it belongs to
    command: Upsert | Delete
    given: Mapping[str, Json] = field(default_factory=dict)  # the command's values, nested ones replaced by references
    links: Mapping[str, LinkSet] = field(default_factory=dict)
    path: str = ""  # JSON pointer of this row below the command's record
    nested: bool = False
    values: dict[str, Json] = field(default_factory=dict)  # clean, by field name
    document: Document = field(default_factory=dict)  # for the base row
    overrides: Document = field(default_factory=dict)  # for the store's own values
    translated: dict[UUID, Document | None] = field(default_factory=dict)  # by language; None removes it
    errors: list[FieldError] = field(default_factory=list)
    needs: list[tuple[Row, FieldError]] = field(default_factory=list)  # of its wave; each with the error without it
    follows: Row | None = None  # it changes the record that this one writes
    users: set[int] = field(default_factory=set)  # of a shared row: the commands that have it; else none
    shares: list[Row] = field(default_factory=list)  # of a command's own row: the shared ones that come with it
    heirs: list[tuple[Row, FieldError]] = field(default_factory=list)  # of its wave, who take the value it gives up
    barred: Sequence[tuple[Row, bool]] = ()  # from a value by whom of its wave; whether that one gives it up
    gone: list[tuple[str, tuple[UUID, ...]]] = field(default_factory=list)  # what its delete took with it
    name: Json = None  # the comparable form of the command's key
    id: UUID | None = None
    exists: bool = False
    wave: int = 0
    spoiled: bool = False  # it is good, but belongs together with one that is not
    kind: OutcomeKind = OutcomeKind.UNCHANGED
    changed: str = ""  # the members of a JSON object: what changed in the base row, as catalog.changes describes it
    beside: Document = field(default_factory=dict)  # and beside it
    others: Sequence[str] = ()  # entries of the other records that changed or went with it

    @property
    def good(self) -> bool:
        return not self.errors and not self.spoiled

    @property
    def might_wait(self) -> bool:
        """Whether a unique value that it was refused may be free once the other rows of its wave are written."""
        return any(not other.errors if gives_up else not other.good for other, gives_up in self.barred)

    @property
    def links_only(self) -> bool:
        """Whether it only adds or removes single links of a record that is there: such rows are in nobody's way."""
        command = self.command
        return (
            isinstance(command, Upsert)
            and command.mode in (Mode.UPDATE, Mode.PRESENT)
            and not (self.given or command.translations or command.children or command.beside)
            and bool(self.links)
            and all(links.change is not Change.REPLACE for links in self.links.values())
        )

    @property
    def has_more(self) -> bool:
        """Whether anything beside its base row is to be written."""
        return bool(self.links or self.overrides or self.translated or self.command.undo)

    def refuse(self, *errors: FieldError) -> None:
        for error in errors:
            placed = (
                FieldError(path=self.path + error.path, code=error.code, params=error.params) if self.path else error
            )
            self.errors.append(placed)
