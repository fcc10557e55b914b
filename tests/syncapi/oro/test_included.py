"""Records that come with others: written once, for whoever needs them, or the reason why not."""

from __future__ import annotations

import pytest

from catalog.models import Account, AccountContact, Contact
from tests.syncapi.conftest import work_off
from tests.syncapi.oro.conftest import acc, contact, names, one, to


@pytest.fixture(autouse=True, params=[64 * 1024, 0], ids=["cut at once", "split by a worker"])
def either_way(settings, request):
    settings.SMALL_BODY_BYTES = request.param


def with_contacts(name, *ids, default=None, **members):
    relationships = {"contacts": to("contacts", *ids)}
    if default:
        relationships["defaultContact"] = one("contacts", default)
    return acc(name, relationships=relationships, **members)


def contacts():
    return sorted(Contact.objects.values_list("first_name", flat=True))


def linked():
    """By account: its contacts."""
    rows = AccountContact.objects.values_list("account__name", "contact__first_name")
    return sorted(rows)


@pytest.mark.parametrize("size", [1, 1000])
def test_shared_records_are_written_once_for_all(oro, settings, size):
    settings.CHUNK_RECORDS = size
    records = [with_contacts("A", "c1", "c2", default="c1"), with_contacts("B", "c1", "c2", default="c2")]
    id = oro.done("accounts", *records, included=[contact("c1", "Ann"), contact("c2", "Bob")])
    assert (oro.errors(id), oro.counts(id)) == ([], [2, 2, 0, 2, 0])
    assert contacts() == ["Ann", "Bob"]
    assert linked() == [("A", "Ann"), ("A", "Bob"), ("B", "Ann"), ("B", "Bob")]
    defaults = dict(Account.objects.values_list("name", "default_contact__first_name"))
    assert defaults == {"A": "Ann", "B": "Bob"}


def test_included_may_stand_before_the_data(oro):
    body = {"included": [contact("c1", "Ann")], "data": [with_contacts("A", "c1")]}
    answer = oro.call("PATCH", "accounts", body)
    work_off()
    assert oro.errors(answer.json["data"]["id"]) == []
    assert linked() == [("A", "Ann")]


def test_a_record_that_is_there_can_be_changed_beside_a_new_one(oro):
    id = oro.create("contacts", {"firstName": "Old"})
    new = contact(id, "New", meta={"update": True})
    assert oro.errors(oro.done("accounts", with_contacts("A", id), included=[new])) == []
    assert (contacts(), linked()) == (["New"], [("A", "New")])


@pytest.mark.parametrize("size", [1, 1000])
def test_a_bad_one_stops_those_that_need_it_and_nobody_else(oro, settings, size):
    settings.CHUNK_RECORDS = size
    included = [contact("c1", "Ann"), contact("c2", "Bob"), contact("c3", None)]
    id = oro.done("accounts", with_contacts("A", "c1"), with_contacts("B", "c2", "c3"), included=included)
    assert oro.places(id) == [("not blank constraint", "/included/2/attributes/firstName")]
    assert oro.errors(id)[0][0] == "1-1"
    assert (names(), contacts()) == (["A"], ["Ann"])


@pytest.mark.parametrize("size", [1, 1000])
def test_a_shared_record_is_written_when_its_first_user_fails(oro, settings, size):
    settings.CHUNK_RECORDS = size
    id = oro.done("accounts", with_contacts("", "c1"), with_contacts("B", "c1"), included=[contact("c1", "Ann")])
    assert oro.places(id) == [("not blank constraint", "/data/0/attributes/name")]
    assert (names(), linked()) == (["B"], [("B", "Ann")])


def test_what_the_catalog_refuses_of_an_included_record_is_told_at_its_place(oro):
    id = oro.done("accounts", with_contacts("A", "c1"), included=[contact("c1", "x" * 256)])
    assert oro.places(id) == [("length constraint", "/included/0/attributes/firstName")]
    assert (names(), contacts()) == ([], [])


