"""UUIDv7 in Python: PostgreSQL before 18 has none, and the writer needs ids before it writes."""

from __future__ import annotations

import os
import time
from uuid import UUID

_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)
_RANDOM_BITS = ~((0xF << 76) | (3 << 62)) & ((1 << 80) - 1)


def uuid7() -> UUID:
    """RFC 9562, section 5.7: 48 bits of milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS | _VERSION_AND_VARIANT
    return UUID(int=milliseconds << 80 | tail)
