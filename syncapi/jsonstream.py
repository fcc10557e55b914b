"""One large JSON object, read element by element: no more of it is in memory than a piece and one element. Pure.

Elements that look alike are read many at a time: the text from one to the seam before another is decoded at once, and
if that is JSON, the seam was one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Final, NamedTuple, NoReturn

import orjson

from catalog.commands import Json

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NEAR: Final = 16  # characters before the end, within which an error may mean that the rest is still to come
_MANY: Final = 64 * 1024  # characters that are decoded at once
_SEAM: Final = 20  # characters of an element's beginning that tell it from what is inside of it
_SEAMS: Final = 4  # that are tried before one element is read alone
_MOST_ALONE: Final = 1024  # elements that are read alone after seams that were none
_DIGIT: Final = re.compile("[0-9]")
_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class Malformed(Exception):
    """The text is no such document. `line` and `column` count from 1."""

    def __init__(self, reason: str, *, line: int, column: int) -> None:
        super().__init__(reason, line, column)
        self.reason = reason
        self.line = line
        self.column = column


class NotAnArray(Malformed):
    """A member whose elements are asked for is something else, or the document is no object."""


class Run(NamedTuple):
    """Elements of an array that stand one behind the other."""

    member: str
    first: int  # the place of the first in the array
    values: list[Json]
    size: int  # characters of all


def runs(
    pieces: Iterable[bytes], *, members: frozenset[str], longest: int, depth: int, seen: set[str] | None = None
) -> Iterator[Run]:
    """The elements of the arrays below `members` of the document's object, in the order of the text.

    Other members are passed over, null is an empty array; `seen` gets the names of all. Raises Malformed, also for an
    element of more than `longest` characters or `depth` levels; what was yielded before is then worth nothing.
    """
    seen = set() if seen is None else seen
    text = _Text(pieces, longest=longest, depth=depth)
    if text.next() != "{":
        text.fail("Document must start with a named object that has an array as a value.", NotAnArray)
    closing = text.step_into("}")
    while not closing:
        name = text.member()
        if name in members and name in seen:
            text.fail(f'The member "{name}" stands twice.')
        seen.add(name)
        if name in members:
            yield from _array(text, name)
        else:
            text.value()
        closing = text.comma_or("}")
    if text.next():
        text.fail("Nothing may follow the document.")


def _array(text: _Text, name: str) -> Iterator[Run]:
    found = text.next()
    if found in ("n", ""):
        text.value()
        return
    if found != "[":
        text.fail("Document must start with a named object that has an array as a value.", NotAnArray)
    first = 0
    closing = text.step_into("]")
    while not closing:
        values = text.values()
        yield Run(name, first, values, text.size)
        first += len(values)
        closing = text.comma_or("]")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value.")


_scan: Final = JSONDecoder(parse_constant=_refuse).scan_once  # type: ignore[attr-defined]


class _Text:
    """The part of the document that is at hand, and a place in it."""

    def __init__(self, pieces: Iterable[bytes], *, longest: int, depth: int) -> None:
        self._pieces = iter(pieces)
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._longest, self._depth = longest, depth
        self._buffer, self._at, self._ended = "", 0, False
        self._line, self._column = 1, 1  # of the buffer's beginning
        self._seam = ""  # the end of an element with the beginning of the next, "" when none is known
        self._alone, self._penalty = 0, 1  # elements to be read alone now, and after the next seam that is none
        self.size = 0  # characters of the last value or values
        self._more()
        if self._buffer.startswith("\ufeff"):
            self._at = 1

    def next(self) -> str:
        """The next character that is no space, "" at the end."""
        while True:
            self._at = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def step_into(self, end: str) -> bool:
        """Past an opening bracket; whether the closing one follows at once, and then past it as well."""
        self._at += 1
        if self.next() != end:
            return False
        self._at += 1
        return True

    def comma_or(self, end: str) -> bool:
        """Past a comma, or past the closing bracket; whether it was the bracket."""
        found = self.next()
        if found not in (",", end) or not found:
            self.fail(f"Expecting ',' or '{end}'.")
        self._at += 1
        return found == end

    def member(self) -> str:
        """The name of a member, past its colon."""
        if self.next() != '"':
            self.fail("Document must start with a named object that has an array as a value.")
        name = self.value()
        if self.next() != ":":
            self.fail("Expecting ':'.")
        self._at += 1
        return str(name)

    def values(self) -> list[Json]:
        """Elements: all up to a seam, or the one that follows."""
        self.next()
        return self._many() or [self._one()]

    def _many(self) -> list[Json]:
        """Empty when there is no seam, or when what is before it is no JSON: then it was none."""
        begin = self._at
        end = begin + min(_MANY, self._longest)
        for _ in range(_SEAMS if self._seam else 0):
            end = self._buffer.rfind(self._seam, begin, end)
            if end < 0:
                return []
            found = _array_of(self._buffer[begin : end + 1])
            if found and not self._is_deep(found, self._buffer[begin : end + 1]):
                self._at, self.size, self._penalty = end + 1, end + 1 - begin, 1
                return found
        self._alone, self._penalty = self._penalty, min(2 * self._penalty, _MOST_ALONE)
        return []

    def _one(self) -> Json:
        """As all others are decoded, so that what a number is does not depend on its neighbours."""
        self.value()
        begin, end = self._at - self.size, self._at
        self._alone = max(self._alone - 1, 0)
        after = _DIGIT.split(self._buffer[end : end + _SEAM], 1)[0]
        self._seam = self._buffer[end - 1] + after if after[:1] == "," and not self._alone else ""
        try:
            return orjson.loads(self._buffer[begin:end])
        except orjson.JSONDecodeError as fault:
            self._at = begin + fault.pos
            self.fail(f"{fault.msg.partition(': line')[0]}.")

    def _is_deep(self, values: list[Json], text: str) -> bool:
        """Level by level its brackets are taken away. Where texts have some too, the values themselves are asked."""
        brackets = text.encode().translate(_ALIKE, _NO_BRACKETS)
        for _ in range(self._depth):
            if not brackets:
                return False
            brackets = brackets.replace(b"[]", b"")
        return _depth(values) - 1 > self._depth

    def value(self) -> Json:
        """The value that follows. What can be cut short by the end of the piece is read again with the next one."""
        self.next()
        while True:
            found, fault = self._scanned()
            if found is not None and self._is_complete(found[1]):
                return self._passed(*found)
            if len(self._buffer) - self._at > self._longest:
                self.fail(f"An element is longer than {self._longest} characters.")
            if fault is not None and (self._ended or not self._may_be_cut(fault)):
                self._at = fault.pos
                self.fail(f"{fault.msg}.")
            self._more()

    def _scanned(self) -> tuple[tuple[Json, int] | None, JSONDecodeError | None]:
        """The value and where it ends, or why there is none."""
        try:
            return _scan(self._buffer, self._at), None
        except StopIteration as stop:
            return None, JSONDecodeError("Expecting value", self._buffer, stop.value)
        except JSONDecodeError as fault:
            return None, fault
        except RecursionError:
            self.fail(f"Nested more than {self._depth} levels deep.")
        except ValueError as fault:
            self.fail(str(fault))

    def _is_complete(self, end: int) -> bool:
        """A number at the end of the piece may go on, also past a point or an exponent of which only half is there."""
        after = self._buffer[end : end + _NEAR]
        return self._ended or len(after) == _NEAR or (after != "" and after[0] not in ".eE")

    def _may_be_cut(self, fault: JSONDecodeError) -> bool:
        return fault.msg.startswith("Unterminated") or fault.pos >= len(self._buffer) - _NEAR

    def _passed(self, value: Json, end: int) -> Json:
        self.size = end - self._at
        if self.size > self._longest:
            self.fail(f"An element is longer than {self._longest} characters.")
        count = self._buffer.count
        if count("{", self._at, end) + count("[", self._at, end) > self._depth and _depth(value) > self._depth:
            self.fail(f"Nested more than {self._depth} levels deep.")
        self._at = end
        return value

    def _more(self) -> bool:
        """Another piece, in the place of what has been passed; while a value is cut short, twice as much each time."""
        passed = self._buffer[: self._at]
        if lines := passed.count("\n"):
            self._line += lines
            self._column = len(passed) - passed.rfind("\n")
        else:
            self._column += len(passed)
        rest = self._buffer[self._at :]
        self._buffer, self._at = rest, 0
        fresh, wanted = [rest], len(rest)
        while wanted >= 0 and not self._ended:
            piece = next(self._pieces, None)
            self._ended = piece is None
            try:
                fresh.append(self._decode(piece or b"", self._ended))
            except UnicodeDecodeError as error:
                self._buffer = "".join([*fresh, error.object[: error.start].decode()])
                self._at = len(self._buffer)
                self.fail(f"The text is not UTF-8: {error.reason}.")
            wanted -= max(len(fresh[-1]), 1)
        self._buffer = "".join(fresh)
        return len(self._buffer) > len(rest) or not self._ended

    def fail(self, reason: str, kind: type[Malformed] = Malformed) -> NoReturn:
        before = self._buffer[: self._at]
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") if lines else self._column + len(before)
        raise kind(reason, line=self._line + lines, column=column)


def _array_of(text: str) -> list[Json]:
    """The values between the commas; none if that is no JSON."""
    try:
        values: list[Json] = orjson.loads(f"[{text}]")
    except orjson.JSONDecodeError:
        return []
    return values


def _depth(value: Json) -> int:
    """Level by level, so that depth costs no stack."""
    depth, level = 0, [value]
    while level := [inner for inner in level if isinstance(inner, dict | list)]:
        depth += 1
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
    return depth
