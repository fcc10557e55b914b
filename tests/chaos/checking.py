"""What must be true after the chaos, asked of the database alone: the ledger of all writes against the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.acceptance.site import Site
from tests.chaos.sending import Request

# Every write of a product, in order, without any constraint that could hide a second one.
LEDGER: Final = """
    CREATE TABLE ledger (id bigserial, sku text, price numeric);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ledger (sku, price) VALUES (NEW.sku, NEW.price_gross); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE OF price_gross ON catalog_product
        FOR EACH ROW WHEN (NEW.sku LIKE 'C%') EXECUTE FUNCTION note();"""

# Every item that was accepted, in the order of the accepts, with what became of it. Prices are unique.
SENT: Final = """
    CREATE TABLE sent_item (named text, index int, sku text, price numeric, is_wrong boolean)"""
ITEMS: Final = """
    CREATE TABLE sent AS
    SELECT o.id AS operation, o.state, row_number() OVER (ORDER BY o.seq, s.index) AS place,
           s.sku, s.price, s.is_wrong, i.outcome
      FROM sent_item s
      JOIN asyncops_operation o ON s.named IN (o.uuid::text, o.id::text)
      LEFT JOIN asyncops_item i ON i.operation_id = o.id AND i.index = s.index;
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
    Check(
        name="items that were sent and are not in their operation",
        breaches="SELECT (SELECT count(*) FROM sent_item) - (SELECT count(*) FROM sent)",
    ),
    Check(
        name="items lost",
        breaches="""
            SELECT count(*) FROM sent LEFT JOIN ledger USING (sku, price)
             WHERE NOT is_wrong AND state <> 'cancelled' AND ledger.id IS NULL""",
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
        breaches="SELECT count(*) FROM sent WHERE outcome = 'refused' AND NOT is_wrong",
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


def check(site: Site, *, accepted: Sequence[tuple[str, Request]]) -> Iterator[tuple[str, int]]:
    """(what, how many breaches) for each check."""
    _store(site, accepted)
    for entry in CHECKS:
        yield entry.name, site.rows(entry.breaches)[0][0]
    told = {named for named, _ in accepted}
    kept = [(str(id), str(uuid)) for id, uuid in site.rows("SELECT id, uuid FROM asyncops_operation")]
    yield "accepted operations that are gone", len(told - {name for names in kept for name in names})
    yield "operations that nobody was told of", sum(not told.intersection(names) for names in kept)
    yield "accepts answered with another's operation", len(accepted) - len(told)


def _store(site: Site, accepted: Sequence[tuple[str, Request]]) -> None:
    with site.database() as connection:
        connection.execute(SENT)
        with connection.cursor().copy("COPY sent_item FROM STDIN") as copy:
            for named, request in accepted:
                for index, item in enumerate(request.items):
                    copy.write_row((named, index, item.sku, item.price, item.is_wrong))
        connection.execute(ITEMS)
