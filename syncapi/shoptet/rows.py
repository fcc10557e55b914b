"""A row of a batch file as an item of its operation: with the number of its line, since blank lines count. Pure."""

from __future__ import annotations

from typing import Final

from catalog.commands import Json

ROW: Final = "row"  # the number of its line in the file, from 1
DATA: Final = "data"  # what the line says
UNREADABLE: Final = "unreadable"  # why it says nothing


def item(number: int, data: Json) -> dict[str, Json]:
    return {ROW: number, DATA: data}


def unreadable(number: int, why: str) -> dict[str, Json]:
    return {ROW: number, UNREADABLE: why}


def numbered(item: Json) -> tuple[int | None, Json]:
    """The number of the row, and its content."""
    if not isinstance(item, dict):
        return None, item
    return item.get(ROW), item.get(DATA)


def named(data: Json) -> str:
    """What a row calls its record."""
    given = data if isinstance(data, dict) else {}
    for name in ("guid", "code", "productGuid", "name", "title"):
        if isinstance(value := given.get(name), str):
            return value
    return "-"
