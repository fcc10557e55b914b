"""Lines of an import file as items of an operation. What is no record becomes an item that says why, with its line.

An item: {"line": its number, "record": what stands there}, or with a "fault" {"path", "code", "params"} beside the
record, or beside "text" when the line holds none.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from catalog.commands import Json
from catalog.outcomes import ErrorCode

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_GZIP: Final = b"\x1f\x8b"
_SHOWN: Final = 1000  # bytes of a line that is too long
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    item: Json
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    line_bytes: int
    depth: int  # of nested objects and lists


class FileUnreadable(Exception):
    """The file is not there, may not be read, or is damaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    content: BinaryIO
    file: BinaryIO  # the same, or what `content` is unpacked from
    size: int  # of the file, in bytes

    @property
    def share(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self.file.tell() / self.size if self.size else 1.0


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A file, unpacked when it is gzip. Raises FileUnreadable."""
    try:
        file = path.open("rb")
    except OSError as reason:
        raise FileUnreadable(reason.strerror) from None
    with file:
        packed = file.peek(2)[:2] == _GZIP
        content: BinaryIO = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
        yield Source(content=content, file=file, size=path.stat().st_size)


def read(source: BinaryIO, *, limits: Limits) -> Iterator[Line]:
    """The lines that are not blank, one at a time. Raises FileUnreadable."""
    for number, line in enumerate(_lines(source, limits.line_bytes), 1):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if text.strip():
            yield Line(item={"line": number, **_content(text.rstrip(b"\r\n"), limits)}, size=len(text))


def batches(lines: Iterable[Line], *, records: int, size: int) -> Iterator[list[Json]]:
    """Runs of items: at most `records` of them, and no more than a line over `size` bytes."""
    batch: list[Json] = []
    room = size
    for line in lines:
        batch.append(line.item)
        room -= line.size
        if len(batch) == records or room <= 0:
            yield batch
            batch, room = [], size
    if batch:
        yield batch


def _lines(source: BinaryIO, longest: int) -> Iterator[bytes]:
    """Each line; of one that is too long, the beginning."""
    try:
        while line := source.readline(longest + 1):
            yield line
            while line and not line.endswith(b"\n"):
                line = source.readline(_PIECE)
    except (OSError, EOFError, zlib.error) as reason:
        raise FileUnreadable(str(reason)) from None


def _content(text: bytes, limits: Limits) -> dict[str, Json]:
    if len(text) > limits.line_bytes:
        return _unreadable(text[:_SHOWN], f"the line is longer than {limits.line_bytes:,} bytes")
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError as reason:
        return _unreadable(text, _why(text, reason), column=reason.colno)
    if text.count(b"{") + text.count(b"[") > limits.depth and _depth(record) > limits.depth:
        return _unreadable(text, f"the line is nested more than {limits.depth} levels deep")
    if b"\\u0000" in text and (path := _nul(record, "")) is not None:
        return {"record": record, "fault": {"path": path, "code": ErrorCode.CHARACTER, "params": {}}}
    return {"record": record}


def _unreadable(text: bytes, message: str, **params: Json) -> dict[str, Json]:
    fault = {"path": "", "code": ErrorCode.DIALECT, "params": {"message": message, **params}}
    return {"text": text.decode(errors="replace"), "fault": fault}


def _why(text: bytes, reason: orjson.JSONDecodeError) -> str:
    try:
        text.decode()
    except UnicodeDecodeError:
        return "the line is not UTF-8"
    return f"the line is not JSON: {reason.msg}"


def _depth(value: Json) -> int:
    """Level by level, so that depth costs no stack."""
    depth, level = 0, [value]
    while level := [inner for inner in level if isinstance(inner, dict | list)]:
        depth += 1
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
    return depth


def _nul(value: Json, path: str) -> str | None:
    """Where a NUL character stands, as a JSON pointer; a key that has one is named by the object around it."""
    if isinstance(value, str):
        return path if "\0" in value else None
    if isinstance(value, list):
        return next((found for n, v in enumerate(value) if (found := _nul(v, f"{path}/{n}")) is not None), None)
    if isinstance(value, dict):
        if any("\0" in name for name in value):
            return path
        return next((found for name, v in value.items() if (found := _nul(v, f"{path}/{name}")) is not None), None)
    return None
