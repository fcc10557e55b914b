"""A list PATCH: accepted unread, split and written by a worker, with errors that name their places."""

from __future__ import annotations

import pytest

from asyncops.models import Body, Operation
from catalog.models import Account, Product
from syncapi.oro.names import MEDIA_TYPE
from tests.syncapi.conftest import work_off
from tests.syncapi.oro.conftest import HOST, acc, error, names, nothing_happened, one

BLANK = "This value should not be blank."


def test_an_accepted_list_is_an_operation_at_once(oro, admin):
    answer = oro.call("PATCH", "accounts", {"data": [acc("Gartner management group"), acc("Cloth World")]})
    assert (answer.status, answer.headers["Content-Type"]) == (202, MEDIA_TYPE)
    data = answer.json["data"]
    assert answer.headers["Content-Location"] == data["links"]["self"] == f"{HOST}/api/asyncoperations/{data['id']}"
    attributes = data["attributes"]
    assert attributes.pop("createdAt") == attributes.pop("updatedAt")
    assert attributes == {
        "entityType": "accounts", "status": "new", "progress": None, "elapsedTime": 0, "summary": None,
    }  # fmt: skip
    assert data["relationships"]["owner"] == one("users", str(admin.number))
    assert data["relationships"]["organization"] == one("organizations", str(admin.organization.number))
    assert oro.get(f"asyncoperations/{data['id']}").json["data"] == data | {"attributes": oro.operation(data["id"])}
    assert names() == []


@pytest.mark.parametrize("headers", [{}, {"HTTP_X_MODE": "async"}])
def test_a_worker_writes_it(oro, headers):
    id = oro.done("accounts", acc("Gartner management group"), acc("Cloth World"), **headers)
    operation = oro.operation(id)
    assert (operation["status"], operation["progress"]) == ("success", 1)
    assert operation["elapsedTime"] >= 0
    assert operation["summary"]["aggregateTime"] >= 0
    assert oro.counts(id) == [2, 2, 0, 2, 0]
    assert oro.errors(id) == []
    assert names() == ["Cloth World", "Gartner management group"]


def test_new_records_are_numbered_in_the_order_of_the_list(oro):
    sent = [f"{n * 7 % 20}" for n in range(20)]
    oro.done("accounts", *map(acc, sent))
    assert list(Account.objects.order_by("number").values_list("name", flat=True)) == sent
    oro.done("products", *({"type": "products", "attributes": {"sku": name, "name": name}} for name in sent))
    assert list(Product.objects.order_by("number").values_list("sku", flat=True)) == sent


def test_whoever_sends_an_account_owns_it(oro, admin):
    oro.done("accounts", acc("A"))
    account = Account.objects.get()
    assert (account.owner, account.organization) == (admin, admin.organization)


def test_one_bad_record_does_not_stop_the_others(oro):
    id = oro.done("accounts", acc(""), acc("Ok"))
    assert oro.get(f"asyncoperations/{id}/errors").json == {
        "data": [
            {
                "type": "asyncoperationerrors",
                "id": f"{id}-1-1",
                "attributes": {
                    "status": 400,
                    "title": "not blank constraint",
                    "detail": BLANK,
                    "source": {"pointer": "/data/0/attributes/name"},
                },
            }
        ],
        "links": {"self": f"{HOST}/api/asyncoperations/{id}/errors"},
    }
    operation = oro.get(f"asyncoperations/{id}").json
    assert operation["data"]["attributes"]["status"] == "success"
    assert operation["meta"] == {"hasErrors": True, "errorCount": 1}
    assert oro.counts(id) == [2, 1, 1, 1, 0]
    assert names() == ["Ok"]


def test_an_update_changes_what_it_names(oro):
    id = oro.create("accounts", {"name": "A", "externalId": "x"})
    done = oro.done("accounts", acc("B", id=id, meta={"update": True}), acc("C"))
    assert oro.counts(done) == [2, 2, 0, 1, 1]
    assert Account.objects.get(number=id).external_id == "x"
    assert names() == ["B", "C"]


