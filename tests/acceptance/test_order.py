"""The order of the accepts, kept by four real workers side by side."""

from __future__ import annotations

import os

import pytest

from tests.acceptance.site import Site, wait_for

pytestmark = pytest.mark.acceptance

REPEATS = int(os.environ.get("BULKHEAD_TEST_REPEATS", "1"))  # `make chaos` takes 10
OPERATIONS, SKUS = 2000, 50

# Products whose price is not that of the operation accepted last.
WRONG = """
    SELECT p.sku FROM catalog_product p JOIN (
        SELECT DISTINCT ON (sku) item->>'sku' AS sku, (item->>'price')::numeric AS price
          FROM asyncops_operation o JOIN asyncops_chunk c ON c.operation_id = o.id,
               LATERAL (SELECT convert_from(c.payload, 'UTF8')::jsonb->0->'product' AS item) i
         ORDER BY sku, o.seq DESC) last USING (sku)
     WHERE p.price_gross <> last.price"""

# Products that were ever written in another order than they were accepted in: the prices rise.
INVERSIONS = """
    SELECT sku, price FROM (SELECT sku, price, lag(price) OVER (PARTITION BY sku ORDER BY id) AS before FROM ledger) l
     WHERE before > price AND sku LIKE 'S%'"""


def empty(site: Site) -> None:
    with site.database() as connection:
        connection.execute(
            "TRUNCATE asyncops_operation, asyncops_item, asyncops_itemerror, asyncops_fault, "
            "asyncops_mention, catalog_product, ledger CASCADE"
        )


def test_what_was_accepted_last_stands_for_every_record(make_site):
    site = make_site()
    for _ in range(4):
        site.start_worker()
    for _ in range(REPEATS):
        empty(site)
        site.send(OPERATIONS, skus=SKUS)
        wait_for(site.is_at_rest, seconds=60)
        assert site.rows(WRONG) == []
        assert site.rows(INVERSIONS) == []
        assert site.written() == [(OPERATIONS, OPERATIONS)]
        assert site.rows("SELECT count(DISTINCT lease_owner) > 1 FROM asyncops_chunk") == [(True,)]
