"""What may be asked of the list of operations and of the actions on one. Pure."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from catalog.commands import Json
from syncapi.operations.problems import BadParameter

LIMIT: Final = 50
MOST: Final = 200
STATES: Final = ("new", "running", "success", "failed", "cancelled")
WHICH: Final = ("refused", "untouched", "all_unfinished")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Operations, the latest first; None or empty is not asked for. `before`: the accept order that a cursor means."""

    states: tuple[str, ...] = ()
    dialect: str | None = None
    entity: str | None = None
    kind: str | None = None
    parent: UUID | None = None
    dry_run: bool | None = None
    accepted_from: datetime | None = None
    accepted_before: datetime | None = None
    search: str | None = None  # see asyncops.searching
    before: int | None = None
    limit: int = LIMIT


def query(parameters: Mapping[str, Sequence[str]]) -> Query:
    """Raises BadParameter, also for a name that is not known or comes twice: a filter that is ignored would show too
    much.
    """
    values: dict[str, Json] = {}
    for name, texts in parameters.items():
        text = ", ".join(texts)
        if name not in _READERS or len(texts) > 1:
            raise BadParameter(name=name, value=text)
        field, read = _READERS[name]
        try:
            values[field] = read(text)
        except (ValueError, KeyError, OverflowError):
            raise BadParameter(name=name, value=text) from None
    return Query(**values)


def cursor(seq: int) -> str:
    """Stands for the place after the operation with this accept order."""
    return urlsafe_b64encode(str(seq).encode()).decode().rstrip("=")


def which(body: Json) -> str:
    """The items that a retry repeats. Raises BadParameter."""
    value = _member(body, "which", "all_unfinished")
    if value not in WHICH:
        raise BadParameter(name="which", value=value)
    return str(value)


def nothing(body: Json) -> None:
    """For actions that take no parameters. Raises BadParameter."""
    if body not in (None, {}, ""):
        raise BadParameter(name="body", value=next(iter(body), "") if isinstance(body, dict) else "not an object")


def _member(body: Json, name: str, default: str) -> Json:
    if body in (None, {}, ""):
        return default
    if not isinstance(body, dict):
        raise BadParameter(name="body", value="not an object")
    if unknown := next((key for key in body if key != name), None):
        raise BadParameter(name=unknown, value=body[unknown])
    return body[name]


def _states(text: str) -> tuple[str, ...]:
    states = tuple(text.split(","))
    if not set(states) <= set(STATES):
        raise ValueError(text)
    return states


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that nobody encoded
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)  # of a moment that no database knows: OverflowError


def _place(text: str) -> int:
    digits = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode("ascii")
    if not digits.isdecimal() or len(digits) > 18:
        raise ValueError(text)
    return int(digits)


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST):
        raise ValueError(text)
    return int(text)


def _text(text: str) -> str:
    if "\0" in text:
        raise ValueError(text)
    return text


_READERS: Final[Mapping[str, tuple[str, Callable[[str], Json]]]] = {
    "state": ("states", _states),
    "dialect": ("dialect", _text),
    "entity": ("entity", _text),
    "kind": ("kind", _text),
    "parent": ("parent", UUID),
    "search": ("search", _text),
    "dry_run": ("dry_run", lambda text: _BOOLEANS[text.lower()]),
    "accepted_from": ("accepted_from", _moment),
    "accepted_before": ("accepted_before", _moment),
    "cursor": ("before", _place),
    "limit": ("limit", _limit),
}
PARAMETERS: Final = tuple(_READERS)
