"""What must be true after the chaos, asked of the database alone: the ledger of all writes against the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.acceptance.site import Site
from tests.chaos.sending import NOWHERE

# Every write of a product, in order, without any constraint that could hide a second one.
LEDGER: Final = """
    CREATE TABLE ledger (id bigserial, sku text, price numeric);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ledger (sku, price) VALUES (NEW.sku, NEW.price_gross); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE OF price_gross ON catalog_product
        FOR EACH ROW WHEN (NEW.sku LIKE 'C%') EXECUTE FUNCTION note();"""

# Every item that was accepted, in the order of the accepts, with what became of it. Prices are unique.
ITEMS: Final = """
    CREATE TABLE sent AS
    SELECT o.id AS operation, o.state, row_number() OVER (ORDER BY o.seq, c.first + e.n) AS place,
           e.item->'product'->>'sku' AS sku, (e.item->'product'->>'price')::numeric AS price,
           (e.item->'product'->>'attribute_set_id')::int AS attribute_set, i.outcome
      FROM asyncops_operation o
      JOIN asyncops_chunk c ON c.operation_id = o.id
     CROSS JOIN jsonb_array_elements(convert_from(c.payload, 'UTF8')::jsonb) WITH ORDINALITY AS e (item, n)
      LEFT JOIN asyncops_item i ON i.operation_id = o.id AND i.index = c.first + e.n - 1;
    CREATE INDEX ON sent (price); CREATE INDEX ON ledger (price); ANALYZE sent; ANALYZE ledger"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """`breaches`: a query that counts them."""

    name: str
    breaches: str


CHECKS: Final = (
    Check(
        name="operations that are not final",
        breaches="SELECT count(*) FROM asyncops_operation WHERE state IN ('new', 'running')",
    ),
    Check(
        name="operations that failed by themselves",
        breaches="SELECT count(*) FROM asyncops_operation WHERE state = 'failed'",
    ),
    Check(name="open chunks and leases", breaches="SELECT count(*) FROM asyncops_chunk WHERE open"),
    Check(name="requests accepted twice", breaches="SELECT count(*) - count(DISTINCT price) FROM sent"),
    Check(
        name="items lost",
        breaches=f"""
            SELECT count(*) FROM sent LEFT JOIN ledger USING (sku, price)
             WHERE attribute_set <> {NOWHERE} AND state <> 'cancelled' AND ledger.id IS NULL""",
    ),
    Check(
        name="items applied twice",
        breaches="SELECT count(*) FROM (SELECT price FROM ledger GROUP BY price HAVING count(*) > 1) l",
    ),
    Check(
        name="items applied whose outcome says otherwise",
        breaches="""
            SELECT count(*) FROM sent FULL JOIN ledger USING (sku, price)
             WHERE (ledger.id IS NOT NULL) <> (coalesce(outcome, '') IN ('created', 'updated'))""",
    ),
    Check(
        name="items refused without a fault of theirs",
        breaches=f"SELECT count(*) FROM sent WHERE outcome = 'refused' AND attribute_set <> {NOWHERE}",
    ),
    Check(
        name="writes out of the order of the accepts",
        breaches="""
            SELECT count(*) FROM (SELECT place, lag(place) OVER (PARTITION BY sku ORDER BY ledger.id) AS before
                                    FROM ledger JOIN sent USING (sku, price)) l WHERE before > place""",
    ),
    Check(
        name="records that a sequential run would have left otherwise",
        breaches="""
            SELECT count(*) FROM (SELECT DISTINCT ON (sku) sku, price FROM sent
                                   WHERE outcome IN ('created', 'updated') ORDER BY sku, place DESC) last
              FULL JOIN (SELECT sku, price_gross FROM catalog_product WHERE sku LIKE 'C%') p USING (sku)
             WHERE last.price IS DISTINCT FROM p.price_gross""",
    ),
    Check(
        name="outcomes that a sequential run would not have had",
        breaches="""
            SELECT count(*) FROM (SELECT outcome, row_number() OVER (PARTITION BY sku ORDER BY place) AS n FROM sent
                                   WHERE outcome IN ('created', 'updated')) o
             WHERE (n = 1) <> (outcome = 'created')""",
    ),
)


def check(site: Site, *, accepted: list[str]) -> Iterator[tuple[str, int]]:
    """(what, how many breaches) for each check."""
    with site.database() as connection:
        connection.execute(ITEMS)
    for entry in CHECKS:
        yield entry.name, site.rows(entry.breaches)[0][0]
    kept = {str(uuid) for (uuid,) in site.rows("SELECT uuid FROM asyncops_operation")}
    yield "accepted operations that are gone", len(set(accepted) - kept)
    yield "operations that nobody was told of", len(kept - set(accepted))
    yield "accepts answered with another's operation", len(accepted) - len(set(accepted))
