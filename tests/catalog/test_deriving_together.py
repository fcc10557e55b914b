"""Several processes derive at once: they share the work, and nobody's change is missed."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import transaction

from catalog import indexing
from catalog.commands import Change, Indexing
from catalog.models import Dirty, ProductSearch
from tests.catalog.products import categories, put, write
from tests.catalog.test_concurrency import Parallel
from tests.catalog.trees import below, change, derived, ids, linked, place

NOW = Indexing.NOW
pytestmark = pytest.mark.usefixtures("committed")
SOON = 0.2  # seconds in which the other one comes to where it has to wait


def test_drains_share_the_work():
    write(*(put(f"P{i:03}", name="n", links=categories(2)) for i in range(300)))
    done: list[int] = []

    def act():
        while worked := indexing.drain(limit=20):
            done.append(worked)

    Parallel(act, act, act).join()
    assert (sum(done), Dirty.objects.count()) == (300, 0)
    assert ProductSearch.objects.count() == 300


def test_a_move_and_a_link_that_do_not_see_each_other_end_well():
    """The link is derived while the move is not committed yet: it waits for it."""
    top, middle = place("top"), place("middle")
    write(put("A"), indexing=NOW)
    moved, linking = threading.Event(), threading.Event()

    def move():
        with transaction.atomic():
            write(change(middle, **below(top)), indexing=NOW)
            moved.set()
            linking.wait(10)
            time.sleep(SOON)

    def link():
        moved.wait(10)
        linking.set()
        write(put("A", links=linked(categories=[middle])), indexing=NOW)

    Parallel(move, link).join()
    assert derived("A")["category_tree"] == ids(top, middle)


def test_of_two_that_derive_one_product_the_later_sees_both_changes():
    red, blue = place("red"), place("blue")
    write(put("A"), indexing=NOW)
    write(put("A", links=linked(Change.ADD, categories=[red])))
    with transaction.atomic():
        write(put("A", links=linked(Change.ADD, categories=[blue])), indexing=NOW)
        drain = Parallel(indexing.drain)
        time.sleep(SOON)
    drain.join()
    assert derived("A")["category_ids"] == ids(red, blue)
