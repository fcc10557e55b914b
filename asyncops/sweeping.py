"""The safety net: whatever a crash, a lost doorbell or an empty Redis left behind is set going again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from asyncops import doorbell, downloading, errands, exporting, failing, finishing, splitting, working
from asyncops.models import Chunk, Operation, Pause
from asyncops.states import LIVE, ChunkState
from catalog import indexing


def sweep() -> None:
    """Repeat what may have been missed: skip, give up, finalise, ring. Any number of processes may do it at once."""
    _skip_unwanted()
    splitting.skip_unwanted()
    errands.skip_unwanted()
    failing.give_up()
    splitting.give_up()
    downloading.sweep()
    errands.give_up()
    complete = Operation.objects.filter(*finishing.nothing_open(), state__in=LIVE)
    finishing.finalise(set(complete.values_list("pk", flat=True)[:1000]))
    if _due().exists() or splitting.due().filter(_unpaused()).exists():
        doorbell.ring()
    if indexing.is_behind():
        doorbell.ring(working.INDEXING)
    exporting.sweep(now=timezone.now())
    for kind in working.KINDS:
        if kind.is_due():
            doorbell.ring(kind.queue)


def _skip_unwanted() -> None:
    """Chunks of cancelled operations that no worker holds; one that is being applied is locked, and left alone."""
    asked = Chunk.objects.filter(operation__cancel_requested_at__isnull=False, operation__state__in=LIVE, open=True)
    idle = asked.exclude(state=ChunkState.LEASED, lease_until__gte=Now())
    with transaction.atomic():
        free = list(idle.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
        Chunk.objects.filter(pk__in=free).update(state=ChunkState.CANCELLED, lease_until=None)


def _due() -> QuerySet[Chunk]:
    queued = Q(state=ChunkState.QUEUED, fetching=False) & (Q(available_at=None) | Q(available_at__lte=Now()))
    lost = Q(state=ChunkState.LEASED, lease_until__lt=Now())
    return Chunk.objects.filter(_unpaused(), queued | lost, open=True, operation__state__in=LIVE)


def _unpaused() -> Combinable:
    return ~Exists(Pause.objects.filter(Q(organization=None) | Q(organization=OuterRef("operation__organization"))))
