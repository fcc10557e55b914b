"""A record's page says who changed it, when, and from what to what."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asyncops import engine
from asyncops.submissions import Caller
from catalog.models import Product
from catalog.rights import Rights
from tests.asyncops.admin.scenes import at_the_admin, decide, operation, staff
from tests.asyncops.plain import item, send

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def writer(root):
    return Caller(user=root, rights=Rights.of(root))


def write(writer, **values):
    made = send(writer, item("BAG", **values))
    engine.drain()
    return made


def address(record):
    return reverse("admin:asyncops_history", args=[record])


def seen(client, record):
    return [
        (entry.operation.pk, [(change.what, change.before, change.after) for change in entry.changes])
        for entry in client.get(address(record)).context["entries"]
    ]


def test_each_change_with_its_values_the_latest_first(writer, root):
    write(writer, name="Old", stock=1)
    made = write(writer, name=SCRIPT, stock=1)
    bag, client = Product.objects.get(sku="BAG"), at_the_admin(root)
    assert seen(client, bag.pk)[0] == (made.pk, [("name", "Old", SCRIPT)])
    assert len(seen(client, bag.pk)) == 2
    shown = client.get(address(bag.pk)).content.decode()
    assert SCRIPT not in shown
    assert "<del>Old</del>" in shown
    page = client.get(reverse("admin:catalog_product_change", args=[bag.pk])).content.decode()
    assert f'hx-get="{address(bag.pk)}"' in page


def test_only_operations_of_the_readers_organization(writer, browser_of_marta, marta):
    write(writer, name="Theirs")
    bag = Product.objects.get(sku="BAG")
    assert seen(browser_of_marta, bag.pk) == []
    ours = operation(marta)
    decide(ours, 0, "updated", bag.pk)
    assert seen(browser_of_marta, bag.pk) == [(ours.pk, [])]


def test_its_cost_does_not_grow(browser_of_marta, marta):
    record = operation(marta).uuid

    def cost():
        with CaptureQueriesContext(connection) as captured:
            browser_of_marta.get(address(record))
        return len(captured)

    decide(operation(marta), 0, "updated", record)
    for_one = cost()
    for _ in range(20):
        decide(operation(marta), 0, "updated", record)
    assert cost() == for_one == 6


def test_without_the_permission_there_is_none(harbour):
    client = at_the_admin(staff(harbour, "nobody", "catalog.view_product"))
    bag = Product.objects.create(sku="BAG", sku_key="bag", name="Bag")
    assert client.get(address(bag.pk)).status_code == 403
    assert "op-history" not in client.get(reverse("admin:catalog_product_change", args=[bag.pk])).content.decode()
