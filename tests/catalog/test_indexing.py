"""Derived data follow what they are made of: at once, from the queue, or when asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import indexing
from catalog.commands import Change, Indexing, Json, Policy, Reference
from catalog.marking import Derivation
from catalog.models import Category, Dirty, Product, ProductSearch
from tests.catalog.products import end, put, write
from tests.catalog.trees import below, change, derived, ids, linked, marks, option, place, tag
from tests.catalog.trees import end as remove

NOW, QUEUED, OFF = Indexing
pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> list[Category]:
    """Bags > Sport > Yoga, derived."""
    bags = place("Bags")
    sport = place("Sport", bags)
    yoga = place("Yoga", sport)
    write(*(change(record, name=record.name + "!") for record in (bags, sport, yoga)), indexing=NOW)
    write(*(change(record, name=record.name) for record in (bags, sport, yoga)), indexing=NOW)
    return [bags, sport, yoga]


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def test_a_queued_write_is_derived_by_the_next_drain(chain):
    red, new = option("red"), tag("new")
    links = linked(categories=[chain[2]], properties=[red], tags=[new])
    write(put("A", name="Bag", links=links))
    assert derived("A") == {}
    assert (indexing.drain(), indexing.drain()) == (1, 0)
    assert derived("A") == {
        "category_ids": ids(chain[2]),
        "category_tree": ids(*chain),
        "property_ids": ids(red),
        "tag_ids": ids(new),
    }
    assert not Dirty.objects.exists()


def test_a_write_that_derives_at_once_leaves_no_mark(chain):
    write(put("A", name="Bag", links=linked(categories=[chain[1]])), indexing=NOW)
    assert derived("A")["category_tree"] == ids(*chain[:2])
    assert ProductSearch.objects.count() == 1
    assert not Dirty.objects.exists()


def test_what_is_written_without_indexing_waits_until_it_is_released(chain):
    write(put("A", name="Bag", links=linked(categories=chain)), indexing=OFF)
    assert (indexing.drain(), derived("A"), indexing.stale()) == (0, {}, {"product": 1})
    assert indexing.release("category") == 0
    assert (indexing.release(), indexing.stale(), indexing.drain()) == (1, {}, 1)
    assert derived("A")["category_ids"] == ids(*chain)


def test_derived_data_do_not_move_the_time_of_the_last_change(chain):
    write(put("A", name="Bag", links=linked(categories=chain)))
    before = product("A").updated_at
    indexing.drain()
    assert (product("A").updated_at, len(product("A").category_ids)) == (before, 3)


@pytest.mark.usefixtures("chain")
def test_only_what_changed_is_marked():
    write(put("A", name="Bag", price_gross=1), put("V", parent=Reference("sku", "A")))
    indexing.drain()
    a = product("A").pk
    for values, expected in (
        ({"name": "Bag", "stock": 0}, []),  # unchanged
        ({"name": "Bag", "price_gross": 2, "stock": 3, "active": False}, []),  # nothing is made of these
        ({"name": "Sack", "price_gross": 3}, [("product", a, Derivation.SEARCH)]),
        ({"links": linked(tags=[])}, []),
        ({"links": linked(websites=[])}, []),
        ({"links": linked(tags=[tag("t")])}, [("product", a, Derivation.LINKS)]),
        ({"name": "Bag", "links": linked(tags=[])}, [("product", a, Derivation.LINKS | Derivation.SEARCH)]),
    ):
        write(put("A", **values))
        assert marks() == expected, values
        Dirty.objects.all().delete()


def test_a_refused_chunk_marks_nothing():
    write(put("A", name="a"), put("B", name=5), policy=Policy.ALL)
    assert marks() == []


def test_a_tree_knows_its_levels_paths_and_names(chain):
    bags, sport, yoga = Category.objects.filter(pk__in=[c.pk for c in chain]).order_by("level")
    assert [c.level for c in (bags, sport, yoga)] == [1, 2, 3]
    assert [c.path for c in (bags, sport, yoga)] == ["", f"|{bags.pk.hex}|", f"|{bags.pk.hex}|{sport.pk.hex}|"]
    assert (yoga.breadcrumb, yoga.ancestors) == (["Bags", "Sport", "Yoga"], [bags.pk, sport.pk])


def test_a_moved_category_takes_its_subtree_and_their_products_along(chain):
    bags, sport, yoga = chain
    shoes = place("Shoes")
    write(put("A", links=linked(categories=[yoga])), put("B", links=linked(categories=[bags])))
    write(change(bags, name="Bags"), change(shoes, name="Shoes!"), change(shoes, name="Shoes"))
    indexing.drain()
    outside = derived("B")
    write(change(sport, **below(shoes)), change(shoes, name="Footwear"))
    indexing.drain()
    yoga.refresh_from_db()
    assert (yoga.breadcrumb, yoga.ancestors) == (["Footwear", "Sport", "Yoga"], [shoes.pk, sport.pk])
    assert derived("A")["category_tree"] == ids(shoes, sport, yoga)
    assert dict(Category.objects.filter(pk__in=[bags.pk, shoes.pk]).values_list("name", "child_count")) == {
        "Bags": 0,
        "Footwear": 1,
    }
    assert derived("B") == outside


def test_a_new_name_reaches_every_breadcrumb_and_no_product(chain):
    bags, _, yoga = chain
    write(put("A", links=linked(categories=[yoga])), indexing=NOW)
    with CaptureQueriesContext(connection) as queries:
        write(change(bags, name="Sacks"), indexing=NOW)
    yoga.refresh_from_db()
    assert yoga.breadcrumb == ["Sacks", "Sport", "Yoga"]
    assert not any("catalog_product" in query["sql"] for query in queries)


def test_more_products_than_one_transaction_should_hold_follow_from_the_queue(chain, monkeypatch):
    write(*(put(f"P{i}", links=linked(categories=[chain[2]])) for i in range(5)), indexing=NOW)
    monkeypatch.setattr(indexing, "BATCH", 3)
    write(change(chain[1], parent=None), indexing=NOW)
    assert (derived("P0")["category_tree"], len(marks())) == (ids(*chain), 5)
    assert indexing.drain() == 5
    assert derived("P4")["category_tree"] == ids(*chain[1:])


def test_what_a_product_loses_is_derived_at_once(chain):
    red, blue, new = option("red"), option("blue"), tag("new")
    write(put("A", links=linked(categories=chain, properties=[red, blue], tags=[new])), indexing=NOW)
    write(put("A", links=linked(Change.REMOVE, properties=[red])), indexing=NOW)
    assert derived("A")["property_ids"] == ids(blue)
    write(remove("tag", new), remove("category", chain[1]), remove("property_group", blue.group), indexing=NOW)
    assert derived("A") == {"category_ids": ids(chain[0]), "category_tree": ids(chain[0])}
    chain[0].refresh_from_db()
    assert chain[0].child_count == 0


def test_a_product_counts_its_variants_wherever_they_go():
    def counts():
        return dict(Product.objects.filter(parent=None).values_list("sku", "child_count"))

    parent: dict[str, Json] = {"parent": Reference("sku", "A")}
    write(put("A"), put("B"), put("V1", **parent), put("V2", **parent), indexing=NOW)
    assert counts() == {"A": 2, "B": 0}
    write(put("V1", parent=Reference("sku", "B")), indexing=NOW)
    assert counts() == {"A": 1, "B": 1}
    write(end("V1"), put("V2", parent=None), indexing=NOW)
    assert counts() == {"A": 0, "B": 0, "V2": 0}


@pytest.mark.parametrize(
    ("values", "available"),
    [
        ({}, True),
        ({"is_closeout": True}, False),
        ({"is_closeout": True, "stock": 2, "min_purchase": 2}, True),
        ({"is_closeout": True, "stock": 1, "min_purchase": 2}, False),
        ({"active": False}, True),
    ],
)
def test_availability_follows_the_row_in_every_mode(values, available):
    write(put("A", **values), indexing=OFF)
    assert (product("A").available, product("A").available_stock) == (available, values.get("stock", 0))


@pytest.mark.parametrize("size", [1, 100, 1000])
def test_draining_takes_as_many_statements_for_one_record_as_for_a_thousand(size, chain):
    write(*(put(f"P{i}", name="n", links=linked(categories=chain[2:])) for i in range(size)))
    write(*(put(f"V{i}", name="n", parent=Reference("sku", f"P{i}")) for i in range(size)))
    write(*(change(record, name="x") for record in chain))
    with CaptureQueriesContext(connection) as queries:
        assert indexing.drain() == 3 * size + 3
    assert len(queries) == 12, "\n".join(query["sql"][:200] for query in queries)


def test_a_drain_stops_at_its_limit():
    write(*(put(f"P{i}", name="n") for i in range(5)))
    assert (indexing.drain(limit=2), ProductSearch.objects.count(), indexing.drain()) == (2, 2, 3)


def test_marks_of_records_that_are_gone_do_no_harm(chain):
    write(put("A", links=linked(categories=chain)), *(change(record, name="n") for record in chain))
    write(end("A"), *(remove("category", record) for record in chain))
    assert indexing.drain() == 6  # two for categories that lost a child and are gone too
    assert not Dirty.objects.exists()
