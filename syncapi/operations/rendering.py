"""An operation in this product's own form, whatever dialect accepted it."""

from __future__ import annotations

from django.urls import reverse

from asyncops.models import Operation
from asyncops.results import ResultSet
from catalog.commands import Json


def operation(shown: Operation) -> dict[str, Json]:
    """Times are ISO 8601 with a zone, null where they have not come yet. Counts are those of the items so far."""
    return {
        "operation": shown.uuid,
        "dialect": shown.dialect,
        "kind": shown.kind,
        "entity": shown.entity,
        "policy": shown.policy,
        "state": shown.state,
        "is_final": shown.is_final,
        "counts": {
            "total": shown.total,
            "created": shown.created,
            "updated": shown.updated,
            "unchanged": shown.unchanged,
            "deleted": shown.deleted,
            "refused": shown.refused,
            "untouched": shown.untouched,
        },
        "progress": {"processed": shown.processed, "total": shown.total},
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
