"""What a webhook says: that something has happened, and what to ask for (contract 7). Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import orjson

from asyncops import jobids
from asyncops.dialects import Notice
from catalog.commands import Json
from syncapi.shoptet import moments

TEST: Final = "test"  # what a test of the way is about


def body(notice: Notice) -> tuple[str, bytes]:
    """What it is about: a job, a product, or nothing; and the body."""
    instance = TEST
    if notice.record is not None:
        instance = str(notice.record)
    elif notice.operation is not None:
        instance = jobids.of(notice.operation)
    return instance, orjson.dumps(told(notice.organization, event=notice.event, at=notice.at, instance=instance))


def told(organization: int, *, event: str, at: datetime, instance: str) -> dict[str, Json]:
    return {"eshopId": organization, "event": event, "eventCreated": moments.written(at), "eventInstance": instance}
