"""How far the chunks of an operation are, and which of them had trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from asyncops.models import Chunk, Operation

MOST_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    chunks: Mapping[str, int]  # by state
    troubled: Sequence[Chunk]  # the first ones that failed at least once


def of(operation: Operation) -> Work:
    chunks = Chunk.objects.filter(operation=operation)
    counted = chunks.values_list("state").annotate(Count("pk")).order_by("state")
    troubled = chunks.exclude(last_error="").defer("payload", "writes", "refers", "unchanged").order_by("number")
    return Work(chunks=dict(counted), troubled=list(troubled[:MOST_SHOWN]))
