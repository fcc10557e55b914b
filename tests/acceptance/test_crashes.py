"""Nothing accepted is lost, applied twice, or stuck: with real processes that are really killed."""

from __future__ import annotations

import time

import pytest

from tests.acceptance.site import kill, wait_for

pytestmark = pytest.mark.acceptance


def test_a_worker_killed_in_the_middle_of_a_chunk_loses_and_doubles_nothing(site):
    uuid = site.bulk([{"sku": f"24-MB{n:02}", "price": 500 + n} for n in range(1, 31)])
    with site.database() as blocker:
        blocker.execute("BEGIN; SELECT 1 FROM catalog_product WHERE sku = '24-MB15' FOR UPDATE")
        first = site.start_worker()
        wait_for(lambda: site.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        kill(first)
    assert site.statuses(uuid) == [4] * 30
    site.start_worker()
    wait_for(site.all_done)
    assert site.statuses(uuid) == [1] * 30
    assert site.rows("SELECT count(*), count(DISTINCT sku) FROM ledger") == [(30, 30)]
    assert site.rows("SELECT updated, refused, state FROM asyncops_operation") == [(30, 0, "success")]
    assert site.rows("SELECT attempt FROM asyncops_chunk") == [(2,)]


def test_what_an_emptied_valkey_forgot_is_done_all_the_same(site):
    uuids = [site.put("24-MB01", price=price) for price in (1, 2, 3)]
    site.services.valkey.kill()
    site.services.valkey.start()
    site.start_worker()
    wait_for(lambda: [site.statuses(uuid) for uuid in uuids] == [[1]] * 3)
    assert site.rows("SELECT price_gross::int FROM catalog_product WHERE sku = '24-MB01'") == [(3,)]
    assert site.rows("SELECT count(*) FROM ledger") == [(3,)]


def test_an_idle_worker_brings_an_operation_to_its_end_whose_doorbell_was_lost(site):
    site.start_worker()
    first = site.put("24-MB02", price=5)
    wait_for(lambda: site.statuses(first) == [1])
    site.services.valkey.stop()
    begun = time.monotonic()
    uuid = site.put("24-MB01", price=7)
    assert time.monotonic() - begun < 3
    assert site.statuses(uuid) == [4]
    site.services.valkey.start()
    wait_for(lambda: site.statuses(uuid) == [1], seconds=60)
    assert site.rows("SELECT count(*) FROM ledger WHERE sku = '24-MB01'") == [(1,)]
