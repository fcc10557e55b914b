"""An operation in this product's own form, whatever dialect accepted it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from asyncops import progress
from asyncops.models import Operation
from asyncops.results import ResultSet
from catalog.commands import Json


def operation(shown: Operation, *, now: datetime) -> dict[str, Json]:
    """Times are ISO 8601 with a zone, null where they have not come yet. Counts are those of the items so far.

    `progress`: `processed` and `total` items, `rate` (items a second) and `remaining_seconds`, null while unknown.
    """
    return {
        "operation": shown.uuid,
        "dialect": shown.dialect,
        "kind": shown.kind,
        "entity": shown.entity,
        "policy": shown.policy,
        "state": shown.state,
        "is_final": shown.is_final,
        "counts": shown.counts,
        "progress": progress.of(shown, now=now),
        "accepted_at": shown.accepted_at,
        "started_at": shown.started_at,
        "finished_at": shown.finished_at,
        "cancel_requested_at": shown.cancel_requested_at,
        "expires_at": shown.expires_at,
        "links": {
            "self": reverse("operation", args=[shown.uuid]),
            **{wanted.value: reverse("operation-results", args=[shown.uuid, wanted.value]) for wanted in ResultSet},
        },
    }
