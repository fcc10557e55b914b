"""A plain record's names are those of the command that it means."""

from __future__ import annotations

from uuid import uuid4

import pytest

from catalog.naming import referred, written
from syncapi.oro import naming, parsing
from syncapi.oro.names import RESOURCES
from tests.syncapi.oro import samples
from tests.syncapi.oro.conftest import acc

KNOWN = dict.fromkeys(RESOURCES, "7")
REVERSE = {"contacts", "categories"}  # their records change others too


@pytest.mark.parametrize("type", sorted({resource.type for resource in samples.WRITABLE} - REVERSE))
def test_a_plain_record_has_the_names_of_its_command(type):
    context = {"type": type, "owner": str(uuid4()), "organization": str(uuid4()), "currency": "EUR"}
    new = samples.record(RESOURCES[type], KNOWN)
    for record in (new, {**samples.update(RESOURCES[type], KNOWN), "meta": {"update": True}}):
        found, command = naming.namer(context)(record), parsing.of_list(record, context)
        assert found is not None
        assert (set(found.written), set(found.referred)) == (set(written(command)), set(referred(command)))


@pytest.mark.parametrize(
    "record",
    [
        None,
        [acc("A"), {}],
        acc("A", id="1", meta={"upsert": ["name"]}),
        acc("A", meta={"validate": True}),
        acc("A", id="x", meta={"update": True}),
        acc("A", relationships={"defaultContact": {"data": {"type": "contacts", "lid": "c"}}}),
        acc("A", relationships={"defaultContact": {"data": {"type": "contacts", "id": "c"}}}),
        acc("A", relationships={"nosuch": {"data": None}}),
        {"type": "contacts"},
    ],
)
def test_an_unusual_one_has_to_be_understood(record):
    assert naming.namer({"type": "accounts"})(record) is None
