"""A worker is killed at every point of its work in turn: what it left is done, once, by the next one."""

from __future__ import annotations

import signal

import pytest

from tests.acceptance.site import Site, kill, wait_for

pytestmark = pytest.mark.acceptance

POINTS = (
    "after asyncops.claims.claim",
    "before asyncops.engine._apply_together",
    "before asyncops.journal.record",
    "before asyncops.finishing.count",
    "after asyncops.finishing.complete",
    "before asyncops.finishing.finalise",
    "before asyncops.states.end",
    "after asyncops.states.end",
    "after asyncops.finishing.finalise",
)
SLOW_COMMIT = """
    CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER doze AFTER INSERT ON asyncops_item DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION doze()"""
DOZES = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
NOT_WHOLE = "SELECT id FROM asyncops_operation WHERE (state, created + updated, refused) <> ('success', 3, 0)"


def expire_leases(site: Site) -> None:
    with site.database() as connection:
        connection.execute("UPDATE asyncops_chunk SET lease_until = now() - interval '1 s' WHERE state = 'leased'")


def audit(site: Site) -> None:
    site.run("manage.py", "audit", "--grace", "0")


def test_wherever_a_worker_dies_its_operation_is_done_once(make_site):
    site = make_site(BULKHEAD_LEASE_SECONDS="300", BULKHEAD_CHUNK_RECORDS="3")  # so each claims one operation
    site.send(len(POINTS), items=3, skus=300)
    dying = {point: site.start("-m", "tests.acceptance.crashing", *point.split()) for point in POINTS}
    for point, worker in dying.items():
        assert worker.wait(timeout=60) == -signal.SIGKILL, point
    assert site.states().get("success", 0) < len(POINTS)
    expire_leases(site)
    site.start_worker()
    wait_for(site.all_done)
    writes = 3 * len(POINTS)
    assert site.written() == [(writes, writes)]
    assert site.rows(NOT_WHOLE) == []
    assert site.rows("SELECT count(*) FROM asyncops_item") == [(writes,)]
    audit(site)


def test_a_worker_that_dies_in_its_commit_leaves_all_or_nothing(make_site):
    site = make_site(BULKHEAD_LEASE_SECONDS="300")
    with site.database() as connection:
        connection.execute(SLOW_COMMIT)
    site.send(1, items=3, skus=3)
    dying = site.start("manage.py", "drain")
    wait_for(lambda: site.rows(DOZES))
    kill(dying)
    with site.database() as connection:
        connection.execute("DROP TRIGGER doze ON asyncops_item")
    expire_leases(site)
    site.start_worker()
    wait_for(site.all_done)
    assert site.written() == [(3, 3)]
    assert site.rows(NOT_WHOLE) == []
    audit(site)


def test_an_operation_whose_web_process_died_before_it_rang_is_done(make_site):
    """Between the commit of the accept and the doorbell."""
    site = make_site()
    worker = site.start_worker()
    program = """
import os, signal, sys
from asyncops import doorbell
doorbell.ring = lambda: os.kill(os.getpid(), signal.SIGKILL)
from tests.acceptance import sending
sending.main(1, 3, 3, 1)
"""
    accepting = site.start("-c", f"import django\ndjango.setup()\n{program}")
    assert accepting.wait(timeout=30) == -signal.SIGKILL
    wait_for(site.all_done)
    assert site.written() == [(3, 3)]
    assert worker.poll() is None
