"""What scenes of errands do and ask again and again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from asyncops.errand_models import Errand, ErrandState, ResultFile
from asyncops.errands import Errands, Failed, Task
from asyncops.exporting import Exports, storage

EXPORTS = Exports()


def claim(kind: Errands[Any] = EXPORTS) -> list[Task]:
    return kind.claim(10, owner="me")


def run(kind: Errands[Any] = EXPORTS) -> list[Any]:
    """What a worker would do, in this transaction and this thread; what came out."""
    outcomes = [(task, kind.perform(task)) for task in claim(kind)]
    kind.store(outcomes)
    return [outcome for _, outcome in outcomes]


def fail(kind: Errands[Any] = EXPORTS, **failed: Any) -> None:
    [task] = claim(kind)
    kind.store([(task, Failed(reason="Because", **failed))])
    Errand.objects.update(available_at=None)


def expire_leases() -> None:
    Errand.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def kept() -> list[str]:
    """The files in the storage of results."""
    return sorted(storage().listdir("")[1])


def states() -> list[ErrandState]:
    return [ErrandState(state) for state in Errand.objects.order_by("pk").values_list("state", flat=True)]


def rows() -> list[tuple[str, bool]]:
    """Each file's path, and whether it was written."""
    found = ResultFile.objects.order_by("pk").values_list("path", "written_at")
    return [(path, written is not None) for path, written in found]
