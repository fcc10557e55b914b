"""Several workers and many bodies: each is split once."""

from __future__ import annotations

from asyncops import auditing, engine
from asyncops.models import Operation
from asyncops.states import State
from catalog.models import Product
from tests.asyncops.plain import item, stream
from tests.asyncops.scenes import at_once


def test_no_body_is_split_twice_and_none_is_forgotten(committed, admin, caller):
    for number in range(6):
        stream(caller, item(f"S{number}", stock=number))
    at_once(engine.drain, engine.drain, engine.drain)
    engine.drain()
    assert sorted(Product.objects.values_list("stock", flat=True)) == list(range(6))
    assert set(Operation.objects.values_list("state", flat=True)) == {State.SUCCESS}
    assert list(auditing.audit(grace=60)) == []