def test_an_id_may_be_an_integer(oro):
    id = oro.create("accounts", {"name": "A"})
    assert oro.errors(oro.done("accounts", acc("B", id=int(id), meta={"update": True}))) == []
    assert names() == ["B"]


def test_an_id_without_meta_is_a_label_of_something_new(oro):
    id = oro.create("accounts", {"name": "A"})
    done = oro.done("accounts", acc("B", id=id), acc("C", id="new_1"))
    assert oro.counts(done) == [2, 2, 0, 2, 0]
    assert names() == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (acc("x", meta={"update": True}), (400, "entity identifier constraint",
         "The identifier of an entity must be set in the context.", "/data/0")),
        (acc("x", id="99999999", meta={"update": True}), (404, "not found http exception",
         "An entity with the requested identifier does not exist.", "/data/0")),
        (acc("x", id="abc", meta={"update": True}), (404, "not found http exception",
         "An entity with the requested identifier does not exist.", "/data/0")),
        (acc("x", id="1", meta={"update": "test"}), (400, "value constraint", "This value should be a boolean.",
         "/data/0/meta/update")),
        (acc("x", meta={"validate": 1}), (400, "value constraint", "This value should be a boolean.",
         "/data/0/meta/validate")),
        (acc("x", meta={"upsert": []}), (400, "value constraint",
         "This value should be a boolean or an array of strings.", "/data/0/meta/upsert")),
        (acc("x", meta={"validate": True, "update": True}), (400, "request data constraint",
         "Only one meta option can be used.", "/data/0/meta")),
        (acc("x", id="1", meta={"upsert": True}), (400, "value constraint",
         "The upsert operation cannot use the entity identifier to find an entity.", "/data/0/meta/upsert")),
        (acc("x", meta={"upsert": ["name"]}), (400, "value constraint",
         "The upsert operation cannot use this field to find an entity.", "/data/0/meta/upsert")),
        (acc("x", meta={"upsert": ["contacts"]}), (400, "value constraint",
         'The "contacts" field is not allowed because it is to-many association.', "/data/0/meta/upsert")),
        ({"attributes": {"name": "x"}}, (400, "entity type constraint",
         "The entity class must be set in the context.", "/data/0")),
        (None, (400, "entity type constraint", "The entity class must be set in the context.", "/data/0")),
        ([1], (400, "entity type constraint", "The entity class must be set in the context.", "/data/0")),
        ({"type": "employees"}, (400, "entity type constraint",
         'The entity type "employees" is not supported by this batch operation.', "/data/0")),
        ({"type": "accounts", "attributes": {"name": "x", "foo": 1}}, (400, "extra fields constraint",
         'This form should not contain extra fields: "foo".', "/data/0")),
        (acc("x" * 256), (400, "length constraint",
         "This value is too long. It should have 255 characters or less.", "/data/0/attributes/name")),
        (acc(None), (400, "not blank constraint", BLANK, "/data/0/attributes/name")),
        ({"type": "accounts"}, (400, "not blank constraint", BLANK, "/data/0/attributes/name")),
        ({"type": "accounts", "attributes": []}, (400, "request data constraint",
         "The 'attributes' property should be an associative array", "/data/0/attributes")),
        (acc("x", foo=1), (400, "request data constraint",
         "The 'foo' property is not allowed for a resource object", "/data/0")),
        (acc("x", relationships={"defaultContact": one("contacts", "99999999")}), (400, "form constraint",
         "The entity does not exist.", "/data/0/relationships/defaultContact/data")),
        (acc("x", relationships={"contacts": {"data": [{"type": "contacts", "id": "7777777"}]}}), (400,
         "form constraint", "The entity does not exist.", "/data/0/relationships/contacts/data/0")),
        (acc("x", relationships={"defaultContact": {"data": {"type": "contacts"}}}), (400, "request data constraint",
         "The 'id' property is required", "/data/0/relationships/defaultContact/data")),
        (acc("x\0"), (400, "form constraint", "This value has a character that cannot be stored.",
         "/data/0/attributes/name")),
        (acc("x", **{"a\0": 1}), (400, "request data constraint",
         "The 'a\ufffd' property is not allowed for a resource object", "/data/0")),
        (acc("x", id="\0", meta={"update": True}), (404, "not found http exception",
         "An entity with the requested identifier does not exist.", "/data/0")),
        (acc("x", relationships={"defaultContact": one("a\0", "1")}), (400, "form constraint",
         'The entity type "a\ufffd" is not acceptable.', "/data/0/relationships/defaultContact/data")),
        ({"type": "x" * 2000}, (400, "entity type constraint", 'The entity type "' + "x" * 983 + "...", "/data/0")),
        ({"type": ["accounts"]}, (400, "request data constraint", "The 'type' property should be a string",
         "/data/0/type")),
        (acc("x", id={}), (400, "request data constraint", "The 'id' property should be a string", "/data/0/id")),
        (acc("x", id=1.5, meta={"update": True}), (400, "request data constraint",
         "The 'id' property should be a string", "/data/0/id")),
        (acc("x", meta="update"), (400, "request data constraint",
         "The 'meta' property should be an associative array", "/data/0/meta")),
        (acc("x", relationships=[]), (400, "request data constraint",
         "The 'relationships' property should be an associative array", "/data/0/relationships")),
        (acc("x", relationships={"nosuch": {"data": None}}), (400, "extra fields constraint",
         'This form should not contain extra fields: "nosuch".', "/data/0")),
        (acc("x", relationships={"contacts": one("contacts", "1")}), (400, "request data constraint",
         "The 'data' property should be an array of resource identifiers", "/data/0/relationships/contacts/data")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(oro, record, expected):
    id = oro.done("accounts", record, acc("good"))
    assert oro.errors(id) == [("1-1", *expected)]
    assert oro.operation(id)["status"] == "success"
    assert names() == ["good"]


def test_all_that_is_wrong_with_a_record_is_told_at_once(oro):
    attributes = {"sku": "", "status": "foo", "price": "abc", "stock": "x", "nosuch": 1}
    id = oro.done("products", {"type": "products", "attributes": attributes})
    assert sorted(oro.places(id)) == [
        ("choice constraint", "/data/0/attributes/status"),
        ("extra fields constraint", "/data/0"),
        ("form constraint", "/data/0/attributes/price"),
        ("form constraint", "/data/0/attributes/stock"),
        ("not blank constraint", "/data/0/attributes/name"),
        ("not blank constraint", "/data/0/attributes/sku"),
    ]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"status": None}, ("not null constraint", "This value should not be null.", "status")),
        ({"featured": None}, ("not null constraint", "This value should not be null.", "featured")),
        ({"productType": "book"}, ("choice constraint", "The value you selected is not a valid choice.",
         "productType")),
        ({"price": "x"}, ("form constraint", "This value is not valid. Expected a number.", "price")),
        ({"stock": "a\0b"}, ("form constraint", "This value is not valid. Expected an integer.", "stock")),
        ({"stock": 2**40}, ("range constraint", "This value should be 2147483647 or less.", "stock")),
        ({"weight": -1}, ("range constraint", "This value should be 0 or more.", "weight")),
        ({"sku": "x" * 65}, ("length constraint", "This value is too long. It should have 64 characters or less.",
         "sku")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_attribute_of_a_product(oro, attributes, expected):
    record = {"type": "products", "attributes": {"sku": "A", "name": "A", **attributes}}
    title, detail, name = expected
    assert oro.errors(oro.done("products", record)) == [("1-1", 400, title, detail, f"/data/0/attributes/{name}")]


def test_a_record_whose_attributes_are_none_has_one_fault(oro):
    id = oro.done("contacts", {"type": "contacts", "attributes": []})
    assert oro.places(id) == [("request data constraint", "/data/0/attributes")]


@pytest.mark.parametrize(("address", "expected"), [("a@b.c", []), (None, []), ("a@b", ["email constraint"])])
def test_an_address_of_electronic_mail_is_one(oro, address, expected):
    id = oro.done("contacts", {"type": "contacts", "attributes": {"firstName": "Ann", "primaryEmail": address}})
    assert [title for title, _ in oro.places(id)] == expected


def test_a_price_is_one_of_the_system_currency(oro):
    product = oro.create("products", {"sku": "A", "name": "A"})
    listed = oro.create("pricelists", {"name": "P", "priority": 1})
    related = {"product": one("products", product), "priceList": one("pricelists", listed)}
    prices = [{"quantity": 1, "value": "150.0000", "currency": code} for code in ("EUR", "USD")]
    records = [{"type": "productprices", "attributes": price, "relationships": related} for price in prices]
    id = oro.done("productprices", *records)
    assert oro.places(id) == [("choice constraint", "/data/1/attributes/currency")]
    [shown] = oro.get("productprices").json["data"]
    assert (shown["attributes"]["value"], shown["attributes"]["currency"]) == ("150.0000", "EUR")
    assert error(oro.get("productprices?filter[currency]=EUR"))[:2] == (400, "filter constraint")


def test_an_upsert_that_finds_several_changes_none_of_them(oro):
    product = oro.create("products", {"sku": "A", "name": "A"})
    listed = oro.create("pricelists", {"name": "P", "priority": 1})
    related = {"product": one("products", product), "priceList": one("pricelists", listed)}
    key = {"upsert": ["product", "priceList", "quantity"]}

    def price(quantity, value):
        attributes = {"quantity": quantity, "value": value}
        return {"type": "productprices", "meta": key, "attributes": attributes, "relationships": related}

    for quantity, value in ((1, "1.5"), (1, "2.5"), (2, "3.5")):
        oro.create("productprices", {"quantity": quantity, "value": value}, related)
    id = oro.done("productprices", price(1, "9"), price(2, "9"), price(3, "9"))
    conflict = (409, "conflict constraint", "The upsert operation founds more than one entity.", "/data/0")
    assert oro.errors(id) == [("1-1", *conflict)]
    assert oro.outcomes(id) == ["failed", "updated", "created"]
    values = [record["attributes"]["value"] for record in oro.get("productprices").json["data"]]
    assert values == ["1.5000", "2.5000", "9.0000", "9.0000"]
    assert error(oro.post("productprices", {"data": price(1, "9")})) == (*conflict[:3], "/data")


def test_what_is_not_there_lacks_nothing_else(oro):
    update = {"type": "accounts", "id": "99999999", "meta": {"update": True}, "attributes": {"externalId": "x"}}
    assert oro.places(oro.done("accounts", update)) == [("not found http exception", "/data/0")]


@pytest.mark.parametrize("relationship", [{}, {"links": {}}])
def test_a_relationship_without_data_is_not_sent(oro, relationship):
    id = oro.done("accounts", acc("A", relationships={"defaultContact": relationship}))
    assert oro.errors(id) == []


def test_what_clients_send_for_nothing_is_accepted(oro):
    id = oro.create("accounts", {"name": "A"})
    record = {"type": "accounts", "id": id, "attributes": {}, "relationships": {}, "meta": {"update": True}}
    owner = {**record, "relationships": {"owner": one("users", "1")}}
    done = oro.done("accounts", record, owner)
    assert (oro.errors(done), oro.counts(done)) == ([], [2, 2, 0, 0, 2])


def test_validating_writes_nothing(oro):
    id = oro.done("accounts", acc("A", meta={"validate": True, "upsert": False}), acc("", meta={"validate": True}))
    assert oro.places(id) == [("not blank constraint", "/data/1/attributes/name")]
    assert oro.counts(id) == [2, 0, 1, 0, 0]
    assert oro.outcomes(id) == ["validated", "failed"]
    assert names() == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonapi":{"version":"1.0"},"meta":{"a":1},"links":{},"data":[%b]}',
        b'{"data":[%b],"links":null,"meta":{},"jsonapi":{"version":"1.0"}}',
        b'\xef\xbb\xbf { "data" : [ %b ] } ',
    ],
)
def test_the_order_of_members_does_not_matter(oro, body):
    answer = oro.call("PATCH", "accounts", body % b'{"type":"accounts","attributes":{"name":"A"}}')
    assert answer.status == 202
    work_off()
    assert names() == ["A"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"data": [1 2]}', "Failed to parse the data file. Parsing error in [1:13]. Expecting ',' or ']'."),
        (b'{"data": {"type": "accounts"}}', "[1:10]. Document must start with a named object that has an array as a "
         "value."),
        (b'{"data": {[1]}}', "[1:10]. Document must start with a named object that has an array as a value."),
        (b'{"data": "x"}', "[1:10]. Document must start with a named object that has an array as a value."),
        (b"[]", "[1:1]. Document must start with a named object that has an array as a value."),
        (b'{"data":[{"type":"accounts"}],"included":5}', "[1:42]. Document must start with a named object that has an "
         "array as a value."),
        (b"not json", "Document must start with a named object that has an array as a value."),
        (b'{"data":[{"type":"accounts","attributes":{"name":"A"}}', "Expecting ',' or ']'."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_fails_with_one_error_and_writes_nothing(oro, body, detail):
    answer = oro.call("PATCH", "accounts", body)
    assert answer.status == 202
    id = answer.json["data"]["id"]
    work_off()
    operation = oro.operation(id)
    assert (operation["status"], operation["progress"], oro.counts(id)) == ("failed", None, [0, 0, 1, 0, 0])
    [(number, status, title, told, pointer)] = oro.errors(id)
    assert (number, status, title, pointer) == ("0-1", 400, "async operation exception", None)
    assert told.startswith("Failed to parse the data file. Parsing error in [1:")
    assert told.endswith(detail)
    assert names() == []


def test_a_fault_after_250_records_leaves_none_of_them(oro, settings):
    settings.CHUNK_RECORDS = 100
    records = b",".join(b'{"type":"accounts","attributes":{"name":"A%d"}}' % n for n in range(250))
    id = oro.call("PATCH", "accounts", b'{"data":[%b,{"type":"accounts"]}' % records).json["data"]["id"]
    work_off()
    assert oro.operation(id)["status"] == "failed"
    assert names() == []


@pytest.mark.parametrize(
    ("body", "detail", "pointer"),
    [
        (b"", "The request data should not be empty.", None),
        (b"{}", "The primary data object collection should exist", "/data"),
        (b'{"data": []}', "The primary data object collection should not be empty", "/data"),
        (b'{"data": null}', "The primary data object collection should not be empty", "/data"),
        (b'{"included": []}', "The primary data object collection should exist", "/data"),
    ],
)
def test_a_list_without_records_is_not_accepted(oro, body, detail, pointer):
    assert error(oro.call("PATCH", "accounts", body)) == (400, "request data constraint", detail, pointer)
    nothing_happened()


@pytest.mark.parametrize(
    ("body", "title", "pointer"),
    [
        (b'{"data": [1 2]}', "async operation exception", None),
        (b'{"data": [null]}', "request data constraint", "/data/0"),
        (b'{"data": [{"type": "accounts"}], "included": [{"id": "1"}]}', "request data constraint", "/included/0"),
    ],
)
def test_strict_handling_tells_at_once(oro, body, title, pointer):
    answer = oro.call("PATCH", "accounts", body, HTTP_PREFER="handling=strict")
    assert (answer.status, answer.json["errors"][0]["title"]) == (400, title)
    assert answer.json["errors"][0].get("source", {}).get("pointer") == pointer
    nothing_happened()


def test_errors_are_numbered_by_hundreds(oro, settings):
    settings.CHUNK_RECORDS = 7
    records = [acc("" if n in (3, 5, 100, 104) else f"A{n}") for n in range(101 + 5)]
    id = oro.done("accounts", *records)
    assert [number for number, *_ in oro.errors(id)] == ["1-1", "1-2", "2-1", "2-2"]
    assert [pointer for *_, pointer in oro.errors(id)][2] == "/data/100/attributes/name"
    assert oro.counts(id) == [106, 102, 4, 102, 0]


def test_two_updates_of_one_record_keep_their_order(oro, settings):
    settings.CHUNK_RECORDS = 1
    id = oro.create("accounts", {"name": "A"})
    update = {"id": id, "meta": {"update": True}}
    oro.done("accounts", acc("B", **update), acc("C", **update))
    assert names() == ["C"]


def test_a_product_whose_sku_exists_is_a_conflict(oro):
    record = {"type": "products", "attributes": {"sku": "BOLT", "name": "Bolt"}}
    id = oro.done("products", record, record)
    assert oro.errors(id) == [("1-1", 409, "conflict constraint", "The entity already exists.", "/data/1")]


@pytest.mark.parametrize("meta", [{}, {"upsert": ["sku"]}])
def test_a_sku_that_nothing_can_hold_stops_nobody(oro, meta):
    bad, good = ({"type": "products", "meta": meta, "attributes": {"sku": sku, "name": "x"}} for sku in ("a\0b", "B"))
    id = oro.done("products", bad, good)
    assert set(oro.places(id)) == {("form constraint", "/data/0/attributes/sku")}
    assert oro.outcomes(id) == ["failed", "created"]


def test_an_upsert_finds_a_product_by_its_sku(oro):
    def washer(name):
        return {"type": "products", "meta": {"upsert": ["sku"]}, "attributes": {"sku": "W-8", "name": name}}

    assert oro.counts(oro.done("products", washer("Washer"))) == [1, 1, 0, 1, 0]
    assert oro.counts(oro.done("products", washer("Nut"), washer(""))) == [2, 1, 1, 0, 1]


def test_a_type_that_is_only_updated_creates_nothing(oro):
    id = oro.done("inventorylevels", {"type": "inventorylevels", "attributes": {"quantity": 5}})
    assert oro.errors(id) == [
        ("1-1", 405, "action not allowed exception", 'The "create" action is not allowed.', "/data/0")
    ]


def test_stock_is_set_by_inventory_levels(oro):
    id = oro.create("products", {"sku": "BOLT", "name": "Bolt"})
    level = {"type": "inventorylevels", "id": id, "meta": {"update": True}, "attributes": {"quantity": 5}}
    assert oro.errors(oro.done("inventorylevels", level)) == []
    assert oro.get(f"products/{id}").json["data"]["attributes"]["stock"] == 5


def test_a_body_that_is_too_large_is_refused(oro, settings):
    settings.MAX_STREAM_BYTES = 2000
    answer = oro.call("PATCH", "accounts", b" " * 2001)
    assert (answer.status, answer.json["errors"][0]["title"]) == (413, "request entity too large http exception")
    nothing_happened()


def test_the_same_key_is_the_same_operation(oro, settings):
    settings.SMALL_BODY_BYTES = 0
    first, second = (oro.call("PATCH", "accounts", {"data": [acc("A")]}, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert first == second
    other = oro.call("PATCH", "accounts", {"data": [acc("B")]}, HTTP_IDEMPOTENCY_KEY="k")
    assert (other.status, Operation.objects.count(), Body.objects.count()) == (422, 1, 3)


def test_policy_all_writes_everything_or_nothing(oro):
    id = oro.done("accounts", acc("A"), acc(""), HTTP_BULKHEAD_POLICY="all")
    assert oro.operation(id)["status"] == "failed"
    assert (oro.counts(id), oro.outcomes(id)) == ([2, 0, 1, 0, 0], ["untouched", "failed"])
    assert names() == []
