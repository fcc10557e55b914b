"""What the garbage collector need not look at: whatever a process has loaded before it begins to work."""

from __future__ import annotations

import gc
from typing import Final

# A chunk or a request of 10,000 records makes a million objects, nearly none of them in cycles: with Python's own
# thresholds a third of the time of a write goes into looking for these.
THRESHOLDS: Final = (50_000, 20, 20)


def settle() -> None:
    """Call it once everything is loaded, before the first request or fork."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
