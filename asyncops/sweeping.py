"""The safety net: whatever a crash, a lost doorbell or an empty Redis left behind is set going again."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from asyncops import doorbell, failing, finishing
from asyncops.models import Chunk, Operation
from asyncops.states import LIVE, OPEN_CHUNK, ChunkState


def sweep() -> None:
    """Repeat what may have been missed: skip, give up, finalise, ring. Any number of processes may do it at once."""
    unwanted = Chunk.objects.filter(operation__cancel_requested_at__isnull=False, operation__state__in=LIVE)
    idle = Q(state=ChunkState.QUEUED) | Q(state=ChunkState.LEASED, lease_until__lt=Now())
    unwanted.filter(idle).update(state=ChunkState.CANCELLED, lease_until=None)
    failing.give_up()
    open_chunks = Chunk.objects.filter(operation=OuterRef("pk"), state__in=OPEN_CHUNK)
    complete = Operation.objects.filter(~Exists(open_chunks), state__in=LIVE)
    finishing.finalise(set(complete.values_list("pk", flat=True)[:1000]))
    due = Q(state=ChunkState.QUEUED) & (Q(available_at=None) | Q(available_at__lte=Now()))
    lost = Q(state=ChunkState.LEASED, lease_until__lt=Now())
    if Chunk.objects.filter(due | lost).exists():
        doorbell.ring()
