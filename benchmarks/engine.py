"""The engine with one real worker: many small operations, and a small one beside another organization's import."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from django.utils import timezone

from asyncops import dialects, intake, understanding
from asyncops.models import Chunk, Operation
from asyncops.states import LIVE
from asyncops.submissions import Caller, Submission
from benchmarks.figures import Figure
from benchmarks.records import empty
from catalog.accounts import ensure_user
from catalog.commands import Json
from catalog.rights import Rights
from catalog.sql import run

SINGLES = 3_000
IMPORT = 1_000_000
SMALL = 10
ROUNDS = 5
ALLOWED_S = 2.0  # beyond the idle time


def figures() -> Iterator[Figure]:
    yield from _singles()
    yield from _beside_an_import()
    empty()


def _singles() -> Iterator[Figure]:
    """As many products as operations, and 50 products only: then most operations wait for others of the same claim."""
    for skus in (SINGLES, 50):
        empty()
        begun = time.perf_counter()
        for number in range(SINGLES):
            intake.accept(_submission([_item(number % skus, number)]), by=_caller("Bench"))
        accepted = time.perf_counter() - begun
        subprocess.run([sys.executable, "manage.py", "rqworker", "--burst"], check=True, capture_output=True)
        [(applied,)] = run(
            "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8 FROM asyncops_operation"
        )
        assert not Operation.objects.filter(state__in=LIVE).exists()
        yield Figure(name=f"accept single records, {skus:,} SKUs", median_s=accepted, records=SINGLES)
        yield Figure(name=f"apply single records, {skus:,} SKUs, one worker", median_s=applied, records=SINGLES)


def _beside_an_import() -> Iterator[Figure]:
    empty()
    with _worker():
        _delay(0)  # the worker has started
        idle = [_delay(number) for number in range(1, ROUNDS + 1)]
        _accept_import()
        busy = [_delay(number) for number in range(ROUNDS + 1, 2 * ROUNDS + 1)]
    lowest = statistics.median(idle)
    assert max(busy) < lowest + ALLOWED_S, f"{max(busy):.1f} s behind an import, {lowest:.1f} s without"
    yield Figure(name=f"{SMALL} records, idle", median_s=lowest, records=SMALL)
    yield Figure(
        name=f"{SMALL} records beside {IMPORT:,} of another",
        median_s=statistics.median(busy),
        records=SMALL,
        ratio=statistics.median(busy) / lowest,
    )


def _delay(number: int) -> float:
    """Seconds from the accept of a small operation to its end."""
    items = [_item(IMPORT + index, number) for index in range(SMALL)]
    operation = intake.accept(_submission(items), by=_caller("Small"))
    deadline = time.monotonic() + 60
    while not operation.is_final:
        assert time.monotonic() < deadline, "the worker does not work"
        time.sleep(0.005)
        operation.refresh_from_db()
    assert operation.finished_at
    return (operation.finished_at - operation.accepted_at).total_seconds()


def _accept_import() -> None:
    """One operation, accepted a chunk at a time: its million items need not be in memory at once."""
    now, caller = timezone.now(), _caller("Bench")
    [(id,)] = run("SELECT nextval(pg_get_serial_sequence('asyncops_operation', 'id'))")
    operation = Operation(
        id=id,
        organization=caller.user.organization,
        user=caller.user,
        dialect="magento",
        kind="POST products",
        entity="product",
        context={"store": None, "path": {}},
        total=IMPORT,
        accepted_at=now,
        expires_at=now + dialects.get("magento").lifetime,
    )
    with intake.one_commit() as operations:
        size = settings.CHUNK_RECORDS
        for number, first in enumerate(range(0, IMPORT, size)):
            items = [_item(index, number) for index in range(first, first + size)]
            Chunk.objects.bulk_create(understanding.chunks(operation, items, first=first, number=number, size=size))
        operations.append(operation)


def _submission(items: Sequence[Json]) -> Submission:
    context: dict[str, Json] = {"store": None, "path": {}}
    return Submission(dialect="magento", kind="POST products", entity="product", items=items, context=context)


def _item(number: int, value: int) -> Json:
    product = {"sku": f"BENCH-{number:07}", "name": f"Product {number}", "price": 1 + value, "attribute_set_id": 4}
    return {"product": product}


@cache
def _caller(organization: str) -> Caller:
    user = ensure_user(organization=organization, username=organization, password="bench", rights="all")
    return Caller(user=user, rights=Rights.of(user))


@contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "rqworker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
