"""The part of a dialect that is alike in most: how long its operations can be read, and a parser that may refuse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.conf import settings

from asyncops.dialects import ItemRefused
from catalog.commands import Command, Json
from catalog.outcomes import NotUnderstoodError


class Speaking(ABC):
    name: ClassVar[str]

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=settings.OPERATION_DAYS)

    def parse(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        """Raises ItemRefused."""
        try:
            return self.command(kind, item, context)
        except NotUnderstoodError as reason:
            raise ItemRefused(*reason.errors) from None

    @abstractmethod
    def command(self, kind: str, item: Json, context: Mapping[str, Json]) -> Command:
        """What an item means. Raises NotUnderstoodError."""
