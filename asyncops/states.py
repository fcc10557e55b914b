"""The states of an operation and of a chunk, and every move between them: a compare-and-set in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.db.models import Case


class State(models.TextChoices):
    """Of an operation. Each dialect has its own words for them."""

    NEW = "new", "new"  # accepted, nothing of it has begun
    RUNNING = "running", "running"  # at least one chunk was claimed
    SUCCESS = "success", "success"  # every chunk is done; single records may be refused
    FAILED = "failed", "failed"  # a structural error, a refused policy `all`, or the machinery gave up
    CANCELLED = "cancelled", "cancelled"  # by staff or caller; what was written stays


class ChunkState(models.TextChoices):
    QUEUED = "queued", "queued"  # waits for its turn, or for `available_at` after a failure
    LEASED = "leased", "leased"  # a worker has it until `lease_until`
    DONE = "done", "done"  # its outcomes are journalled
    CANCELLED = "cancelled", "cancelled"  # never begun: its items are untouched
    DEAD = "dead", "dead"  # given up: its items have errors


class SplitState(models.TextChoices):
    """Of the stage that cuts a streamed body into chunks."""

    WAITING = "waiting", "waiting"  # its body is still to come
    QUEUED = "queued", "queued"
    LEASED = "leased", "leased"  # a worker has it until `lease_until`
    DONE = "done", "done"  # its chunks are there
    CANCELLED = "cancelled", "cancelled"
    DEAD = "dead", "dead"  # the body is wrong, or it was given up: the operation has errors and no chunks


TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    State.NEW: frozenset({State.RUNNING, State.SUCCESS, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset({State.SUCCESS, State.FAILED, State.CANCELLED}),
    State.SUCCESS: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
FINAL: Final = frozenset(state for state, targets in TRANSITIONS.items() if not targets)
LIVE: Final = frozenset(TRANSITIONS) - FINAL
OPEN_CHUNK: Final = frozenset({ChunkState.QUEUED, ChunkState.LEASED})
OPEN_SPLIT: Final = frozenset({SplitState.WAITING, SplitState.QUEUED, SplitState.LEASED})


def end(operations: models.QuerySet[Any], to: Case, **values: Any) -> int:
    """Move those of `operations` that are live to the final state that `to` makes of each as it is by then.

    One statement: between several, a cancel could be overlooked by the first and its skipped chunks taken for done by
    the last.
    """
    return operations.filter(state__in=LIVE).update(state=to, **values)


def move(operations: models.QuerySet[Any], to: State, **values: Any) -> int:
    """Move those of `operations` that may go to `to`; how many went. Nobody's final state is overwritten."""
    sources = [state for state, targets in TRANSITIONS.items() if to in targets]
    return operations.filter(state__in=sources).update(state=to, **values)
