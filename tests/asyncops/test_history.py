"""Who changed a record, and when."""

from __future__ import annotations

import pytest

from asyncops import engine, history
from asyncops.models import Operation
from catalog.models import Organization, Product
from tests.asyncops.plain import item, send

pytestmark = pytest.mark.django_db


def done(caller, *items, **options) -> Operation:
    operation = send(caller, *items, **options)
    engine.drain()
    return operation


def test_the_changes_of_a_record_come_newest_first_with_operation_and_values(caller):
    first = done(caller, item("A", stock=1))
    second = done(caller, item("B"), item("A", stock=2))
    done(caller, item("A", stock=2))
    changes = history.of_record(Product.objects.get(sku="A").pk, organization=caller.user.organization)
    assert [(change.operation, change.index, change.outcome) for change in changes] == [
        (second, 1, "updated"),
        (first, 0, "created"),
    ]
    assert changes[0].fields == {"stock": (1, 2)}
    assert (changes[0].operation.user, changes[1].fields) == (caller.user, {})
    assert all(change.at for change in changes)


def test_another_organizations_changes_are_seen_by_who_may_see_all(caller):
    done(caller, item("A"))
    product, other = Product.objects.get(), Organization.objects.create(name="Other")
    assert history.of_record(product.pk, organization=other) == []
    assert len(history.of_record(product.pk, organization=None)) == 1


def test_one_goes_on_from_an_operation(caller):
    operations = [done(caller, item("A", stock=number)) for number in range(1, 4)]
    product = Product.objects.get()
    [latest] = history.of_record(product.pk, organization=None, count=1)
    assert latest.operation == operations[2]
    rest = history.of_record(product.pk, organization=None, before=latest.operation.seq)
    assert [change.operation for change in rest] == [operations[1], operations[0]]


def test_an_item_tells_all_that_it_changed_or_nothing_when_that_was_not_recorded(caller, settings):
    operation = done(caller, item("A"))
    [entry] = history.of_item(operation, 0) or []
    assert (entry["kind"], entry["entity"]) == ("created", "product")
    settings.JOURNAL_CHANGES = False
    silent = done(caller, item("A", stock=9))
    assert history.of_item(silent, 0) is None
    assert [change.fields for change in history.of_record(Product.objects.get().pk, organization=None)] == [{}, {}]
