"""JSON:API's own bulk: several operations on records of any type, all or nothing."""

from __future__ import annotations

import json

import pytest

from asyncops.models import Operation
from catalog.models import Account, Contact
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


THERE = {"type": "accounts", "id": "{a}"}
SHAPE = "request data constraint"
GONE = (404, "not found http exception", "An entity with the requested identifier does not exist.")
NO_TARGET = (400, "form constraint", "The entity does not exist.")
MATCH = "property of the primary data object should match the target of the operation"


def related(op, relation, data=None, **members):
    return {"op": op, "ref": {**THERE, "relationship": relation}, "data": data, **members}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (5, (400, SHAPE, "The operation should be an object", "")),
        ({"op": "replace"}, (400, SHAPE, "The 'op' property should be add, update or remove", "/op")),
        ({"op": ["add"]}, (400, SHAPE, "The 'op' property should be add, update or remove", "/op")),
        ({"data": acc("B")}, (400, SHAPE, "The 'op' property should be add, update or remove", "")),
        ({"op": "add"}, (400, SHAPE, "The 'data' property is required", "")),
        ({"op": "add", "data": [acc("B")]}, (400, SHAPE, "The 'data' property should be an object", "/data")),
        (add({"attributes": {}}), (400, SHAPE, "The 'type' property is required", "/data")),
        (add({"type": 5}), (400, SHAPE, "The 'type' property should be a string", "/data/type")),
        (add({"type": "unknown"}), (400, "entity type constraint", "Unknown entity type: unknown.", "/data")),
        (add(acc("B", lid=5)), (400, SHAPE, "The 'lid' property should be a string", "/data/lid")),
        (add(acc("B", lid=[]), href="/api/accounts"), (400, SHAPE, "The 'lid' property should be a string",
         "/data/lid")),
        (add(acc("B"), href="http://[/nowhere/at/all"), (400, SHAPE,
         "The 'href' property should be the address of a type, a resource or a relationship", "/href")),
        (add(acc("B"), href="/api/unknown"), (400, "entity type constraint", "Unknown entity type: unknown.", "/href")),
        (add(acc("B"), href="/api/accounts/{a}"), (400, SHAPE, "A new record has no address", "/href")),
        (add(acc("B"), href="/api/accounts", ref={"type": "accounts"}), (400, SHAPE,
         "An operation should have either 'ref' or 'href'", "")),
        (add(acc("B"), href="/api/contacts"), (409, "conflict constraint", f"The 'type' {MATCH}", "/data/type")),
        (add(acc("B", meta={"update": True}, id="{a}")), (400, "value constraint", "The option is not supported.",
         "/data/meta/update")),
        (add(acc("")), (400, "not blank constraint", "This value should not be blank.", "/data/attributes/name")),
        (add(acc("x" * 256)), (400, "length constraint",
         "This value is too long. It should have 255 characters or less.", "/data/attributes/name")),
        ({"op": "update", "data": acc("B")}, (400, "entity identifier constraint",
         "The identifier of an entity must be set in the context.", "/data")),
        ({"op": "update", "data": acc("B", id="99999999")}, (*GONE, "/data")),
        ({"op": "update", "ref": {"type": "accounts", "id": "99999999"}, "data": acc("B")}, (*GONE, "/ref")),
        ({"op": "update", "ref": THERE, "data": acc("B", id="7")}, (409, "conflict constraint", f"The 'id' {MATCH}",
         "/data/id")),
        ({"op": "update", "href": "/api/accounts/{a}"}, (400, SHAPE, "The 'data' property is required", "")),
        ({"op": "remove"}, (400, SHAPE, "The 'ref' property is required", "")),
        ({"op": "remove", "ref": "x"}, (400, SHAPE, "The 'ref' property should be an object", "/ref")),
        ({"op": "remove", "ref": {"type": "accounts"}}, (400, SHAPE, "The 'id' property is required", "/ref")),
        ({"op": "remove", "ref": {"type": "accounts", "id": "99999999"}}, (*GONE, "/ref")),
        ({"op": "remove", "href": "/api/accounts/99999999"}, (*GONE, "/href")),
        ({"op": "remove", "ref": {"type": "users", "id": "1"}}, (405, "action not allowed exception",
         'The "delete" action is not allowed.', "/ref")),
        (related("add", "nosuch", []), (404, "relationship constraint", "Unsupported subresource.", "/ref")),
        (related("update", "owner"), (405, "action not allowed exception", 'The "update" action is not allowed.',
         "/ref")),
        (related("add", "defaultContact"), (400, SHAPE, "The relation has one end, which can only be updated", "/op")),
        ({"op": "update", "ref": {**THERE, "relationship": "contacts"}}, (400, SHAPE,
         "The 'data' property is required", "")),
        (related("add", "contacts", {"type": "contacts", "id": "1"}), (400, SHAPE,
         "The 'data' property should be an array of resource identifiers", "/data")),
        (related("add", "contacts", [{"type": "contacts", "id": "{c}"}, {"type": "contacts", "id": "99999999"}]),
         (*NO_TARGET, "/data/1")),
        (related("add", "contacts", [{"type": "users", "id": "1"}]), (400, "form constraint",
         'The entity type "users" is not acceptable.', "/data/0")),
        (related("update", "defaultContact", {"type": "contacts", "id": "99999999"}), (*NO_TARGET, "/data")),
        (related("update", "contacts", [], ref={"type": "accounts", "id": "99999999", "relationship": "contacts"}),
         (*GONE, "/ref")),
        ({"op": "update", "href": "/api/contacts/{c}/relationships/accounts", "data": []}, (400, SHAPE,
         "The relation is kept at its other end: it can be added to or removed from", "/op")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_operation_is_told_at_its_place(oro, operation, expected):
    ids = {"{a}": oro.create("accounts", {"name": "A"}), "{c}": oro.create("contacts", {"firstName": "Ann"})}
    text = json.dumps([add({"type": "contacts", "attributes": {"firstName": "Bob"}}), operation])
    for name, id in ids.items():
        text = text.replace(name, id)
    answer = send(oro, *json.loads(text))
    assert error(answer) == (*expected[:3], f"/atomic:operations/1{expected[3]}")
    assert (names(), Contact.objects.count()) == (["A"], 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, None), ({"atomic:operations": []}, "/atomic:operations"), ({"atomic:operations": {}}, "/atomic:operations"),
     ({"atomic:operations": [add(acc("A"))], "data": []}, None)],
)  # fmt: skip
def test_a_document_without_operations_is_refused(oro, body, pointer):
    answer = oro.post("operations", body, **BOTH)
    assert (error(answer)[:2], error(answer)[3]) == ((400, SHAPE), pointer)
    nothing_happened()


