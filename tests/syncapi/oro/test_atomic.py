"""JSON:API's own bulk: several operations on records of any type, all or nothing."""

from __future__ import annotations

from asyncops.models import Operation
from catalog.models import Account
from syncapi.oro.names import ATOMIC, MEDIA_TYPE
from tests.syncapi.oro.conftest import acc, error, names, nothing_happened, one

EXT = f'{MEDIA_TYPE};ext="{ATOMIC}"'
BOTH = {"CONTENT_TYPE": EXT, "HTTP_ACCEPT": EXT}


def send(oro, *operations, **headers):
    return oro.post("operations", {"atomic:operations": list(operations)}, **{**BOTH, **headers})


def add(record, **members):
    return {"op": "add", "data": record, **members}


def test_records_of_several_types_are_written_together(oro):
    person = {"type": "contacts", "lid": "p", "attributes": {"firstName": "Ann"}}
    account = acc("A", relationships={"defaultContact": {"data": {"type": "contacts", "lid": "p"}}})
    answer = send(oro, add(person), add(account))
    assert (answer.status, answer.headers["Content-Type"]) == (200, EXT)
    contact, made = (result["data"] for result in answer.json["atomic:results"])
    assert made["relationships"]["defaultContact"] == made["relationships"]["defaultContact"] | one(
        "contacts", contact["id"]
    )
    assert Account.objects.get().default_contact.first_name == "Ann"


def test_they_change_and_remove(oro):
    first, second = (oro.create("accounts", {"name": name}) for name in "AB")
    answer = send(
        oro,
        {"op": "update", "data": acc("C", id=first)},
        {"op": "remove", "ref": {"type": "accounts", "id": second}},
        {"op": "update", "ref": {"type": "accounts", "id": first, "relationship": "defaultContact"}, "data": None},
        add(acc("D"), href="/api/accounts"),
    )
    assert answer.status == 200, answer
    results = answer.json["atomic:results"]
    assert (results[1], results[2], names()) == ({}, {}, ["C", "D"])


def test_a_local_id_is_the_target_of_later_operations(oro):
    there, person = ({"type": type, "lid": "x"} for type in ("accounts", "contacts"))
    answer = send(
        oro,
        add({**person, "attributes": {"firstName": "Ann"}}),
        add({**there, "attributes": {"name": "A"}}),
        {"op": "update", "data": {**there, "attributes": {"externalId": "e"}}},
        {"op": "update", "ref": {**there, "relationship": "defaultContact"}, "data": person},
        {"op": "add", "ref": {**there, "relationship": "contacts"}, "data": [person]},
        add({"type": "accounts", "lid": "y", "attributes": {"name": "B"}}),
        {"op": "remove", "ref": {"type": "accounts", "lid": "y"}},
    )
    assert answer.status == 200, answer
    account = Account.objects.get()
    assert (account.name, account.external_id, account.default_contact.first_name) == ("A", "e", "Ann")
    assert [contact.first_name for contact in account.contacts.all()] == ["Ann"]
    added, changed = (answer.json["atomic:results"][n]["data"]["id"] for n in (1, 2))
    assert added == changed == str(account.number)


def test_a_local_id_that_nobody_gave_names_nothing(oro):
    answer = send(oro, {"op": "update", "data": {"type": "accounts", "lid": "z", "attributes": {"name": "A"}}})
    assert error(answer)[:2] == (404, "not found http exception")
    assert names() == []


def test_what_is_not_there_to_be_removed_keeps_the_others(oro):
    there = oro.create("accounts", {"name": "A"})
    gone = {"op": "remove", "ref": {"type": "accounts", "id": "999"}}
    answer = send(oro, add(acc("B")), {"op": "remove", "ref": {"type": "accounts", "id": there}}, gone)
    assert error(answer)[:2] == (404, "not found http exception")
    assert names() == ["A"]


def test_one_error_and_nothing_is_kept(oro):
    answer = send(oro, add(acc("A")), add(acc("")), add(acc("B")))
    assert error(answer) == (
        400,
        "not blank constraint",
        "This value should not be blank.",
        "/atomic:operations/1/data/attributes/name",
    )
    assert names() == []


def test_what_is_no_operation_is_told(oro):
    assert error(send(oro, {"op": "replace"}))[0] == 400
    assert error(send(oro, add({"type": "unknown"})))[1] == "entity type constraint"
    assert error(send(oro, 5))[0] == 400
    assert error(send(oro))[0] == 400
    nothing_happened()


def test_the_media_type_names_the_extension(oro):
    body = {"atomic:operations": [add(acc("A"))]}
    assert oro.post("operations", body).status == 415
    assert oro.post("operations", body, CONTENT_TYPE=EXT, HTTP_ACCEPT="application/json").status == 406
    assert oro.call("GET", "operations").status == 405
    assert (Operation.objects.count(), names()) == (0, [])
