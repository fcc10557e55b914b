"""An operation in this product's own form, whatever dialect accepted it."""

from __future__ import annotations

import math
from datetime import datetime
from hashlib import sha256
from typing import Final

import orjson
from django.urls import reverse

from asyncops import progress
from asyncops.models import Operation
from asyncops.results import ResultSet
from catalog.commands import Json

SOONEST: Final = 1  # seconds after which to ask again
LATEST: Final = 30
_ACTIONS: Final = ("changes", "events", "cancel", "retry", "revert")


def operation(shown: Operation, *, now: datetime) -> dict[str, Json]:
    """Times are ISO 8601 with a zone, null where they have not come yet. Counts are those of the items so far.

    `progress`: `processed` and `total` items, `rate` (items a second) and `remaining_seconds`, null while unknown.
    `parent` and `repeats`: for a retry, which items of which operation it repeats.
    """
    return {
        "operation": shown.uuid,
        "dialect": shown.dialect,
        "kind": shown.kind,
        "entity": shown.entity,
        "endpoint": shown.endpoint,
        "policy": shown.policy,
        "dry_run": shown.dry_run,
        "user": shown.user.username,
        "parent": shown.parent.uuid if shown.parent else None,
        "repeats": shown.retried or None,
        "state": shown.state,
        "is_final": shown.is_final,
        "counts": shown.counts,
        "progress": progress.of(shown, now=now),
        "accepted_at": shown.accepted_at,
        "started_at": shown.started_at,
        "finished_at": shown.finished_at,
        "cancel_requested_at": shown.cancel_requested_at,
        "expires_at": shown.expires_at,
        "links": _links(shown),
    }


def etag(shown: Operation) -> str:
    """Another one as soon as anything but the estimates of `progress` is another."""
    told = [str(shown.uuid), shown.state, *shown.counts.values(), shown.started_at, shown.cancel_requested_at]
    return f'W/"{sha256(orjson.dumps(told)).hexdigest()[:32]}"'


def ask_again(shown: Operation, *, now: datetime) -> int | None:
    """Seconds after which to look again; None when it has ended."""
    if shown.is_final:
        return None
    remaining = progress.of(shown, now=now).remaining_seconds
    return SOONEST if remaining is None else max(SOONEST, min(LATEST, math.ceil(remaining)))


def _links(shown: Operation) -> dict[str, str]:
    return {
        "self": reverse("operation", args=[shown.uuid]),
        **{wanted.value: reverse("operation-results", args=[shown.uuid, wanted.value]) for wanted in ResultSet},
        **{action: reverse(f"operation-{action}", args=[shown.uuid]) for action in _ACTIONS},
    }
