"""UUIDv7 in Python: PostgreSQL before 18 has none, and the writer needs ids before it writes."""

from __future__ import annotations

import os
import time
from uuid import UUID

_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)
_RANDOM_BITS = ~((0xF << 76) | (3 << 62)) & ((1 << 80) - 1)
_RANDOM_BYTES = 10


def uuid7() -> UUID:
    """RFC 9562, section 5.7: 48 bits of milliseconds, then random bits."""
    return uuid7s(1)[0]


def uuid7s(count: int) -> list[UUID]:
    """`count` of them, of one moment, with one call for all random bits."""
    moment = time.time_ns() // 1_000_000 << 80 | _VERSION_AND_VARIANT
    random = os.urandom(count * _RANDOM_BYTES)
    tails = (random[first : first + _RANDOM_BYTES] for first in range(0, len(random), _RANDOM_BYTES))
    return [UUID(int=moment | int.from_bytes(tail, "big") & _RANDOM_BITS) for tail in tails]
