"""A client whose connection broke sends its request again, to a web process that was really killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import requests

from asyncops.placing import ACCEPT_LOCK
from tests.acceptance.conftest import MakeSite
from tests.acceptance.site import Site, kill, wait_for

pytestmark = pytest.mark.acceptance

BODY = {"product": {"name": "Bag", "attribute_set_id": 4, "price": 77}}
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'"
LEFT = "SELECT (SELECT count(*) FROM asyncops_operation), (SELECT count(*) FROM asyncops_idempotencykey)"


def put(site: Site, path: str, **headers: str) -> requests.Response:
    return requests.put(
        f"http://127.0.0.1:{site.port}/rest/all/{path}",
        json=BODY,
        headers={"Authorization": f"Bearer {site.token}", "Idempotency-Key": "k", **headers},
        timeout=20,
    )


def same(answer: requests.Response) -> tuple[Any, ...]:
    """Without what the server says of itself and of the time."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Date", "Server", "Connection"}}
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize("path", ["async/V1/products/K", "V1/products/K"])
def test_a_request_that_died_with_its_process_is_done_once(make_site: MakeSite, path: str):
    site = make_site()
    with ThreadPoolExecutor(1) as pool:
        web = site.start_web()
        with site.database() as blocker:  # the last thing before the commit, which is never reached
            blocker.execute(f"SELECT pg_advisory_lock({ACCEPT_LOCK})")
            broken = pool.submit(put, site, path)
            wait_for(lambda: site.rows(WAITING))
            kill(web)
        with suppress(requests.ConnectionError):
            broken.result()
            raise AssertionError("the connection did not break")
        wait_for(lambda: not site.rows(WAITING))
        assert site.rows(LEFT) == [(0, 0)]
        site.start_web()
        first, second = put(site, path), put(site, path)
        assert first.status_code in {200, 202}
        assert same(second) == same(first)
        assert site.rows(LEFT) == [(1, 1)]


def test_twenty_at_once_over_the_wire_are_one_operation(site: Site):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: put(site, "async/V1/products/K"), range(20)))
    good = [answer for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert good
    assert len({answer.content for answer in good}) == 1
    assert site.rows(LEFT) == [(1, 1)]


def test_a_caller_waits_for_a_real_worker(site: Site):
    site.start_worker()
    answer = put(site, "async/V1/products/K", Prefer="wait=20")
    assert (answer.status_code, answer.headers["Bulkhead-State"]) == (202, "success")
    assert site.rows("SELECT price_gross::int FROM catalog_product WHERE sku = 'K'") == [(77,)]
