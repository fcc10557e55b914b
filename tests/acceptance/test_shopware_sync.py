"""Shopware's command line client: requests of 500 records, eight of them at a time, and one that is very large."""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.acceptance.site import Site
from tests.acceptance.test_memory import Peaks

pytestmark = pytest.mark.acceptance

EUR = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
TOGETHER, IN_FLIGHT = 500, 8
LARGE = 20_000  # records in one request
ALLOWED_MIB = 350


def products(numbers: range, tax: str, categories: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid4().hex,
            "productNumber": f"N{number:06}",
            "name": f"Product {number}",
            "stock": number,
            "taxId": tax,
            "price": [{"currencyId": EUR, "gross": 5, "net": 4, "linked": False}],
            "categories": [{"id": id} for id in categories],
        }
        for number in numbers
    ]


def sync(site: Site, entity: str, payload: list[dict[str, Any]]) -> requests.Response:
    return requests.post(
        f"{site.url}/api/_action/sync",
        json={"write_data": {"entity": entity, "action": "upsert", "payload": payload}},
        headers={
            "Authorization": f"Bearer {site.token}",
            "single-operation": "1",
            "indexing-behavior": "disable-indexing",
            "sw-skip-trigger-flow": "1",
        },
        timeout=120,
    )


@pytest.fixture
def tax(site: Site) -> str:
    return str(sync(site, "tax", [{"name": "t", "taxRate": 1}]).json()["data"]["tax"][0])


@pytest.fixture
def categories(site: Site) -> list[str]:
    found: list[str] = sync(site, "category", [{"name": "a"}, {"name": "b"}]).json()["data"]["category"]
    return found


def test_eight_requests_at_once_on_the_same_records_do_not_lock_each_other_out(site, tax, categories):
    shared = products(range(TOGETHER), tax, categories)
    assert sync(site, "product", shared).ok
    order = random.Random(1)
    requested = []
    for round in range(IN_FLIGHT):
        changed = [{"id": each["id"], "stock": 1000 + round, "tags": [{"name": f"{round}"}]} for each in shared]
        requested += [order.sample(changed, len(changed))]
        requested += [products(range((round + 1) * TOGETHER, (round + 2) * TOGETHER), tax, categories)]
    with ThreadPoolExecutor(IN_FLIGHT) as senders:
        answers = list(senders.map(lambda payload: sync(site, "product", payload), requested))
    assert {answer.status_code for answer in answers} == {200}, [a.text[:500] for a in answers if not a.ok]
    counts = site.rows(
        "SELECT count(*), count(*) FILTER (WHERE stock >= 1000 AND sku < 'N000500') FROM catalog_product"
        " WHERE sku LIKE 'N______'"
    )
    assert counts == [((IN_FLIGHT + 1) * TOGETHER, TOGETHER)]
    assert site.rows("SELECT count(*) FROM catalog_producttag") == [(IN_FLIGHT * TOGETHER,)]


def test_a_bad_row_is_named_and_the_rest_can_be_sent_again(site, tax, categories):
    rows = products(range(TOGETHER), tax, categories)
    refused = sync(site, "product", [*rows[:17], {**rows[17], "stock": "1"}, *rows[18:]])
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["source"]["pointer"]) == (400, "/write_data/17/stock")
    assert {"code", "detail", "template"} <= error.keys()
    assert site.rows("SELECT count(*) FROM catalog_product WHERE sku LIKE 'N______'") == [(0,)]
    assert len(sync(site, "product", [*rows[:17], *rows[18:]]).json()["data"]["product"]) == TOGETHER - 1


def test_a_very_large_request_fits_into_the_memory_of_one_process(make_site):
    site = make_site()
    web = site.start_web()
    made = sync(site, "tax", [{"name": "t", "taxRate": 1}]).json()["data"]["tax"]
    peaks = Peaks(web.pid)
    with peaks.watched():
        answer = sync(site, "product", products(range(LARGE), made[0], []))
    assert (answer.status_code, len(answer.json()["data"]["product"])) == (200, LARGE)
    sys.stdout.write(f"{LARGE:,} records: {peaks.of[web.pid]:.0f} MiB\n")
    assert peaks.of[web.pid] < ALLOWED_MIB
