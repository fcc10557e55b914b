"""A JSON:API document as the record that it stands for: what it includes is nested where it is named. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from catalog.commands import Json
from syncapi.shopware.faults import Fault, FaultyError

MOST: Final = 1000  # records that one document can stand for, each counted as often as it is named
Name = tuple[str, str]  # type and id


def record(document: Json) -> Json:
    """The record, or the list where `data` is one. Raises FaultyError."""
    if not isinstance(document, dict) or "data" not in document:
        raise _bad("Input not a valid JSON:API data object.", "")
    data, included = document["data"], document.get("included") or []
    if isinstance(data, list):
        return data
    if not isinstance(included, list) or any(not isinstance(each, dict) for each in included):
        raise _bad("The included resources must be a list of objects.", "/included")
    return _Reader(included={_name(each): each for each in included}).resource(data, "/data", within=())


@dataclass(slots=True)
class _Reader:
    included: Mapping[Name, Mapping[str, Json]]
    read: int = field(default=0)

    def resource(self, given: Json, path: str, *, within: tuple[Name, ...]) -> dict[str, Json]:
        """`within`: the resources that name this one, which are not told again."""
        if not isinstance(given, dict):
            raise _bad("A resource must be an object.", path)
        self.read += 1
        if self.read > MOST:
            raise _bad(f"The document stands for more than {MOST} records.", path)
        name = _name(given)
        known = given if name in within else {**given, **self.included.get(name, {})}
        found = _object(known, "attributes", path) | ({"id": given["id"]} if "id" in given else {})
        for relation, value in ({} if name in within else _object(known, "relationships", path)).items():
            place = f"{path}/relationships/{relation}"
            if not isinstance(value, dict) or "data" not in value:
                raise _bad("A relationship must have data.", place)
            if (data := value["data"]) is not None:
                found[relation] = self._related(data, f"{place}/data", within=(*within, name))
        return found

    def _related(self, data: Json, path: str, *, within: tuple[Name, ...]) -> Json:
        if isinstance(data, list):
            return [self.resource(each, f"{path}/{index}", within=within) for index, each in enumerate(data)]
        return self.resource(data, path, within=within)


def _name(resource: Mapping[str, Json]) -> Name:
    return str(resource.get("type")), str(resource.get("id"))


def _object(resource: Mapping[str, Json], part: str, path: str) -> dict[str, Json]:
    found = resource.get(part) or {}
    if not isinstance(found, dict):
        raise _bad(f"The {part} must be an object.", f"{path}/{part}")
    return dict(found)


def _bad(detail: str, pointer: str) -> FaultyError:
    return FaultyError(Fault(code="0", detail=detail, pointer=pointer))
