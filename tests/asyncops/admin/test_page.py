"""The page of one operation, and of one item."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asyncops.models import Chunk
from asyncops.states import State
from catalog.models import Product
from tests.asyncops.admin.scenes import at_the_admin, decide, operation, page

SCRIPT = "<script>alert(1)</script>"


def seen(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer


def indexes(answer):
    return [row.item.index for row in answer.context["items"].rows]


def test_everything_about_an_operation(browser_of_marta, marta):
    accepted = timezone.now() - timedelta(hours=2)
    made = operation(
        marta,
        state=State.CANCELLED,
        now=accepted,
        started_at=accepted + timedelta(seconds=2),
        cancel_requested_at=accepted + timedelta(minutes=1),
        cancel_requested_by=marta,
        finished_at=accepted + timedelta(minutes=2),
        context={"store": "default"},
        policy="all",
        untouched=2,
    )
    shown = seen(browser_of_marta, page(made)).content.decode()
    events = [event.name for event in browser_of_marta.get(page(made)).context["events"]]
    assert events == ["Accepted", "Started", "Cancel requested", "Cancelled", "Kept until"]
    for text in (
        str(made.uuid),
        "waited 2.0 s",
        "by marta",
        "POST V1/products",
        "default",
        "one refused item",
        "Magento",
    ):
        assert text in shown


def test_chunks_that_had_trouble_are_shown(browser_of_marta, marta):
    made = operation(marta)
    Chunk.objects.update(last_error="OperationalError (transient)", attempt=2)
    assert "OperationalError (transient)" in seen(browser_of_marta, page(made)).content.decode()


def test_items_come_in_pages_of_a_hundred(browser_of_marta, marta):
    made = operation(marta, items=[{"sku": str(number)} for number in range(250)])
    assert indexes(seen(browser_of_marta, page(made))) == list(range(100))
    assert indexes(seen(browser_of_marta, page(made) + "?page=3")) == list(range(200, 250))
    assert indexes(seen(browser_of_marta, page(made) + "?page=99999999999")) == list(range(100))
    assert indexes(seen(browser_of_marta, page(made) + "?page=99")) == list(range(200, 250))


def test_a_page_of_items_costs_the_same_whatever_is_on_it(browser_of_marta, marta):
    few, many = operation(marta), operation(marta, items=[{"sku": str(number)} for number in range(100)])
    for made, count in ((few, 1), (many, 100)):
        for index in range(count):
            product = Product.objects.create(sku=f"{made.pk}-{index}", sku_key=f"{made.pk}-{index}")
            decide(made, index, "updated", product.pk, errors=[("/name", "blank", {})])
    with CaptureQueriesContext(connection) as for_few:
        seen(browser_of_marta, page(few))
    with CaptureQueriesContext(connection) as for_many:
        seen(browser_of_marta, page(many))
    assert len(for_many) == len(for_few)
    assert not any('"payload"' in query["sql"] for query in for_many.captured_queries)


def test_only_the_refused_ones(browser_of_marta, marta):
    made = operation(marta, items=[{}] * 300)
    for index in range(0, 300, 2):
        decide(made, index, "refused", errors=[("/name", "too_long", {"limit": 64}), ("", "forbidden", {"right": "x"})])
    answer = seen(browser_of_marta, page(made) + "?outcome=refused&page=2")
    assert indexes(answer) == list(range(200, 300, 2))
    assert "101 to 150 of 150" in answer.content.decode()
    shown = answer.content.decode()
    for text in ("/name", "too_long", "limit: 64", "the record", "forbidden", "right: x"):
        assert text in shown


def test_a_record_is_linked_where_it_exists(browser_of_marta, marta, onlooker):
    product = Product.objects.create(sku=SCRIPT, sku_key="x", name=SCRIPT)
    made = operation(marta)
    decide(made, 0, "created", product.pk)
    decide(made, 1, "updated", made.uuid)
    address = f"/admin/catalog/product/{product.pk}/change/"
    shown = seen(browser_of_marta, page(made)).content.decode()
    assert address in shown
    assert f"/admin/catalog/product/{made.uuid}/" not in shown
    assert SCRIPT not in shown
    assert address not in seen(at_the_admin(onlooker), page(made)).content.decode()


def test_an_item_is_shown_as_it_was_sent(browser_of_marta, marta):
    made = operation(marta, items=[{"sku": "A"}, {"sku": SCRIPT, "name": "Ünïcode"}])
    decide(made, 1, "refused", errors=[("/name", "dialect", {"message": SCRIPT})])
    shown = seen(browser_of_marta, f"/admin/asyncops/operation/{made.pk}/items/1/").content.decode()
    assert "&quot;sku&quot;: &quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in shown
    assert "Ünïcode" in shown
    assert SCRIPT not in shown


@pytest.mark.parametrize("index", ["2", "999999999999999999999"])
def test_an_item_that_is_not_there(browser_of_marta, marta, index):
    made = operation(marta)
    assert browser_of_marta.get(f"/admin/asyncops/operation/{made.pk}/items/{index}/").status_code == 404


@pytest.mark.parametrize("below", ["change/", "items/0/", "cancel/"])
def test_another_organizations_operation_is_not_there(marta, neighbour, below):
    made = operation(marta)
    assert at_the_admin(neighbour).get(f"/admin/asyncops/operation/{made.pk}/{below}").status_code == 404


@pytest.mark.parametrize("number", ["x", "0", "999999999999999999999"])
def test_a_number_that_nobody_has(browser_of_marta, number):
    assert browser_of_marta.get(f"/admin/asyncops/operation/{number}/change/").status_code == 404