def test_an_answer_has_a_hundred_errors_and_their_number(oro):
    answer = send(oro, *[add(acc(""))] * 101)
    assert (len(answer.json["errors"]), answer.json["meta"]) == (100, {"errorCount": 101})
    assert "meta" not in send(oro, *[add(acc(""))] * 100).json
    nothing_happened()


def test_a_local_id_is_given_once(oro):
    answer = send(oro, add(acc("A", lid="x")), add(acc("B", lid="x")))
    assert error(answer) == (400, SHAPE, "Another operation gave this 'lid'", "/atomic:operations/1/data/lid")
    nothing_happened()


def test_a_relation_that_the_other_side_keeps_is_added_to_and_removed_from(oro):
    account, person = oro.create("accounts", {"name": "A"}), oro.create("contacts", {"firstName": "Ann"})
    data = [{"type": "accounts", "id": account}]
    there = {"type": "contacts", "id": person, "relationship": "accounts"}
    assert send(oro, {"op": "add", "ref": there, "data": data}).json == {"atomic:results": [{}]}
    assert Account.objects.get().contacts.count() == 1
    assert send(oro, {"op": "remove", "ref": there, "data": data}).status == 200
    assert Account.objects.get().contacts.count() == 0


def test_the_media_type_names_the_extension(oro):
    body = {"atomic:operations": [add(acc("A"))]}
    assert oro.post("operations", body).status == 415
    assert oro.post("operations", body, CONTENT_TYPE=EXT, HTTP_ACCEPT="application/json").status == 406
    assert oro.call("GET", "operations").status == 405
    assert (Operation.objects.count(), names()) == (0, [])
