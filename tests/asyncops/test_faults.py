"""The digest of an operation's errors, and the names by which refused and deleted records are found."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asyncops import engine, faults
from asyncops.done import Done
from asyncops.models import Chunk, Fault, Item, Mention
from catalog.outcomes import ErrorCode, FieldError, refused
from tests.asyncops.plain import item, send

pytestmark = pytest.mark.django_db


def digest():
    return list(Fault.objects.order_by("index", "path").values_list("path", "code", "count", "index"))


def done(*errors, operation=1):
    outcomes = [refused(*some) for some in errors]
    return Done(chunk=Chunk(operation_id=operation, first=0), outcomes=outcomes)


def error(path, code=ErrorCode.BLANK, **params):
    return FieldError(path=path, code=code, params=params)


def test_errors_of_one_field_and_cause_are_one_fault(caller, settings):
    settings.CHUNK_RECORDS = 4
    send(caller, *(item(f"A{n}", stock="x") for n in range(10)), item("B"), item("C", nothing=1))
    engine.drain()
    assert digest() == [("/stock", "type", 10, 0), ("/nothing", "unknown", 1, 11)]
    assert Item.objects.count() == 12


def test_positions_in_lists_make_no_difference():
    faults.record([done([error("/prices/0/value")], [error("/prices/17/value")], [error("/prices2/0")])])
    assert digest() == [("/prices/*/value", "blank", 2, 0), ("/prices2/*", "blank", 1, 2)]


def test_a_dialects_own_causes_differ_by_their_message():
    def own(message, value):
        return [error("/a", ErrorCode.DIALECT, message=message, value=value)]

    faults.record([done(own("is %value", 1), own("is %value", 2), own("was %value", 1))])
    assert [count for _, _, count, _ in digest()] == [2, 1]


def test_another_operation_counts_for_itself():
    faults.record([done([error("/a")]), done([error("/a")], operation=2)])
    faults.record([done([error("/a")])])
    assert set(Fault.objects.values_list("operation_id", "count")) == {(1, 2), (2, 1)}


def test_where_nothing_was_refused_nothing_is_asked():
    with CaptureQueriesContext(connection) as captured:
        faults.record([Done(chunk=Chunk(operation_id=1, first=0), outcomes=[])])
    assert len(captured) == 0


def test_names_of_refused_and_deleted_records_are_kept_and_no_others(caller):
    send(caller, item("GOOD"), item("BAD", stock="x"))
    engine.drain()
    assert set(Mention.objects.values_list("index", flat=True)) == {1}
    send(caller, item("GOOD"), kind="delete")
    engine.drain()
    assert Mention.objects.count() == 2
