"""Operations are found by whatever somebody has in hand, and every way of looking is an index."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asyncops import control, engine, jobids, searching
from asyncops.models import Operation
from asyncops.submissions import Caller
from catalog.models import Product
from catalog.rights import Rights
from tests.asyncops.plain import item, send

pytestmark = pytest.mark.django_db
find = partial(searching.find, organization=None)


def done(caller, *items, **options):
    operation = send(caller, *items, **options)
    engine.drain()
    return operation.pk


@pytest.fixture
def written(caller):
    return done(caller, item("BAG 24", stock=1), item("B-2"))


@pytest.fixture
def another(caller, written):
    return done(caller, item("ELSE", stock=1))


def test_by_number_uuid_and_job(written, another):
    made = Operation.objects.get(pk=written)
    for term in (str(written), f"#{written}", f" {made.uuid} ", made.uuid.hex, jobids.of(written)):
        assert find(term) == {written}


@pytest.mark.parametrize("term", ["BAG 24", " bag 24 "])
def test_by_the_sku_of_what_was_written(written, another, term):
    assert find(term) == {written}


def test_by_the_uuid_of_what_was_written(written, another):
    assert find(str(Product.objects.get(sku="ELSE").pk)) == {another}


def test_by_the_sku_of_what_was_refused(caller, written):
    refused = done(caller, item("NEVER", stock="x"), item("FINE"))
    assert find("never") == {refused}


def test_by_the_sku_of_what_is_gone(caller, written):
    gone = done(caller, item("BAG 24"), kind="delete")
    assert find("BAG 24") == {gone}
    again = done(caller, item("BAG 24"))
    assert find("BAG 24") == {gone, again}


def test_by_the_uuid_of_what_is_gone(caller, written):
    record = Product.objects.get(sku="BAG 24").pk
    gone = done(caller, item("BAG 24"), kind="delete")
    assert find(str(record)) == {written, gone}


def test_by_the_sku_of_what_still_waits(caller, written):
    waiting = send(caller, item("BAG 24", stock=2))
    assert find("BAG 24") == {written, waiting.pk}
    control.cancel(Operation.objects.filter(pk=waiting.pk), by=None)
    assert find("BAG 24") == {written}


def test_what_left_the_record_as_it_was_is_not_found_by_it(caller, written):
    """The page says so: there is no item of it, and its chunk has ended."""
    same = done(caller, item("BAG 24", stock=1))
    assert Operation.objects.get(pk=same).unchanged == 1
    assert find("BAG 24") == {written}


def test_the_newest_of_an_organization_are_found_whatever_others_have(caller, other, monkeypatch, written):
    monkeypatch.setattr(searching, "MOST", 1)
    neighbour = Caller(user=other, rights=Rights.of(other))
    theirs = done(neighbour, item("BAG 24", stock=5), item("NEVER", stock="x"))
    mine = done(caller, item("NEVER", stock="x"))
    for term, operations in (("BAG 24", (written, theirs)), ("NEVER", (mine, theirs)), ("stock type", (mine, theirs))):
        own, neighbours = caller.user.organization, other.organization
        assert searching.find(term, organization=own) == {operations[0]}, term
        assert searching.find(term, organization=neighbours) == {operations[1]}, term
    made = Operation.objects.get(pk=theirs)
    for term in (str(made.pk), str(made.uuid), jobids.of(made.pk)):
        assert searching.find(term, organization=caller.user.organization) == set()


def test_by_words_of_an_error(caller, written):
    wrong = done(caller, item("C", stock="x"), item("D", colour="red"))
    assert find("stock type") == {wrong}
    assert find('"is no field of this record"') == {wrong}
    assert find("stock forbidden") == set()


@pytest.mark.parametrize("term", ["", "  ", "nobody", "9" * 40, "\0", "' OR 1=1 --", "#", "((", "x" * 5000])
def test_what_means_nothing_finds_nothing(written, term):
    assert find(term) == set()


def test_the_cost_does_not_depend_on_what_is_found(caller, written):
    def cost(term):
        with CaptureQueriesContext(connection) as captured:
            find(term)
        return len(captured)

    for_one = cost("BAG 24")
    for stock in range(2, 12):
        done(caller, item("BAG 24", stock=stock))
    assert len(find("BAG 24")) == 11
    assert cost("BAG 24") == for_one == 5


def plans(term, organization):
    with CaptureQueriesContext(connection) as captured:
        searching.find(term, organization=organization)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in captured.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            yield "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("whose", ["everybody's", "one's own"])
@pytest.mark.parametrize("term", ["BAG 24", "0190a0b0-0000-7000-8000-000000000001"])
def test_every_way_of_looking_is_an_index(caller, written, term, whose):
    organization = caller.user.organization if whose == "one's own" else None
    assert [plan for plan in plans(term, organization) if "Seq Scan" in plan] == []
