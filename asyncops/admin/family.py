"""Where an operation comes from, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asyncops.models import Operation

MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    parent: Operation | None
    children: Sequence[Operation]  # the newest first


def of(operation: Operation) -> Family:
    children = Operation.objects.filter(parent=operation).select_related("user").order_by("-seq")
    return Family(parent=operation.parent, children=list(children[:MOST_SHOWN]))
