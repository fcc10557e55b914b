"""Shoptet's leaky bucket: each request of a token is a drop (contract 8). Off unless a setting gives it a size.

Kept in the shared cache; of requests at the very same moment one may go uncounted, and without Redis nobody is limited.
"""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError

from syncapi.shoptet.refusals import Fault, Refusal

SIZE: Final = 200  # drops, what is shown while there is no limit
LEAK: Final = 10.0  # drops a second
HEADER: Final = "X-RateLimit-Bucket-Filling"


def shown(level: float) -> str:
    return f"{math.ceil(level)}/{settings.SHOPTET_BUCKET_DROPS or SIZE}"


def pour(secret: str, *, now: datetime) -> float:
    """The level of this token's bucket with one drop more. Raises Refusal 429 when it is full."""
    size = settings.SHOPTET_BUCKET_DROPS
    if not size:
        return 0.0
    cache, key = caches["default"], "shoptet-bucket:" + hashlib.sha256(secret.encode()).hexdigest()
    try:
        level, at = cache.get(key) or (0.0, now)
        level = max(0.0, level - LEAK * (now - at).total_seconds()) + 1
        if level > size:
            raise _full(level - size, now)
        cache.set(key, (level, now), timeout=math.ceil(size / LEAK) + 1)
    except RedisError:
        return 0.0
    return float(level)


def _full(over: float, now: datetime) -> Refusal:
    """With the moment from which on there is room again, in whole seconds."""
    again = (now + timedelta(seconds=over / LEAK + 1)).astimezone(UTC)
    fault = Fault(code="too-many-requests", message="Too many requests. Please try again later.")
    headers = {"Retry-After": format_datetime(again, usegmt=True), HEADER: shown(settings.SHOPTET_BUCKET_DROPS)}
    return Refusal(429, fault, headers=headers)
