"""Several writers at once: no deadlocks, nothing lost, and a race is an outcome, not an exception."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from catalog import upserting
from catalog.commands import Reference
from catalog.models import Product, Tax
from catalog.writing import apply
from tests.catalog.products import faults, kinds, put, read, skus, write

pytestmark = pytest.mark.usefixtures("committed")
ROUNDS = 200


class Parallel:
    """Runs functions in threads with connections of their own, and raises what they raised."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self.errors: list[BaseException] = []
        self.threads = [threading.Thread(target=self._run, args=(act,)) for act in acts]
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(60)
        assert self.errors == []

    def _run(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - it is shown to the test
            self.errors.append(error)
        finally:
            connection.close()


def test_overlapping_chunks_in_opposite_order_never_deadlock():
    names = [f"S{n:02}" for n in range(30)]

    def writer(mark: int, order: list[str]) -> Callable[[], None]:
        def act() -> None:
            for turn in range(ROUNDS):
                write(*(put(name, stock=turn * 10 + mark, name=f"{mark}") for name in order[turn % 10 :][:20]))

        return act

    Parallel(writer(1, names), writer(2, names[::-1])).join()
    stored = Product.objects.values_list("name", "stock")
    assert len(stored) == 30
    assert all(str(stock % 10) == name for name, stock in stored)


def test_concurrent_updates_of_different_fields_both_survive():
    write(put("A", name="old", price_gross=1, stock=1, custom_fields={"a": 1}))
    with transaction.atomic():
        apply([put("A", price_gross=2, custom_fields={"b": 2})])
        other = Parallel(lambda: write(put("A", stock=3, custom_fields={"c": 3})))
        _wait_for_a_lock()
    other.join()
    product = read("A")
    assert (product["price_gross"], product["stock"], product["custom_fields"]) == (2, 3, {"a": 1, "b": 2, "c": 3})


def test_one_new_sku_from_two_writers_is_created_once_and_then_updated():
    outcomes = []
    with transaction.atomic():
        apply([put("A", stock=1)])
        other = Parallel(lambda: outcomes.extend(write(put("A", name="second"), put("B"))))
        _wait_for_a_lock()
    other.join()
    assert kinds(outcomes) == ["updated", "created"]
    assert (skus(), read("A")["stock"], read("A")["name"]) == (["A", "B"], 1, "second")


def test_a_reference_that_vanishes_after_the_check_refuses_its_record_only(monkeypatch):
    tax = Tax.objects.create(name="t", rate=1)
    check = upserting.check

    def check_then_vanish(*args, **options):
        targets = check(*args, **options)
        Parallel(lambda: Tax.objects.filter(pk=tax.pk).delete()).join()
        return targets

    monkeypatch.setattr(upserting, "check", check_then_vanish)
    outcomes = write(put("A"), put("B", tax=Reference("id", tax.pk)), put("C"))
    assert [faults(outcome) for outcome in outcomes] == [[], [("/tax", "reference")], []]
    assert skus() == ["A", "C"]


def test_a_value_that_is_taken_after_the_check_refuses_its_record_only(monkeypatch):
    write(put("A"), put("B"))
    taken: list[bool] = []
    check = upserting.check

    def check_then_take(*args, **options):
        targets = check(*args, **options)
        if not taken:
            taken.append(True)
            monkeypatch.setattr(upserting, "check", check)
            Parallel(lambda: write(put("A", sku="Z"))).join()
        return targets

    monkeypatch.setattr(upserting, "check", check_then_take)
    outcomes = write(put("B", sku="Z"), put("C"))
    assert [faults(outcome) for outcome in outcomes] == [[("/sku", "taken")], []]
    assert skus() == ["B", "C", "Z"]


def _wait_for_a_lock() -> None:
    """Until another connection waits for what this transaction holds."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("SELECT pg_stat_clear_snapshot(); SELECT pg_sleep(0.01)")
            cursor.execute(waiting)
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")
