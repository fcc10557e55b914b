"""Real workers that are stopped, killed and cut off: what they had to do is done, once, by whoever is left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.site import Site, horse_of, horses_of, kill, wait_for

pytestmark = pytest.mark.acceptance

CLAIMS_AND_STOPS = """
import os, signal, django
django.setup()
from asyncops import claims, engine
claimed = claims.claim("slow")
os.kill(os.getpid(), signal.SIGSTOP)
engine.work(claimed)
"""


def waits_for_a_lock(site: Site) -> bool:
    """A worker that applies a chunk. Deriving, which may follow the one before, holds no lease."""
    leased = site.rows("SELECT 1 FROM asyncops_chunk WHERE state = 'leased'")
    return bool(leased and site.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


@contextmanager
def applying_behind_a_lock(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has done one operation, and is in the middle of another until the scene lets go of its row."""
    site.send(1, items=20, skus=20)
    worker = site.start_worker()
    wait_for(site.is_at_rest)
    with site.database() as blocker:
        blocker.execute("BEGIN; SELECT 1 FROM catalog_product WHERE sku = 'S7' FOR UPDATE")
        site.send(1, items=20, skus=20)
        wait_for(lambda: waits_for_a_lock(site))
        yield worker


def stopped(pid: int) -> bool:
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "T"


def test_the_chunk_of_a_killed_work_horse_is_taken_up_at_once(make_site):
    site = make_site(BULKHEAD_LEASE_SECONDS="300")
    with applying_behind_a_lock(site) as worker:
        begun = time.monotonic()
        os.kill(horse_of(worker), signal.SIGKILL)
    wait_for(site.all_done)
    assert time.monotonic() - begun < 15
    assert site.rows("SELECT attempt FROM asyncops_chunk ORDER BY id") == [(1,), (2,)]


def test_sigterm_ends_a_worker_within_its_running_chunk(make_site):
    site = make_site(BULKHEAD_CHUNK_RECORDS="10", BULKHEAD_DRAIN_SECONDS="60")
    site.send(1, items=2000, skus=2000)
    worker = site.start_worker()
    wait_for(site.has_begun)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=5) == 0
    done = site.rows("SELECT count(*) FROM asyncops_chunk WHERE state = 'done'")[0][0]
    assert 0 < done < 200
    assert site.rows("SELECT count(*) FROM asyncops_chunk WHERE state = 'leased'") == [(0,)]
    site.start_worker()
    wait_for(site.all_done, seconds=60)
    assert site.written() == [(2000, 2000)]
    assert site.rows("SELECT max(attempt) FROM asyncops_chunk") == [(1,)]


def test_sigterm_to_the_whole_process_group_does_the_same(make_site):
    site = make_site(BULKHEAD_CHUNK_RECORDS="10", BULKHEAD_DRAIN_SECONDS="60")
    site.send(1, items=4000, skus=4000)
    worker = site.start_worker()
    wait_for(site.has_begun)
    for pid in (worker.pid, horse_of(worker)):
        os.kill(pid, signal.SIGTERM)
    assert worker.wait(timeout=5) == 0
    assert site.rows("SELECT count(*) FROM asyncops_chunk WHERE state = 'leased'") == [(0,)]
    assert site.rows("SELECT count(*) > 0 FROM asyncops_chunk WHERE state = 'queued'") == [(True,)]


def test_a_worker_that_lost_its_lease_cannot_store_its_outcome(make_site):
    site = make_site()
    site.send(1, skus=1)
    slow = site.start("-c", CLAIMS_AND_STOPS)
    wait_for(lambda: stopped(slow.pid))
    site.start_worker()
    wait_for(site.all_done)
    with site.database() as connection:
        connection.execute("UPDATE catalog_product SET price_gross = 99 WHERE sku = 'S0'")
    slow.send_signal(signal.SIGCONT)
    assert slow.wait(timeout=10) == 0
    assert site.rows("SELECT price_gross::int FROM catalog_product WHERE sku = 'S0'") == [(99,)]
    assert site.rows("SELECT attempt, lease_owner <> 'slow' FROM asyncops_chunk") == [(2, True)]
    assert site.rows("SELECT created, total FROM asyncops_operation") == [(1, 1)]


def test_a_worker_that_is_stopped_in_the_middle_of_its_writes_holds_up_nobody_for_long(make_site):
    site = make_site()
    with applying_behind_a_lock(site) as first:
        horse = horse_of(first)
        os.kill(horse, signal.SIGSTOP)
        os.kill(first.pid, signal.SIGSTOP)
    site.start_worker()
    wait_for(site.all_done)
    before = site.written()
    os.kill(horse, signal.SIGCONT)
    os.kill(first.pid, signal.SIGCONT)
    wait_for(lambda: horse not in horses_of(first))
    assert site.written() == before == [(40, 40)]
    assert site.rows("SELECT created, updated FROM asyncops_operation ORDER BY seq") == [(20, 0), (0, 20)]


def test_a_work_horse_does_not_outlive_its_worker(make_site):
    """It would go on beside its replacement, with locks that nobody ends."""
    site = make_site(BULKHEAD_LEASE_SECONDS="300")
    with applying_behind_a_lock(site) as worker:
        os.kill(worker.pid, signal.SIGKILL)
        wait_for(lambda: not horses_of(worker), seconds=5)
    assert site.rows("SELECT state, attempt FROM asyncops_chunk ORDER BY id") == [("done", 1), ("leased", 1)]


def test_a_worker_gives_its_memory_back_with_every_job(make_site):
    site = make_site(BULKHEAD_CHUNK_RECORDS="100", BULKHEAD_DRAIN_CHUNKS="5")
    worker = site.start_worker()
    site.send(1, items=3000, skus=3000)
    wait_for(site.all_done)
    owners = site.rows("SELECT count(*) FROM asyncops_chunk GROUP BY lease_owner")
    assert sum(chunks for (chunks,) in owners) == 30
    assert max(chunks for (chunks,) in owners) <= 5
    assert worker.poll() is None


def test_50_000_records_are_cancelled_within_two_seconds(make_site):
    site = make_site()
    [uuid] = site.send(1, items=50_000, skus=50_000)
    site.start_worker()
    wait_for(site.has_begun)
    program = f"""
import time, django
django.setup()
from asyncops import control
from asyncops.models import Operation
from catalog.models import User
operation, by = Operation.objects.filter(uuid="{uuid}"), User.objects.get(username="admin")
begun = time.monotonic()
control.cancel(operation, by=by)
while not operation.get().is_final:
    assert time.monotonic() - begun < 30, operation.get().state
    time.sleep(0.01)
print(time.monotonic() - begun)
"""
    assert float(site.run("-c", program)) < 2
    assert site.states() == {"cancelled": 1}
    [(processed, untouched)] = site.rows("SELECT created, untouched FROM asyncops_operation")
    assert processed + untouched == 50_000
    assert 0 < processed == site.rows("SELECT count(*) FROM asyncops_item")[0][0]
    kill(site.processes[-1])
