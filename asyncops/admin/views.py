"""The same operation as each dialect would show it to its callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.http import Http404

from asyncops import dialects, redacting
from asyncops.dialects import ShowingDialect
from asyncops.models import Operation

MOST_ITEMS = 20
LONGEST = 50_000  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    request: str
    answer: str  # indented JSON
    most_items: int | None  # the answer has no more, though the operation does


def names() -> Sequence[str]:
    return [dialect.name for dialect in dialects.showing()]


def show(operation: Operation, name: str, *, now: datetime) -> Shown:
    """Raises Http404."""
    found = _dialect(name).render_status(operation, items=MOST_ITEMS, now=now)
    text = orjson.dumps(redacting.redacted(found.answer), option=orjson.OPT_INDENT_2, default=str).decode()
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… {len(text):,} characters in all"
    return Shown(request=found.request, answer=cut, most_items=MOST_ITEMS if operation.total > MOST_ITEMS else None)


def _dialect(name: str) -> ShowingDialect:
    for dialect in dialects.showing():
        if dialect.name == name:
            return dialect
    raise Http404
