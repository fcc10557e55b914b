"""Nearly good items of every writing route: a command of the route's entity, or errors each with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.commands import Delete, Upsert
from catalog.entities import ENTITIES
from catalog.outcomes import FieldError, NotUnderstoodError
from syncapi import jsontext
from syncapi.magento import wording
from syncapi.magento.parsing import prices
from syncapi.magento.routes import Form, WriteRoute
from syncapi.magento.urls import TABLE
from syncapi.problems import Problem
from tests.syncapi.magento import samples
from tests.syncapi.magento.mutations import EXAMPLES, bodies, each_value_at_each_place, well_formed
from tests.syncapi.magento.test_parsing import JSON, route

WRITING = dict(TABLE.kinds())
LISTS = [kind for kind, its in WRITING.items() if its.listed is not None]


@pytest.mark.parametrize("kind", WRITING)
@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(data=st.data())
def test_an_item_is_a_command_or_has_errors(kind: str, data: st.DataObject):
    its = route(kind)
    item = its.item(data.draw(JSON | read(its, Form.SYNC)), {"sku": "A"})
    context = {"store": data.draw(st.sampled_from([None, "fr"])), "path": {"sku": "A"}}
    untouched = deepcopy(item)
    command, errors = understood(its, item, context)
    assert (item, outcome(its, item, context)) == (untouched, (command, errors))


@pytest.mark.parametrize("kind", WRITING)
def test_any_value_at_any_place_is_understood_or_refused(kind: str):
    its = route(kind)
    [item] = samples.body(its, Form.BULK)
    for changed in each_value_at_each_place(item):
        understood(its, arrived(changed), {"store": "fr", "path": {}})


@pytest.mark.parametrize("kind", LISTS)
@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(data=st.data())
def test_a_list_is_one_item_each_or_refused(kind: str, data: st.DataObject):
    body: Any = data.draw(JSON | read(route(kind), Form.SYNC))
    try:
        assert [item["prices"] for item in prices.entries(body)] == [[each] for each in body["prices"]]
    except NotUnderstoodError as refusal:
        told(refusal.errors)


def read(its: WriteRoute, form: Form) -> st.SearchStrategy[Any]:
    """Bodies as they arrive: what no call can bring along is left out."""
    return bodies(its, form).map(arrived)


def arrived(body: Any) -> Any:
    try:
        return jsontext.decode(json.dumps(body).encode(), max_depth=100)
    except Problem:
        return {}


def understood(its: WriteRoute, item: Any, context: Any) -> tuple[Any, tuple[FieldError, ...]]:
    command, errors = outcome(its, item, context)
    told(errors)
    assert (command is None) == bool(errors)
    for each in within(command) if command else ():
        named_by_the_catalog(each)
    return command, errors


def outcome(its: WriteRoute, item: Any, context: Any) -> tuple[Any, tuple[FieldError, ...]]:
    try:
        return its.parse(item, context), ()
    except NotUnderstoodError as refusal:
        return None, refusal.errors


def told(errors: tuple[FieldError, ...]) -> None:
    for error in errors:
        assert error.path.startswith("/")
        well_formed(orjson.loads(orjson.dumps(wording.message(error).body())))


def within(command: Upsert | Delete) -> Iterator[Upsert | Delete]:
    """It and all that is written with it."""
    yield command
    if isinstance(command, Upsert):
        told(command.flaws)
        nested = [value for value in command.values.values() if isinstance(value, Upsert)]
        for inner in (*command.beside, *nested, *(each for some in command.children.values() for each in some)):
            yield from within(inner)


def named_by_the_catalog(command: Upsert | Delete) -> None:
    entity = ENTITIES[command.entity]
    if isinstance(command, Upsert):
        assert set(command.values) <= set(entity.by_name)
    else:
        assert command.key is not None
