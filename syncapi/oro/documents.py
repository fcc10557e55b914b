"""Which included records a primary one needs, and what is wrong with the section as a whole (contract 8). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from catalog.commands import Json
from catalog.outcomes import FieldError
from syncapi.oro.faults import request_data
from syncapi.oro.records import label_of

UNLINKED: Final = (
    "The entity should have a relationship with at least one primary entity and this should be explicitly specified "
    "in the request"
)
UNLINKED_TO_ONE: Final = UNLINKED.replace("at least one primary entity", "the primary entity")


class Included:
    """The records of an `included` section by the names that others use for them; kept as text, which is small."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self.size = 0  # bytes
        self._texts: list[bytes] = []
        self._places: dict[str, int] = {}
        self._mentions: list[tuple[str, ...]] = []
        self._mentioned_by: dict[str, list[int]] = {}
        self._needed: set[int] = set()

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, *records: Json) -> None:
        for record in records:
            self._add(record)

    def _add(self, record: Json) -> None:
        place, text = len(self._texts), orjson.dumps(record)
        self._texts.append(text)
        self.size += len(text)
        names = tuple(mentions(record))
        self._mentions.append(names)
        faults = list(_shape_faults(record, place))
        self.errors.extend(faults)
        if not faults:
            self._name(record, place)
        for name in names:
            self._mentioned_by.setdefault(name, []).append(place)

    def _name(self, record: Mapping[str, Json], place: int) -> None:
        first = self._places.setdefault(label_of(record), place)
        if first != place:
            detail = f"The item duplicates the item with the index {first}"
            self.errors.append(request_data(f"/included/{place}", detail))

    def item(self, record: Json) -> Json:
        """The record as an item: a pair with what it needs, or itself when it needs nothing."""
        needed = self._closure(record) if isinstance(record, dict) and self._texts else []
        if not needed:
            return [record, {}] if isinstance(record, list) else record
        self._needed.update(needed)
        return [record, {str(place): orjson.loads(self._texts[place]) for place in needed}]

    def unlinked(self, detail: str = UNLINKED) -> Iterator[FieldError]:
        """An error for every record that no primary one needed."""
        for place in range(len(self._texts)):
            if place not in self._needed:
                yield request_data(f"/included/{place}", detail)

    def _closure(self, record: Mapping[str, Json]) -> list[int]:
        """The places of what it mentions, of what mentions it, and so on."""
        own = label_of(record)
        reached = set(self._mentioned_by.get(own, ()))
        reached.update(place for name in mentions(record) if (place := self._places.get(name)) is not None)
        waiting = list(reached)
        while waiting:
            near = {self._places[name] for name in self._mentions[waiting.pop()] if name in self._places}
            waiting.extend(near - reached)
            reached |= near
        return sorted(reached)


def mentions(record: Json) -> Iterator[str]:
    """The names of the records that a resource object refers to."""
    relationships = record.get("relationships") if isinstance(record, dict) else None
    for relation in relationships.values() if isinstance(relationships, dict) else ():
        data = relation.get("data") if isinstance(relation, dict) else None
        for identifier in data if isinstance(data, list) else (data,):
            if isinstance(identifier, dict):
                yield label_of(identifier)


def _shape_faults(record: Json, place: int) -> Iterator[FieldError]:
    path = f"/included/{place}"
    if not isinstance(record, dict):
        yield request_data(path, "The item should be an object")
        return
    for name in ("id", "type"):
        value = record.get(name, record.get("lid") if name == "id" else None)
        if isinstance(value, int) and not isinstance(value, bool) and name == "id":
            continue
        if value is None:
            known = name in record
            detail = "should not be null" if known else "is required"
            yield request_data(path, f"The '{name}' property {detail}")
        elif not isinstance(value, str):
            yield request_data(path, f"The '{name}' property should be a string")
        elif not value.strip():
            yield request_data(path, f"The '{name}' property should not be blank")
