"""The one port through which the engine reaches up: what a dialect must offer a worker and the admin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from catalog.commands import Command, Json
from catalog.outcomes import FieldError


class ItemRefused(Exception):
    """The dialect cannot make a command of an item. Its errors become the item's."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors


class Dialect(Protocol):
    """Pure and cheap: a worker parses again what was parsed when the request came in."""

    @property
    def name(self) -> str: ...

    @property
    def lifetime(self) -> timedelta:
        """How long an operation that this dialect accepted can be read, in all dialects."""

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        """The command that an item of an operation of this kind means. Raises ItemRefused."""

    def missing_is_refused(self, kind: str) -> bool:
        """Whether a record that is to be deleted and is not there is an error or a success."""


_REGISTERED: dict[str, Dialect] = {}


def register(dialect: Dialect) -> None:
    _REGISTERED[dialect.name] = dialect


def get(name: str) -> Dialect:
    return _REGISTERED[name]
