"""Derived data follow accepted writes: after the chunk, at once for what is done in the request."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from asyncops import doorbell, engine, intake, sweeping, working
from catalog import indexing, searching
from catalog.models import Product, ProductSearch
from tests.asyncops.plain import item, send, submission

pytestmark = pytest.mark.django_db


def found(term: str) -> list[str]:
    return list(searching.matching(Product.objects.all(), term).values_list("sku", flat=True))


def test_a_worker_derives_after_the_chunk(caller):
    send(caller, item("A", name="Duffle"))
    engine.drain()
    assert found("duffle") == ["A"]
    assert not indexing.is_behind()


def test_chunks_that_come_meanwhile_go_before_what_is_to_be_derived(caller, settings, monkeypatch):
    settings.SECOND_LANE = False
    send(caller, item("A", name="Duffle"), item("B", name="Duffle"))
    order = []
    work, derive = engine.work, engine.derive

    def work_noted(claimed):
        order.append("work")
        work(claimed)

    def derive_noted(**options):
        if order == ["work"]:
            send(caller, item("C", name="Duffle"))
        order.append("derive")
        return derive(**options)

    monkeypatch.setattr(indexing, "BATCH", 1)
    monkeypatch.setattr(engine, "work", work_noted)
    monkeypatch.setattr(engine, "derive", derive_noted)
    working.drain()
    assert order == ["work", "derive", "work", "derive", "derive", "derive"]
    assert sorted(found("duffle")) == ["A", "B", "C"]


def test_chunks_that_never_end_do_not_put_derived_data_off_for_ever(caller, settings):
    settings.SECOND_LANE, settings.CHUNK_RECORDS = False, 1
    for sku in "AB":
        send(caller, item(sku, name="Duffle"))
    assert working.drain(chunks=1) is True
    assert (Product.objects.count(), found("duffle")) == (1, ["A"])


def test_what_is_done_in_the_request_is_derived_in_it(caller):
    intake.run_now(submission(item("A", name="Duffle")), by=caller)
    assert found("duffle") == ["A"]


def test_what_could_not_be_derived_is_written_all_the_same_and_done_later(caller, monkeypatch):
    def busy(**options):
        raise OperationalError("deadlock detected")

    rings = []
    monkeypatch.setattr(doorbell, "ring", lambda name="default": rings.append(name))
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "drain", busy)
        operation = send(caller, item("A", name="Duffle"))
        engine.drain()
    operation.refresh_from_db()
    assert (operation.state, found("duffle")) == ("success", [])
    sweeping.sweep()
    assert "indexing" in rings
    engine.drain()
    assert found("duffle") == ["A"]
    assert ProductSearch.objects.count() == 1