@pytest.mark.parametrize(
    ("name", "included", "expected"),
    [
        ("", ["x" * 256, None], [("not blank constraint", "/data/0/attributes/name"),
         ("length constraint", "/included/0/attributes/firstName"),
         ("not blank constraint", "/included/1/attributes/firstName")]),
        ("x" * 256, ["Ann", None], [("length constraint", "/data/0/attributes/name"),
         ("not blank constraint", "/included/1/attributes/firstName")]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_those_that_come_together_is_told_at_once(oro, name, included, expected):
    contacts = [contact(f"c{n}", first_name) for n, first_name in enumerate(included)]
    id = oro.done("accounts", with_contacts(name, "c0", "c1"), included=contacts)
    assert oro.places(id) == expected


def test_so_is_what_a_record_lacks(oro):
    record = {"type": "accounts", "relationships": {"contacts": to("contacts", "c0")}}
    id = oro.done("accounts", record, included=[contact("c0", None)])
    assert oro.places(id) == [
        ("not blank constraint", "/data/0/attributes/name"),
        ("not blank constraint", "/included/0/attributes/firstName"),
    ]


def test_validating_is_not_for_included_records(oro):
    id = oro.done("accounts", with_contacts("A", "c1"), included=[contact("c1", "Ann", meta={"validate": True})])
    assert oro.errors(id) == [
        ("1-1", 400, "value constraint", "The option is not supported.", "/included/0/meta/validate")
    ]


def test_a_relation_may_be_stated_from_the_included_side(oro):
    included = contact("c1", "Ann", relationships={"accounts": to("accounts", "a1")})
    assert oro.errors(oro.done("accounts", acc("A", id="a1"), included=[included])) == []
    assert linked() == [("A", "Ann")]


@pytest.mark.parametrize("size", [1, 1000])
def test_so_may_one_from_the_primary_side_that_the_included_record_keeps(oro, settings, size):
    settings.CHUNK_RECORDS = size
    records = [contact(name, name, relationships={"accounts": to("accounts", "a1")}) for name in ("Ann", "Bob", "")]
    id = oro.done("contacts", *records, included=[acc("A", id="a1")])
    assert oro.places(id) == [("not blank constraint", "/data/2/attributes/firstName")]
    assert (names(), linked()) == (["A"], [("A", "Ann"), ("A", "Bob")])


@pytest.mark.parametrize("size", [1, 1000])
def test_and_one_between_included_records(oro, settings, size):
    settings.CHUNK_RECORDS = size
    included = [contact("c1", "Ann", relationships={"accounts": to("accounts", "r1")}), acc("R", id="r1")]
    id = oro.done("accounts", with_contacts("A", "c1"), with_contacts("B", "c1"), included=included)
    assert oro.errors(id) == []
    assert linked() == [("A", "Ann"), ("B", "Ann"), ("R", "Ann")]


def test_what_is_wrong_with_the_record_that_keeps_the_relation_is_told_once(oro):
    record = contact("c1", "Ann", relationships={"accounts": to("accounts", "a1")})
    id = oro.done("contacts", record, contact("c2", "Bob"), included=[acc("x" * 256, id="a1")])
    assert oro.places(id) == [("length constraint", "/included/0/attributes/name")]
    assert (names(), contacts()) == ([], ["Bob"])


def test_a_record_that_is_only_validated_leaves_the_included_ones_out(oro):
    record = contact("c1", "Ann", relationships={"accounts": to("accounts", "a1")}, meta={"validate": True})
    id = oro.done("contacts", record, included=[acc("A", id="a1")])
    assert (oro.errors(id), names(), contacts()) == ([], [], [])


def test_included_records_may_need_each_other(oro):
    referrer = {**acc("Referrer", id="r1"), "relationships": {"defaultContact": one("contacts", "c1")}}
    record = acc("A", relationships={"referredBy": one("accounts", "r1")})
    assert oro.errors(oro.done("accounts", record, included=[referrer, contact("c1", "Ann")])) == []
    assert names() == ["A", "Referrer"]
    assert Account.objects.get(name="A").referred_by.default_contact.first_name == "Ann"


def test_a_local_id_is_as_good_as_a_label(oro):
    included = {"type": "contacts", "lid": "c1", "attributes": {"firstName": "Ann"}}
    record = acc("A", relationships={"contacts": {"data": [{"type": "contacts", "lid": "c1"}]}})
    assert oro.errors(oro.done("accounts", record, included=[included])) == []
    assert linked() == [("A", "Ann")]


def test_what_nobody_needs_is_told_in_the_end(oro):
    id = oro.done("accounts", acc("A"), acc("B"), included=[contact("c1", "Ann"), contact("c2", "Bob")])
    assert [(number, pointer) for number, *_, pointer in oro.errors(id)] == [
        ("0-1", "/included/0"),
        ("0-2", "/included/1"),
    ]
    assert (oro.counts(id), oro.operation(id)["status"]) == ([2, 2, 2, 2, 0], "success")
    assert (names(), contacts()) == (["A", "B"], [])


@pytest.mark.parametrize(
    ("included", "detail"),
    [
        ({"type": "contacts"}, "The 'id' property is required"),
        ({"id": "c1"}, "The 'type' property is required"),
        ({"type": "contacts", "id": None}, "The 'id' property should not be null"),
        ({"type": 5, "id": "c1"}, "The 'type' property should be a string"),
        ({"type": "contacts", "id": " "}, "The 'id' property should not be blank"),
        ("x", "The item should be an object"),
    ],
)
def test_a_fault_in_the_shape_of_included_fails_it_all(oro, included, detail):
    id = oro.done("accounts", acc("A"), included=[included])
    assert oro.errors(id) == [("0-1", 400, "request data constraint", detail, "/included/0")]
    assert (oro.operation(id)["status"], names()) == ("failed", [])


def test_duplicates_in_included_are_a_fault(oro):
    id = oro.done("accounts", with_contacts("A", "c1"), included=[contact("c1", "Ann"), contact("c1", "Bob")])
    assert oro.errors(id) == [
        ("0-1", 400, "request data constraint", "The item duplicates the item with the index 0", "/included/1")
    ]


def test_the_place_of_an_included_record_is_that_in_the_request(oro):
    included = [contact(f"c{n}", None if n == 57 else f"N{n}") for n in range(60)]
    id = oro.done("accounts", *(with_contacts(f"A{n}", f"c{n}") for n in range(60)), included=included)
    assert oro.places(id) == [("not blank constraint", "/included/57/attributes/firstName")]
    assert len(contacts()) == 59


def test_a_contact_can_be_put_into_accounts_from_its_side(oro):
    account = oro.create("accounts", {"name": "A"})
    record = {"type": "contacts", "attributes": {"firstName": "Ann"}}
    record["relationships"] = {"accounts": to("accounts", account)}
    assert oro.errors(oro.done("contacts", record)) == []
    assert linked() == [("A", "Ann")]


def test_what_an_included_record_refers_to_must_be_there(oro):
    included = contact("c1", "Ann", relationships={"accounts": to("accounts", "99999999")})
    id = oro.done("accounts", with_contacts("A", "c1"), included=[included])
    expected = (400, "form constraint", "The entity does not exist.", "/included/0/relationships/accounts/data/0")
    assert oro.errors(id) == [("1-1", *expected)]
    assert (names(), contacts()) == ([], [])


def test_a_label_of_another_type_is_no_target(oro):
    relationships = {"contacts": to("accounts", "a1")}
    id = oro.done("accounts", acc("A", relationships=relationships), included=[acc("B", id="a1")])
    detail = 'The entity type "accounts" is not acceptable.'
    assert oro.errors(id) == [("1-1", 400, "form constraint", detail, "/data/0/relationships/contacts/data/0")]
    assert names() == []


@pytest.mark.parametrize(
    ("id", "meta", "expected"),
    [
        ("99999999", {"update": True}, (404, "not found http exception",
         "An entity with the requested identifier does not exist.", "/included/0")),
        ("c1", {"update": "yes"}, (400, "value constraint", "This value should be a boolean.",
         "/included/0/meta/update")),
        ("c1", {"upsert": True}, (400, "value constraint",
         "The upsert operation cannot use the entity identifier to find an entity.", "/included/0/meta/upsert")),
        ("c1", {"update": True, "upsert": True}, (400, "request data constraint", "Only one meta option can be used.",
         "/included/0/meta")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_meta_of_an_included_record(oro, id, meta, expected):
    done = oro.done("accounts", with_contacts("A", id), included=[contact(id, "Ann", meta=meta)])
    assert oro.errors(done) == [("1-1", *expected)]
    assert (names(), contacts()) == ([], [])


def test_accounts_that_are_not_there_have_no_contacts(oro, other_oro):
    foreign = other_oro.create("accounts", {"name": "A"})
    id = oro.done("contacts", contact("c", "Ann", relationships={"accounts": to("accounts", "99999999", foreign)}))
    assert oro.places(id) == [
        ("form constraint", "/data/0/relationships/accounts/data/0"),
        ("form constraint", "/data/0/relationships/accounts/data/1"),
    ]
    assert (contacts(), linked()) == ([], [])


def test_two_operations_with_one_label_have_two_records(oro):
    for name in "AB":
        oro.accept("accounts", with_contacts(name, "c1"), included=[contact("c1", f"of {name}")])
    work_off()
    assert linked() == [("A", "of A"), ("B", "of B")]
