"""When a webhook is tried, and tried again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from django.conf import settings

JITTER: Final = 0.1  # of a waiting time, either way: receivers that come back are not met by everything at once
MOST: Final = timedelta(days=1)  # that a receiver may put us off


def first(*, after: datetime) -> datetime:
    return after + timedelta(seconds=settings.WEBHOOK_RETRY_SECONDS[0])


def following(attempts: int, *, now: datetime, not_before: datetime | None = None) -> datetime | None:
    """When to try again after this many attempts; None when that was the last."""
    if attempts >= len(settings.WEBHOOK_RETRY_SECONDS):
        return None
    wait = settings.WEBHOOK_RETRY_SECONDS[attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    planned = now + timedelta(seconds=wait)
    return max(planned, not_before) if not_before else planned


def retry_after(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """What a receiver that is busy asks for: seconds, or a date."""
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return now + min(timedelta(seconds=min(int(given), 10**6)), MOST)
    try:
        asked = parsedate_to_datetime(given)
    except ValueError:
        return None
    return min(asked, now + MOST) if asked.tzinfo else None
