"""The number of SQL statements depends neither on the number of records nor on whether their changes are told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.changes import Recording
from catalog.commands import Command, Delete, Reference, Upsert
from catalog.sql import run
from tests.catalog.products import categories, end, put, write

pytestmark = pytest.mark.django_db

SCENES: dict[str, tuple[Callable[[int], Command], int]] = {
    "new": (lambda i: put(f"N{i}", name="n", price_gross=i), 12),
    "changed": (lambda i: put(f"P{i}", name="changed", stock=i), 12),
    "unchanged": (lambda i: put(f"P{i}", name="old"), 10),
    "in a store": (lambda i: put(f"P{i}", store="fr", name="fr"), 14),
    "with links": (lambda i: put(f"P{i}", links=categories(2, position=i)), 15),
    "refused": (lambda i: put(f"P{i}", name=5), 9),
    "deleted": (lambda i: end(f"P{i}"), 34),
}


@pytest.mark.parametrize("recording", [Recording.OFF, Recording.CHANGES])
@pytest.mark.parametrize("size", [1, 100, 1000])
@pytest.mark.parametrize("scene", SCENES)
def test_statements_are_as_many_for_one_record_as_for_a_thousand(scene, size, recording):
    command, expected = SCENES[scene]
    write(*(put(f"P{i}", name="old") for i in range(size)))
    with CaptureQueriesContext(connection) as queries:
        write(*(command(i) for i in range(size)), recording=recording)
    assert len(queries) == expected, "\n".join(query["sql"][:200] for query in queries)


def test_only_what_asks_for_it_is_planned_once():
    for prepare in (False, True, True):
        run("SELECT %b::int8 + 1", [1], prepare=prepare)
    kept = "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE '%%::int8 + 1'"
    assert run(kept) == [(2,)]


@pytest.mark.parametrize("size", [1, 100])
def test_what_is_deleted_and_written_anew_is_two_waves_for_any_number(size):
    write(*(put(f"P{i}", name="old") for i in range(size)))
    ids = dict(run("SELECT sku, id FROM catalog_product"))
    gone = [Delete(entity="product", key=Reference("id", ids[f"P{i}"])) for i in range(size)]
    new = [Upsert(entity="product", key=Reference("id", uuid4()), values={"sku": f"P{i}"}) for i in range(size)]
    with CaptureQueriesContext(connection) as queries:
        outcomes = write(*gone, *new)
    assert [outcome.kind.value for outcome in outcomes] == ["deleted"] * size + ["created"] * size
    assert len(queries) == 40, "\n".join(query["sql"][:200] for query in queries)
