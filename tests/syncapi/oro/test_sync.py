"""A list that is done at once: all of it or nothing, and the records in the answer."""

from __future__ import annotations

import pytest

from asyncops import engine, waiting
from asyncops.models import Operation
from syncapi.oro.documents import UNLINKED
from tests.syncapi.oro.conftest import acc, contact, error, names, nothing_happened, to

SYNC = {"HTTP_X_MODE": "sync"}


@pytest.fixture
def worker(monkeypatch):
    """Whoever waits finds that a worker was there meanwhile."""

    def watch(operations, seconds, sleep):
        engine.drain()
        for operation in operations:
            operation.refresh_from_db()
        return True

    monkeypatch.setattr(waiting, "_watch", watch)


def test_the_records_are_in_the_answer_under_their_labels(oro, worker):
    id = oro.create("accounts", {"name": "Old"})
    body = [acc("A", id="new_1"), acc("B"), acc("C", id=id, meta={"update": True})]
    answer = oro.call("PATCH", "accounts", {"data": body}, **SYNC)
    assert answer.status == 200
    assert "Content-Location" not in answer.headers
    data = answer.json["data"]
    assert [one["attributes"]["name"] for one in data] == ["A", "B", "C"]
    assert [one.get("meta") for one in data] == [{"dataId": "new_1"}, None, {"dataId": id}]
    assert data[2]["id"] == id
    assert oro.get(f"accounts/{data[0]['id']}").json["data"]["attributes"]["name"] == "A"
    assert oro.get(f"asyncoperations/{Operation.objects.latest('pk').pk}").status == 404


def test_unchanged_records_are_in_the_answer_too(oro, worker):
    id = oro.create("accounts", {"name": "A"})
    answer = oro.call("PATCH", "accounts", {"data": [acc("A", id=id, meta={"update": True})]}, **SYNC)
    assert [one["id"] for one in answer.json["data"]] == [id]


def test_included_records_are_in_the_answer_too(oro, worker):
    record = acc("A", relationships={"contacts": to("contacts", "c1")})
    answer = oro.call("PATCH", "accounts", {"data": [record], "included": [contact("c1", "Ann")]}, **SYNC)
    [shown] = answer.json["included"]
    assert (shown["type"], shown["meta"]) == ("contacts", {"includeId": "c1"})
    assert answer.json["data"][0]["relationships"]["contacts"]["data"] == [{"type": "contacts", "id": shown["id"]}]


def test_records_that_are_only_validated_are_in_the_answer_as_they_would_be(oro, worker):
    asked = [acc("V", id="v", meta={"validate": True}), acc("A", id="a")]
    answer = oro.call("PATCH", "accounts", {"data": asked}, **SYNC)
    data = answer.json["data"]
    assert [(one["attributes"]["name"], one["meta"]["dataId"]) for one in data] == [("V", "v"), ("A", "a")]
    assert (oro.get(f"accounts/{data[0]['id']}").status, names()) == (404, ["A"])


def test_so_are_all_of_a_dry_run(oro, worker):
    record = acc("A", relationships={"contacts": to("contacts", "c1")})
    body = {"data": [record], "included": [contact("c1", "Ann")]}
    answer = oro.call("PATCH", "accounts", body, HTTP_BULKHEAD_DRY_RUN="1", **SYNC)
    assert [one["attributes"]["name"] for one in answer.json["data"]] == ["A"]
    assert names() == []


def test_links_can_be_left_out(oro, worker):
    wanted = {"HTTP_X_INCLUDE": "noHateoas"}
    [shown] = oro.call("PATCH", "accounts", {"data": [acc("A")]}, **SYNC, **wanted).json["data"]
    assert "links" not in shown
    answer = oro.call("PATCH", "accounts", {"data": [acc("B")]}, **wanted)
    assert "links" not in answer.json["data"]
    assert answer.headers["Content-Location"].endswith(f"/api/asyncoperations/{answer.json['data']['id']}")
    assert "links" not in oro.get(f"asyncoperations/{answer.json['data']['id']}", **wanted).json["data"]


def test_one_error_and_nothing_is_written(oro, worker):
    records = [acc(""), acc("B", relationships={"contacts": to("contacts", "c1")})]
    answer = oro.call("PATCH", "accounts", {"data": records, "included": [contact("c1", "Ann")]}, **SYNC)
    assert error(answer) == (
        400, "not blank constraint", "This value should not be blank.", "/data/0/attributes/name",
    )  # fmt: skip
    nothing_happened()


