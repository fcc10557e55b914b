"""Private servers for scenes in which something is killed, and a ledger that counts every write of a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.devservices.servers import EmbeddedServers
from tests.acceptance.beginnings import Beginning, beginning
from tests.acceptance.site import Site, prepared
from tests.services import started_private_services

# In the order of the writes of each product, without any constraint that could hide a second one.
LEDGER = """
    CREATE TABLE ledger (id bigserial, sku text, price numeric);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ledger (sku, price) VALUES (NEW.sku, NEW.price_gross); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE OF price_gross ON catalog_product
        FOR EACH ROW EXECUTE FUNCTION note();"""

MakeSite = Callable[..., Site]


@pytest.fixture(scope="session")
def begun() -> Beginning:
    return beginning()


@pytest.fixture
def private_services(begun: Beginning) -> Iterator[EmbeddedServers]:
    """With schema, sample data and users."""
    with started_private_services(begins_with=begun.data) as own:
        yield own


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """With a web server."""
    site = make_site()
    site.start_web()
    return site


@pytest.fixture
def make_site(private_services: EmbeddedServers, begun: Beginning, tmp_path: Path) -> Iterator[MakeSite]:
    """Without a web server, but with settings of one's own."""
    with ExitStack() as stack:

        def make(**environment: str) -> Site:
            site = stack.enter_context(prepared(private_services, tmp_path, demo=begun.demo, **environment))
            with site.database() as connection:
                connection.execute(LEDGER)
            return site

        yield make
