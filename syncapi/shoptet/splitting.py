"""From a batch file to the items of its operation, a part at a time (contract 4 and 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BufferedReader
from itertools import islice
from typing import Final

from django.conf import settings

from asyncops.bodies import BodyFile, Pieces
from asyncops.dialects import BodyRefused
from catalog.commands import Json
from syncapi import jsontext
from syncapi.problems import Code, Problem
from syncapi.shoptet import completing, names, rows
from syncapi.shoptet.schema import wrong_type
from syncapi.shoptet.wording import refused

BOM: Final = b"\xef\xbb\xbf"
# How a file begins that has no rows to read.
_FOREIGN: Final[Mapping[bytes, str]] = {
    b"\x1f\x8b": "The file is packed with gzip. Send it unpacked.",
    b"\xff\xfe": "The file is in UTF-16. Send it in UTF-8.",
    b"\xfe\xff": "The file is in UTF-16. Send it in UTF-8.",
}


def split(kind: str, body: Pieces, context: Mapping[str, Json], *, size: int) -> Iterator[list[Json]]:
    """A row is an item, with the number of its line; blank lines count and are none. Bad rows stay, as bad items.

    Raises BodyRefused for a file of another kind, whose every line would be a bad row.
    """
    items = _items(_lines(body))
    while part := list(islice(items, size)):
        completing.complete(kind, part, context)
        yield part


def _lines(body: Pieces) -> Iterator[bytes]:
    """Each line, or as much of it as shows that it is too long."""
    limit = settings.MAX_LINE_BYTES
    with BufferedReader(BodyFile(body)) as file:
        if why := _FOREIGN.get(file.peek(2)[:2]):
            raise BodyRefused(refused("batch-file-unreadable", why, path=f"/{names.FILE_URL}"))
        while line := file.readline(limit + 2):
            yield line
            while len(line) == limit + 2 and not line.endswith(b"\n"):
                line = file.readline(limit + 2)


def _items(lines: Iterable[bytes]) -> Iterator[dict[str, Json]]:
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(BOM).strip() if number == 1 else line.strip()
        if text:
            yield _item(number, text)


def _item(number: int, text: bytes) -> dict[str, Json]:
    if len(text) > settings.MAX_LINE_BYTES:
        return rows.unreadable(number, f"The row is longer than {settings.MAX_LINE_BYTES} bytes.")
    try:
        data = jsontext.decode(text, max_depth=settings.MAX_JSON_DEPTH)
    except Problem as problem:
        return rows.unreadable(number, _why(problem))
    if not isinstance(data, dict):
        return rows.unreadable(number, wrong_type(data, "object"))
    return rows.item(number, data)


def _why(problem: Problem) -> str:
    if problem.code is Code.NOT_JSON:
        return "The row is not JSON."
    return (problem.__doc__ or "").partition(" Params:")[0]
