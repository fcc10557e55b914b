"""Totals that only grow, for monitoring: added in the transaction of what they count, whatever process that runs in.

Each database session adds to one of a few slots, so that processes seldom wait for each other; readers sum them up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from asyncops.models import Operation
from catalog.sql import run

SLOTS: Final = 32
BOUNDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)  # seconds of a chunk
OUTCOMES: Final = ("created", "updated", "unchanged", "deleted", "refused")
RECORDS: Final = "records"
ENDED: Final = "ended"
CHUNKS: Final = "chunks"
SECONDS: Final = "chunk_seconds"
WEBHOOKS: Final = "webhooks"

_ADD: Final = f"""
    INSERT INTO asyncops_tally (slot, name, value)
    SELECT mod(pg_backend_pid(), {SLOTS}), u.name, u.value FROM unnest(%b::text[], %b::float8[]) AS u (name, value)
     ORDER BY u.name
        ON CONFLICT (slot, name) DO UPDATE SET value = asyncops_tally.value + excluded.value"""
_ENDED: Final = f"""
    INSERT INTO asyncops_tally (slot, name, value)
    SELECT mod(pg_backend_pid(), {SLOTS}), '{ENDED}:' || state, count(*)
      FROM asyncops_operation WHERE id = ANY(%b::bigint[]) GROUP BY state ORDER BY state
        ON CONFLICT (slot, name) DO UPDATE SET value = asyncops_tally.value + excluded.value"""


def chunks(counts: Sequence[Mapping[str, int]], *, seconds: float, number: int) -> None:
    """`number` chunks were applied together in so many seconds; `counts`: outcomes of those that really wrote."""
    each = seconds / number
    bound = next((bound for bound in BOUNDS if each <= bound), None)
    bucket = f"{CHUNKS}:{'+Inf' if bound is None else bound}"
    add({**_records(counts), bucket: number, SECONDS: seconds})


def ended(operations: Sequence[int]) -> None:
    """They have reached their final state in this transaction."""
    run(_ENDED, [list(operations)])


def done_at_once(operations: Sequence[Operation]) -> None:
    """Unsaved operations that end with their request."""
    states = Counter(f"{ENDED}:{operation.state}" for operation in operations)
    add({**_records([operation.counts for operation in operations if not operation.dry_run]), **states})


def webhooks(*, acknowledged: int, failed: int) -> None:
    add({f"{WEBHOOKS}:acknowledged": acknowledged, f"{WEBHOOKS}:failed": failed})


def add(values: Mapping[str, float]) -> None:
    some = {name: value for name, value in values.items() if value}
    if some:
        run(_ADD, [list(some), [float(value) for value in some.values()]])


def read() -> dict[str, float]:
    """All totals by name."""
    return dict(run("SELECT name, sum(value) FROM asyncops_tally GROUP BY name"))


def _records(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {f"{RECORDS}:{name}": sum(some.get(name, 0) for some in counts) for name in OUTCOMES}
