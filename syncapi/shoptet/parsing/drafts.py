"""What parsing gathers from a row: the values that it understood, and every error of the rest. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from catalog.commands import BASE, Json, LinkSet, Reference, Scope
from catalog.outcomes import FieldError, NotUnderstoodError
from syncapi.shoptet import schema
from syncapi.shoptet.refusals import INVALID_DATA, PAYLOAD
from syncapi.shoptet.schema import Schema
from syncapi.shoptet.wording import refused

GUID: Final[Schema] = {
    "type": "string",
    "pattern": "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
}
NUMBER: Final[Schema] = {"type": ["string", "number"], "pattern": r"-?[0-9]{1,15}(\.[0-9]{1,6})?"}
LANGUAGE: Final[Schema] = {"type": "string", "pattern": "[a-zA-Z]{2,3}(-[a-zA-Z]{2,4})?"}


@dataclass(slots=True)
class Draft:
    """A record on its way to a command."""

    values: dict[str, Json] = field(default_factory=dict)  # by field of the entity
    links: dict[str, LinkSet] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, code: str, message: str, *, path: str) -> None:
        self.errors.append(refused(code, message, path=path))

    def take(self, given: Mapping[str, Json], known: Mapping[str, str]) -> None:
        """The members that have a field of the same meaning."""
        self.values.update({ours: given[theirs] for theirs, ours in known.items() if theirs in given})

    def keep(self, given: Mapping[str, Json], members: Collection[str]) -> None:
        """The members that the catalog only keeps, as custom fields."""
        if kept := {name: given[name] for name in members if name in given}:
            self.values["custom_fields"] = {**self.values.get("custom_fields", {}), **kept}

    def refuse_if_wrong(self) -> None:
        if self.errors:
            raise NotUnderstoodError(*self.errors)


def checked(data: Json, wanted: Schema, *, not_kept: Collection[str] = ()) -> Draft:
    """A draft with the faults of the row's form. Members of Shoptet's that this catalog does not keep may be empty."""
    draft = Draft()
    given = {name: value for name, value in data.items() if name not in not_kept} if isinstance(data, dict) else data
    for fault in schema.check(given, wanted):
        draft.refuse(INVALID_DATA, fault.message, path="" if fault.instance == PAYLOAD else pointer(fault.instance))
    for name in not_kept:
        if isinstance(data, dict) and data.get(name) not in (None, [], False, ""):
            draft.refuse(INVALID_DATA, f"The property {name} is not kept by this catalog", path=f"/{name}")
    draft.refuse_if_wrong()
    return draft


def pointer(instance: str) -> str:
    """A place such as `variants[0].code` as a JSON pointer."""
    return "/" + instance.replace("[", "/").replace("]", "").replace(".", "/")


def scope(language: str | None) -> Scope:
    """`de-DE`, or `de` for whichever begins so."""
    if language is None:
        return BASE
    return Scope(language=Reference("code" if "-" in language else "short_code", language))
