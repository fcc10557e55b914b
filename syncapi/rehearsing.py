"""Dry runs: `Bulkhead-Dry-Run: 1` on any write of any dialect tells what would happen, and nothing of it stays.

What is synchronous is done, answered in the dialect's own form, and rolled back; what is asynchronous becomes an
operation that is a dry run, worked off like any other and undone at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import orjson
from django.conf import settings
from rest_framework.response import Response

from catalog.commands import Json
from catalog.outcomes import Outcome, OutcomeKind
from syncapi.exchange import ApiRequest
from syncapi.problems import BadHeader

HEADER: Final = "Bulkhead-Dry-Run"
_ASKED: Final = {"1": True, "true": True, "0": False, "false": False, "": False}


def is_asked_for(meta: Mapping[str, Any], *, allowed: bool) -> bool:
    """Raises BadHeader for what is neither yes nor no, and where a dry run is not `allowed`."""
    value = meta.get("HTTP_BULKHEAD_DRY_RUN", "").strip().lower()
    if value not in _ASKED or (_ASKED[value] and not allowed):
        raise BadHeader(name=HEADER, value=value)
    return _ASKED[value]


def key(value: str) -> str:
    """Keys of dry runs are their own: the same one may be used for what then really happens."""
    return f"dry run {sha256(value.encode()).hexdigest()}"


def mark(request: ApiRequest, response: Response) -> None:
    """Say in the answer that it is a dry run's and, of a synchronous one, what each item would have changed."""
    if not request.dry_run:
        return
    response.headers[HEADER] = "1"
    if outcomes := [outcome for some in request.rehearsed for outcome in some]:
        response.headers["Bulkhead-Outcomes"] = _counts(outcomes)
        changes = _ascii([_told(index, outcome) for index, outcome in enumerate(outcomes)])
        fits = len(changes) <= settings.DRY_RUN_HEADER_BYTES
        response.headers["Bulkhead-Changes"] = changes if fits else "omitted"


def _counts(outcomes: list[Outcome]) -> str:
    counts = Counter(outcome.kind for outcome in outcomes)
    return ", ".join(f"{kind}={counts[kind]}" for kind in OutcomeKind if counts[kind])


def _told(index: int, outcome: Outcome) -> dict[str, Json]:
    changes = orjson.loads(outcome.changes) if outcome.changes else []
    return {"index": index, "outcome": outcome.kind, "changes": changes}


def _ascii(value: Json) -> str:
    """JSON that a header can carry."""
    text = orjson.dumps(value).decode()
    return "".join(char if char.isascii() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
