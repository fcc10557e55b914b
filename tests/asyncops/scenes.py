"""What scenes of the engine do and ask again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from asyncops import journal
from asyncops.models import Chunk, Operation
from asyncops.states import ChunkState
from catalog.models import Product


def outcomes(operation: Operation) -> list[str]:
    operation.refresh_from_db()
    return [view.outcome for view in journal.items(operation)]


def codes(operation: Operation) -> list[str]:
    """The codes of all errors, in the order of the items."""
    return [error.code.value for view in journal.items(operation) for error in view.errors]


def stock(sku: str) -> int:
    return Product.objects.get(sku=sku).stock


def expire_leases() -> None:
    Chunk.objects.filter(state=ChunkState.LEASED).update(lease_until=timezone.now() - timedelta(seconds=1))


def make_due() -> None:
    """As if the back-off were over."""
    Chunk.objects.update(available_at=None)


def at_once(*acts: Callable[[], object]) -> None:
    """Each in its own thread, with its own connection. Raises the first error."""
    errors: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