def test_all_errors_are_told_whoever_finds_them(oro, worker):
    unknown = acc("C", id="99999999", meta={"update": True})
    answer = oro.call("PATCH", "accounts", {"data": [acc(""), acc("B"), unknown]}, **SYNC)
    found = [(error["status"], error["source"]["pointer"]) for error in answer.json["errors"]]
    assert (answer.status, found) == (400, [("400", "/data/0/attributes/name"), ("404", "/data/2")])
    nothing_happened()


def test_what_only_the_catalog_finds_is_told_too(oro, worker):
    record = {"type": "products", "attributes": {"sku": "A", "name": "A"}}
    answer = oro.call("PATCH", "products", {"data": [record, record]}, **SYNC)
    assert error(answer) == (409, "conflict constraint", "The entity already exists.", "/data/1")
    assert "Content-Location" not in answer.headers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "request data constraint", "The request data should not be empty.", None)),
        (b'{"data": [1 2]}', (400, "operation exception",
         "Failed to parse the data file. Parsing error in [1:13]. Expecting ',' or ']'.", None)),
        (b'{"data": []}', (400, "request data constraint", "The primary data object collection should not be empty",
         "/data")),
        (b'{"data": [5]}', (400, "request data constraint", "The primary resource object should be an object",
         "/data/0")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(oro, body, expected):
    assert error(oro.call("PATCH", "accounts", body, **SYNC)) == expected
    nothing_happened()


@pytest.mark.parametrize(
    ("included", "detail", "pointer"),
    [
        ([contact("c1", "A"), contact("c1", "B")], "The item duplicates the item with the index 0", "/included/1"),
        ([{"type": "contacts"}], "The 'id' property is required", "/included/0"),
        ([contact("c2", "A")], UNLINKED, "/included/0"),
    ],
)
def test_what_is_wrong_with_included_as_a_whole_is_told_once(oro, included, detail, pointer):
    record = acc("A", relationships={"contacts": to("contacts", "c1")})
    answer = oro.call("PATCH", "accounts", {"data": [record], "included": included}, **SYNC)
    assert error(answer) == (400, "request data constraint", detail, pointer)
    nothing_happened()


def test_it_has_limits(oro, settings):
    settings.ORO_SYNC_RECORDS = settings.ORO_SYNC_INCLUDED = 1
    answer = oro.call("PATCH", "accounts", {"data": [acc("A"), acc("B")]}, **SYNC)
    assert error(answer)[2] == (
        "The data limit for the synchronous operation exceeded. The maximum number of records that can be processed by "
        "the synchronous operation is 1."
    )
    both = [contact("c1", "A"), contact("c2", "B")]
    answer = oro.call("PATCH", "accounts", {"data": [acc("A")], "included": both}, **SYNC)
    assert error(answer)[2] == (
        'The data limit for the synchronous operation exceeded for the section "included". The maximum number of '
        "included records that can be processed by the synchronous operation is 1."
    )
    nothing_happened()


def test_without_a_worker_it_is_promised(oro, settings):
    settings.ORO_SYNC_SECONDS = 1
    answer = oro.call("PATCH", "accounts", {"data": [acc("A")]}, **SYNC)
    assert (answer.status, answer.json["data"]["attributes"]["status"]) == (202, "new")
    id = answer.json["data"]["id"]
    assert answer.headers["Content-Location"].endswith(f"/api/asyncoperations/{id}")
    assert oro.operation(id)["status"] == "new"
    engine.drain()
    assert (oro.operation(id)["status"], names()) == ("success", ["A"])


@pytest.mark.parametrize("mode", ["fast", "SYNC", ""])
def test_a_mode_that_is_none_is_refused(oro, mode):
    answer = oro.call("PATCH", "accounts", {"data": [acc("A")]}, HTTP_X_MODE=mode)
    assert error(answer) == (
        400,
        "invalid header value exception",
        'The accepted values for the "X-Mode" are "sync" or "async".',
        None,
    )
    nothing_happened()


def test_waiting_for_an_accepted_list_shows_how_it_ended(oro, worker):
    answer = oro.call("PATCH", "accounts", {"data": [acc("A")]}, HTTP_PREFER="wait=5")
    assert (answer.status, answer.json["data"]["attributes"]["status"]) == (202, "success")
    assert answer.json["data"]["attributes"]["summary"]["createCount"] == 1
