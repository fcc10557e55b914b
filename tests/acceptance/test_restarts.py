"""Servers that are restarted under busy workers, and workers that are replaced: nothing is lost, nothing done twice."""

from __future__ import annotations

import os
import signal
import time

import pytest
import requests

from tests.acceptance.site import horse_of, wait_for

pytestmark = pytest.mark.acceptance


def test_a_pool_of_workers_replaces_the_one_that_was_killed_and_ends_on_sigterm(make_site):
    site = make_site(BULKHEAD_CHUNK_RECORDS="10")
    pool = site.start("manage.py", "rqworker-pool", "--num-workers", "2")
    site.send(1, items=2000, skus=2000)
    wait_for(site.has_begun)
    os.kill(horse_of(pool), signal.SIGKILL)
    wait_for(site.all_done)
    site.send(10, skus=10)
    wait_for(site.all_done)
    assert site.written() == [(2010, 2010)]
    pool.send_signal(signal.SIGTERM)
    assert pool.wait(timeout=15) == 0


def test_workers_go_on_after_postgresql_was_restarted_under_them(make_site):
    site = make_site(BULKHEAD_CHUNK_RECORDS="20")
    busy, idle = site.start_worker(), site.start_worker()
    site.send(1, items=4000, skus=4000)
    wait_for(site.has_begun)
    site.services.postgres.stop()
    site.services.postgres.start()
    wait_for(site.all_done, seconds=60)
    assert site.written() == [(4000, 4000)]
    assert (busy.poll(), idle.poll()) == (None, None)


def test_no_request_meets_a_connection_that_ended_with_postgresql(make_site):
    site = make_site()
    site.start_web()

    def put(sku: str) -> int:
        return requests.put(
            f"http://127.0.0.1:{site.port}/rest/all/async/V1/products/{sku}",
            json={"product": {"price": 5}},
            headers={"Authorization": f"Bearer {site.token}"},
            timeout=20,
        ).status_code

    assert [put(f"A{n}") for n in range(8)] == [202] * 8  # each thread has its connection
    site.services.postgres.stop()
    site.services.postgres.start()
    assert [put(f"B{n}") for n in range(8)] == [202] * 8


def test_workers_go_on_after_valkey_was_restarted_empty_under_them(make_site):
    site = make_site(BULKHEAD_CHUNK_RECORDS="20")
    busy, idle = site.start_worker(), site.start_worker()
    site.send(1, items=4000, skus=4000)
    wait_for(site.has_begun)
    site.services.valkey.kill()
    time.sleep(2)
    site.services.valkey.start()
    wait_for(site.all_done, seconds=60)
    site.send(1, skus=1)
    wait_for(site.all_done, seconds=60)
    assert site.written() == [(4001, 4001)]
    assert (busy.poll(), idle.poll()) == (None, None)
