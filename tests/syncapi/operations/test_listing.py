"""The list of an organization's operations: pages, filters, and what is no filter."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asyncops.models import Operation
from asyncops.states import State
from syncapi.operations import parsing
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.operations.test_operations import BULK, product


def send(program: Program, *skus: str) -> str:
    return str(program.post(BULK, [product(sku) for sku in skus]).json["bulk_uuid"])


def uuids(program: Program, parameters: str = "") -> list[str]:
    return [entry["operation"] for entry in program.get(f"/operations/?{parameters}").json["operations"]]


def test_the_latest_operation_comes_first_in_the_form_of_its_own_page(program):
    first, second = send(program, "A"), send(program, "B")
    shown = program.get("/operations").json
    assert [entry["operation"] for entry in shown["operations"]] == [second, first]
    assert shown["next"] is None
    own = program.get(f"/operations/{second}").json
    assert shown["operations"][0] == own


def test_the_pages_together_are_the_list_also_while_it_grows(program):
    sent = [send(program, f"S{number}") for number in range(5)]
    first = program.get("/operations/?limit=2&dialect=magento").json
    send(program, "LATER")
    second = program.get(first["next"]).json
    third = program.get(second["next"]).json
    pages = [[entry["operation"] for entry in page["operations"]] for page in (first, second, third)]
    assert pages == [sent[:2:-1], sent[2:0:-1], sent[:1]]
    assert third["next"] is None


def test_filters(program):
    one = send(program, "A")
    work_off()
    two = send(program, "B", "C")
    accepted = Operation.objects.get(uuid=two).accepted_at
    before = quote((accepted - timedelta(microseconds=1)).isoformat())
    assert uuids(program, "state=new") == [two]
    assert uuids(program, "state=new,success") == [two, one]
    assert uuids(program, "dialect=oro") == []
    assert uuids(program, "entity=product&kind=POST%20products") == [two, one]
    assert uuids(program, f"accepted_from={quote(accepted.isoformat())}") == [two]
    assert uuids(program, f"accepted_before={before}&dry_run=false") == [one]
    assert uuids(program, "dry_run=1") == []


def test_a_search_is_that_of_the_console_within_ones_organization(program, other_program):
    one, two = send(program, "A"), send(program, "B")
    theirs = str(other_program.post(BULK, [product("A", price=7)]).json["bulk_uuid"])
    work_off()
    assert uuids(program, "search=A") == [one]
    assert uuids(program, f"search={two}") == [two]
    assert uuids(program, f"search={theirs}") == uuids(program, "search=nobody") == uuids(program, "search=") == []
    assert uuids(program, "search=A&state=failed") == []
    assert uuids(other_program, "search=a") == [theirs]


def test_children_of_an_operation(program):
    parent = str(program.post(BULK, [product("A", price=-1)]).json["bulk_uuid"])
    work_off()
    child = program.post(f"/operations/{parent}/retry").json["operation"]
    assert uuids(program, f"parent={parent}") == [child]


def test_another_organizations_operations_are_not_listed(program, other_program):
    send(program, "A")
    assert uuids(other_program) == []


@pytest.mark.parametrize(
    "parameters",
    [
        "state=finished",
        "stat=new",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=0000000019999",
        "limit=%D9%A3",
        "cursor=x",
        "cursor=%F0%9F%92%A9",
        "cursor=LTE",
        "parent=1",
        "dry_run=perhaps",
        "accepted_from=yesterday",
        "accepted_before=2026-01-01T00:00:00",
        "accepted_before=0001-01-01T00:00:00%2B23:00",
        "accepted_from=9999-12-31T23:59:59-23:00",
        "state=new&state=failed",
        "dialect=%00",
    ],
)
def test_what_is_no_filter_is_refused_by_its_name(program, parameters):
    answer = program.get(f"/operations?{parameters}")
    assert (answer.status, answer.json["code"]) == (400, "bad_parameter")
    assert answer.json["params"]["name"] == parameters.partition("=")[0]


def test_the_states_that_can_be_asked_for_are_all_there_are():
    assert set(parsing.STATES) == set(State.values)


def test_a_page_takes_as_many_queries_for_one_operation_as_for_fifty(program):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert program.get("/operations").status == 200
        return len(found)

    send(program, "A")
    few = queries()
    for number in range(49):
        send(program, f"S{number}")
    assert queries() == few


FILTERS = {
    "kind": "kind=x",
    "dry_run": "dry_run=1",
    "dialect": "dialect=oro",
    "entity": "entity=tax",
    "state": "state=failed",
}


@pytest.mark.parametrize(("column", "parameters"), FILTERS.items())
def test_every_filter_is_an_index(program, column, parameters):
    """No row is read that the filter does not mean."""
    send(program, "A")
    [seed] = Operation.objects.all()
    values = {field.attname: getattr(seed, field.attname) for field in Operation._meta.fields}
    Operation.objects.bulk_create(
        Operation(**values | {"id": None, "uuid": uuid4(), "seq": seed.seq + number}) for number in range(1, 2000)
    )
    with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
        cursor.execute("ANALYZE asyncops_operation")
        assert uuids(program, parameters) == []
        [query] = [
            query["sql"] for query in captured.captured_queries if 'ORDER BY "asyncops_operation"' in query["sql"]
        ]
        cursor.execute(f"EXPLAIN {query}")
        plan = [row[0].strip() for row in cursor.fetchall()]
    assert [line for line in plan if line.startswith("Filter:") and column in line] == [], plan
    assert not any("Seq Scan on asyncops_operation" in line for line in plan), plan
