"""A list that is larger than the memory that a process may take: it passes the web and a worker in parts."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from syncapi.oro.names import MEDIA_TYPE
from tests.acceptance.site import Site, wait_for

pytestmark = pytest.mark.acceptance

MIB = 1 << 20
LARGE = int(os.environ.get("BULKHEAD_TEST_BODY_MB", "60")) * 1_000_000  # bytes
SMALL = 8 * MIB  # no part of a body that is in memory at once is larger
RECORD = '{"type":"products","attributes":{"sku":"S%d-%%07d","name":"Product %%07d","price":"9.90","description":"%s"}}'
TOGETHER = 100  # records that are sent together
ALLOWED_MIB = 200
GROWTH_MIB = 16


class Peaks:
    """The largest resident size, in MiB, that each process of some sessions ever had."""

    def __init__(self, *sessions: int) -> None:
        self._sessions = sessions
        self.of = dict.fromkeys(sessions, 0.0)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """A work horse is gone after its job, so its peak is read while it works."""
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=[ended])
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(FileNotFoundError, ProcessLookupError):
                    session = int((process / "stat").read_text().rpartition(")")[2].split()[3])
                    if session in self.of:
                        self.of[session] = max(self.of[session], _peak_mib(process))


def _peak_mib(process: Path) -> float:
    lines = (process / "status").read_text().splitlines()
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), default=0.0)


def body(size: int, *, run: int) -> Iterator[bytes]:
    """About `size` bytes of new products of 2 kB each."""
    record = RECORD % (run, "It is described at some length, as products are. " * 38)
    numbers = range(size // len(record))
    yield b'{"data":['
    for first in numbers[::TOGETHER]:
        records = ",".join(record % (number, number) for number in numbers[first : first + TOGETHER])
        yield f"{',' if first else ''}{records}".encode()
    yield b"]}"


def send(site: Site, size: int, *, run: int) -> int:
    """The records that were written."""
    headers = {"Authorization": f"Bearer {site.token}", "Content-Type": MEDIA_TYPE}
    answer = requests.patch(f"{site.url}/api/products", data=body(size, run=run), headers=headers, timeout=600)
    assert answer.status_code == 202, answer.text
    wait_for(site.all_done, seconds=1200)
    return int(site.rows("SELECT created FROM asyncops_operation ORDER BY id DESC LIMIT 1")[0][0])


def test_memory_does_not_grow_with_the_body(make_site):
    site = make_site()
    web, worker = site.start_web(), site.start_worker()
    small, large = (Peaks(web.pid, worker.pid) for _ in range(2))
    with small.watched():
        send(site, SMALL, run=1)
    begun = time.monotonic()
    with large.watched():
        written = send(site, LARGE, run=2)
    seconds = time.monotonic() - begun
    told = [f"{name} {small.of[process.pid]:.0f} MiB, then {large.of[process.pid]:.0f} MiB"
            for name, process in (("web", web), ("worker", worker))]  # fmt: skip
    sys.stdout.write(f"{written:,} records, {LARGE / 1e6:.0f} MB in {seconds:.0f} s: {'; '.join(told)}\n")
    assert written == pytest.approx(LARGE / 2000, rel=0.1)
    for process in (web, worker):
        assert large.of[process.pid] < ALLOWED_MIB, told
        assert large.of[process.pid] - small.of[process.pid] < GROWTH_MIB, told
