"""Single resources and lists of them, as JSON:API has them."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asyncops.models import Operation
from catalog.models import Account
from syncapi.oro.names import MEDIA_TYPE
from syncapi.oro.names import RESOURCES as TYPES
from tests.syncapi.conftest import Program
from tests.syncapi.oro import samples
from tests.syncapi.oro.conftest import HOST, acc, contact, error, names, nothing_happened, one, to

EXT = {"HTTP_X_INTEGRATION_TYPE": "ext_id"}


def test_a_new_account_has_its_address(oro, admin):
    answer = oro.post("accounts", {"data": acc("A", id="label")})
    data = answer.json["data"]
    assert (answer.status, answer.headers["Content-Type"]) == (201, MEDIA_TYPE)
    assert answer.headers["Location"] == data["links"]["self"] == f"{HOST}/api/accounts/{data['id']}"
    assert data["attributes"]["name"] == "A"
    assert data["relationships"]["owner"]["data"] == {"type": "users", "id": str(admin.number)}
    assert oro.get(f"accounts/{data['id']}").json["data"] == data


@pytest.mark.parametrize("type", sorted(TYPES))
def test_every_type_can_be_read(oro, type):
    answer = oro.get(f"{type}?page[size]=2")
    assert answer.status == 200, answer
    for shown in answer.json["data"]:
        assert oro.get(f"{type}/{shown['id']}").json["data"] == shown
        for name in shown.get("relationships", ()):
            assert oro.get(f"{type}/{shown['id']}/{name}").status == 200
            assert oro.get(f"{type}/{shown['id']}/relationships/{name}").status == 200


def test_every_type_can_be_created_changed_and_deleted(oro, admin):
    known = {"users": str(admin.number), "organizations": str(admin.organization.number)}
    for resource in samples.WRITABLE:
        answer = oro.post(resource.type, {"data": samples.record(resource, known, "k")})
        assert answer.status == 201, (resource.type, answer)
        known[resource.type] = answer.json["data"]["id"]
    for resource in samples.WRITABLE:
        path = f"{resource.type}/{known[resource.type]}"
        assert oro.call("PATCH", path, {"data": samples.update(resource, known)}).status == 200, path
    for resource in reversed(samples.WRITABLE):
        path = f"{resource.type}/{known[resource.type]}"
        assert oro.call("DELETE", path).status == 204, path
        assert oro.get(path).status == 404, path


@pytest.mark.parametrize("type", sorted(TYPES))
def test_the_options_are_for_everybody(oro, type):
    oro.program = Program()
    answer = oro.call("OPTIONS", type)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Allow"].startswith("OPTIONS, GET")


def test_the_methods_of_a_path_are_told_in_order(oro):
    allowed = {
        path: oro.call("OPTIONS", path).headers["Allow"]
        for path in (
            "accounts", "accounts/1", "accounts/1/contacts", "accounts/1/relationships/contacts",
            "accounts/1/relationships/defaultContact", "asyncoperations/1", "asyncoperations/1/errors", "users",
            "inventorylevels", "inventorylevels/1",
        )
    }  # fmt: skip
    assert allowed == {
        "accounts": "OPTIONS, GET, PATCH, POST, DELETE",
        "accounts/1": "OPTIONS, GET, PATCH, DELETE",
        "accounts/1/contacts": "OPTIONS, GET",
        "accounts/1/relationships/contacts": "OPTIONS, GET, PATCH, POST, DELETE",
        "accounts/1/relationships/defaultContact": "OPTIONS, GET, PATCH",
        "asyncoperations/1": "OPTIONS, GET",
        "asyncoperations/1/errors": "OPTIONS, GET",
        "users": "OPTIONS, GET",
        "inventorylevels": "OPTIONS, GET, PATCH",
        "inventorylevels/1": "OPTIONS, GET, PATCH",
    }


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "users", "OPTIONS, GET"),
        ("PATCH", "asyncoperations/1", "OPTIONS, GET"),
        ("DELETE", "asyncoperations/1/errors", "OPTIONS, GET"),
        ("PUT", "accounts/1", "OPTIONS, GET, PATCH, DELETE"),
        ("POST", "accounts/1", "OPTIONS, GET, PATCH, DELETE"),
    ],
)
def test_another_method_is_not_allowed(oro, method, path, allow):
    answer = oro.call(method, path, {"data": []})
    assert (answer.status, answer.headers["Allow"]) == (405, allow)
    assert answer.json["errors"][0]["status"] == "405"
    nothing_happened()


@pytest.mark.parametrize(
    "path", ["asyncoperations", "asyncoperations/1/owner", "unknown", "accounts/1/foo", "accounts/1/2/3/4"]
)
def test_paths_that_are_none(oro, path):
    assert oro.get(path).status == 404


def test_an_unknown_type_is_told(oro):
    answer = oro.call("PATCH", "unknowns", {"data": []})
    assert error(answer) == (404, "entity type constraint", "Unknown entity type: unknowns.", None)
    assert error(oro.get("accounts/1/foo"))[:3] == (404, "relationship constraint", "Unsupported subresource.")


@pytest.mark.parametrize("headers", [{}, {"HTTP_AUTHORIZATION": "Bearer nobody"}, {"HTTP_AUTHORIZATION": "Basic eA=="}])
def test_without_credentials_there_is_no_answer(oro, headers):
    oro.program = Program()
    answer = oro.call("PATCH", "accounts", {"data": [acc("A")]}, **headers)
    assert (answer.status, answer.body) == (401, b"")
    assert answer.headers["WWW-Authenticate"]
    nothing_happened()


def test_a_name_and_a_password_are_credentials(oro, admin):
    admin.set_password("correct horse battery")
    admin.save()
    oro.program = Program()
    given = base64.b64encode(b"admin:correct horse battery").decode()
    assert oro.get("accounts", HTTP_AUTHORIZATION=f"Basic {given}").status == 200
    wrong = base64.b64encode(b"admin:wrong").decode()
    assert oro.get("accounts", HTTP_AUTHORIZATION=f"Basic {wrong}").status == 401


@pytest.mark.parametrize(
    "content_type",
    [
        f"{MEDIA_TYPE}; charset=utf-8",
        f'{MEDIA_TYPE}; ext="https://example.com/x"',
        "application/json",
        "text/plain",
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_another_media_type_is_refused(oro, method, content_type):
    answer = oro.call(method, "accounts", {"data": [acc("A")]}, CONTENT_TYPE=content_type)
    assert (answer.status, answer.json["errors"][0]["title"]) == (415, "unsupported media type http exception")
    nothing_happened()


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/*;q=0.5", 200),
        ("", 200),
        (f"{MEDIA_TYPE};q=0.5", 200),
        (f'{MEDIA_TYPE};profile="https://example.com/p"', 200),
        (f"{MEDIA_TYPE};foo=1, {MEDIA_TYPE}", 200),
        (f'{MEDIA_TYPE}; ext="https://example.com/x"', 406),
        (f"{MEDIA_TYPE};foo=1, */*", 406),
        (f"{MEDIA_TYPE};q=0", 406),
        ("application/xml", 406),
        ("application/json", 406),
    ],
)
def test_what_the_client_takes(oro, accept, status):
    assert oro.get("accounts", HTTP_ACCEPT=accept).status == status


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "request data constraint", "The request data should not be empty.", None)),
        (b"{}", (400, "request data constraint", "The primary data object should exist", "/data")),
        (b'{"data": null}', (400, "request data constraint", "The primary data object should not be empty", "/data")),
        (b'{"data": [{"type": "accounts"}]}', (400, "request data constraint",
         "The primary data object should be an object", "/data")),
        (b'{"data": {"attributes": {}}}', (400, "request data constraint", "The 'type' property is required", "/data")),
        (b'{"data": {"type": null}}', (400, "request data constraint", "The 'type' property should not be null",
         "/data/type")),
        (b'{"data": {"type": "users"}}', (409, "conflict constraint",
         "The 'type' property of the primary data object should match the requested resource", "/data/type")),
        (b'{"data": {"type": "accounts", "attributes": {"name": ""}}}', (400, "not blank constraint",
         "This value should not be blank.", "/data/attributes/name")),
        (b'{"data": {"type": "accounts", "attributes": {"name": "x", "foo": 1}}}', (400, "extra fields constraint",
         'This form should not contain extra fields: "foo".', "/data")),
    ],
)  # fmt: skip
def test_a_body_that_is_no_new_account(oro, body, expected):
    answer = oro.post("accounts", body, CONTENT_TYPE=MEDIA_TYPE)
    assert error(answer) == expected
    assert "Location" not in answer.headers
    nothing_happened()


def test_a_body_that_is_no_json(oro):
    status, title, detail, _ = error(oro.post("accounts", b'{"data": {"type": test"}}'))
    assert (status, title) == (400, "bad request http exception")
    assert detail.startswith("Invalid json message received. Parsing error in [1:19].")


def test_a_body_that_is_no_text(oro):
    detail = "Invalid json message received. The text is not UTF-8: invalid start byte."
    assert error(oro.post("accounts", b'{"data": "\xff"}')) == (400, "bad request http exception", detail, None)


def test_a_byte_order_mark_is_passed_over(oro):
    assert oro.post("accounts", b"\xef\xbb\xbf" + json.dumps({"data": acc("A")}).encode()).status == 201


def test_a_change_changes_what_it_names(oro):
    id = oro.create("accounts", {"name": "A", "externalId": "x"})
    answer = oro.call("PATCH", f"accounts/{id}", {"data": {"type": "accounts", "id": id, "attributes": {"name": "B"}}})
    assert (answer.status, answer.json["data"]["attributes"]["name"]) == (200, "B")
    assert Account.objects.get().external_id == "x"


def test_the_id_of_a_change_must_be_that_of_the_path(oro):
    id = oro.create("accounts", {"name": "A"})
    answer = oro.call("PATCH", f"accounts/{id}", {"data": {"type": "accounts", "id": "7", "attributes": {"name": "B"}}})
    assert error(answer) == (
        409,
        "conflict constraint",
        "The 'id' property of the primary data object should match 'id' parameter of the query string",
        "/data/id",
    )
    assert names() == ["A"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("id", ["99999999", "abc", "1.5", "-1", "9" * 30])
def test_what_is_not_there_is_not_found(oro, method, id):
    body = {"data": {"type": "accounts", "id": id}} if method == "PATCH" else None
    assert error(oro.call(method, f"accounts/{id}", body)) == (
        404,
        "not found http exception",
        "An entity with the requested identifier does not exist.",
        None,
    )


def test_deleting(oro):
    id = oro.create("accounts", {"name": "A"})
    answer = oro.call("DELETE", f"accounts/{id}", {})
    assert (answer.status, answer.body) == (204, b"")
    assert oro.get(f"accounts/{id}").status == 404


def test_deleting_can_have_a_body_for_who_wants_one(oro):
    id = oro.create("accounts", {"name": "A"})
    answer = oro.call("DELETE", f"accounts/{id}", HTTP_PREFER="return=representation")
    assert (answer.status, answer.json) == (200, {"meta": {}})


def test_a_list_is_deleted_by_filters_alone(oro):
    for name in "ABC":
        oro.create("accounts", {"name": name})
    assert error(oro.call("DELETE", "accounts", {"data": []})) == (
        400, "filter constraint", "At least one filter must be provided.", None,
    )  # fmt: skip
    assert names() == ["A", "B", "C"]
    answer = oro.call("DELETE", "accounts?filter[name]=A,B", HTTP_X_INCLUDE="deletedCount")
    assert (answer.status, answer.headers["X-Include-Deleted-Count"], names()) == (204, "2", ["C"])


def test_validating_one_shows_it_and_keeps_nothing(oro):
    made = oro.post("accounts", {"data": acc("A", meta={"validate": True})})
    assert (made.status, names()) == (201, [])
    assert oro.get(f"accounts/{made.json['data']['id']}").status == 404
    id = oro.create("accounts", {"name": "A"})
    record = acc("B", id=id, meta={"validate": True})
    assert oro.call("PATCH", f"accounts/{id}", {"data": record}).json["data"]["attributes"]["name"] == "B"
    assert names() == ["A"]
    answer = oro.get(f"accounts/{id}?meta[validate]=true")
    assert error(answer) == (400, "filter constraint", "The filter is not supported.", "meta[validate]")


def test_upserting_one(oro):
    record = {"type": "products", "meta": {"upsert": ["sku"]}, "attributes": {"sku": "A", "name": "A"}}
    assert [oro.post("products", {"data": record}).status for _ in range(2)] == [201, 200]
    answer = oro.call("PATCH", "accounts/1", {"data": acc("A", id="1", meta={"upsert": True})})
    assert error(answer)[3] == "/meta/upsert"


def test_external_ids_are_skus(oro):
    record = {"type": "products", "id": "BOLT", "attributes": {"name": "Bolt"}}
    made = oro.post("products", {"data": record}, **EXT)
    assert (made.status, made.json["data"]["id"]) == (201, "BOLT")
    assert made.json["data"]["attributes"]["dbId"] > 0
    assert oro.get("products/BOLT", **EXT).json["data"]["attributes"]["name"] == "Bolt"
    known, new = ({**record, "id": id, "meta": {"upsert": True}} for id in ("BOLT", "NUT"))
    assert oro.counts(oro.done("products", known, new, **EXT)) == [2, 2, 0, 1, 1]
    id = oro.done("products", *({**one, "attributes": {"name": ""}} for one in (known, new)), **EXT)
    assert [place for _, place in oro.places(id)] == ["/data/0/attributes/name", "/data/1/attributes/name"]


def product(id, **members):
    return {"type": "products", "id": id, "attributes": {"name": "x"}, **members}


def test_an_external_id_in_digits_may_be_a_number(oro):
    id = oro.done("products", product(4711), product(4711, meta={"upsert": True}), **EXT)
    assert (oro.errors(id), oro.counts(id)) == ([], [2, 2, 0, 1, 1])
    assert oro.get("products/4711", **EXT).json["data"]["attributes"]["sku"] == "4711"


def test_an_external_id_may_hold_any_character(oro):
    sku = "M8/20 ä%2F?#"
    made = oro.post("products", {"data": product(sku)}, **EXT)
    path = made.headers["Location"].partition("/api/")[2]
    assert oro.get(path, **EXT).json["data"]["id"] == sku
    assert oro.get(f"{path}/relationships/brand", **EXT).json["data"] is None
    assert oro.call("DELETE", path, **EXT).status == 204


def test_external_ids_are_told_wherever_records_are(oro):
    id = oro.done("products", product("A"), product("A", meta={"update": True}), **EXT)
    results = oro.get(f"asyncoperations/{id}/results").json["data"]
    assert [result["attributes"]["entityId"] for result in results] == ["A", "A"]
    [shown] = oro.get("products?fields[products]=sku", **EXT).json["data"]
    assert shown["attributes"] == {"sku": "A"}


def test_what_was_read_under_an_external_id_can_be_sent_back(oro):
    shown = oro.post("products", {"data": product("A")}, **EXT).json["data"]
    assert oro.call("PATCH", "products/A", {"data": shown}, **EXT).status == 200
    assert oro.errors(oro.done("products", {**shown, "meta": {"update": True}}, **EXT)) == []


def test_an_external_id_is_known_without_regard_to_case_as_in_lists(oro):
    oro.post("products", {"data": product("Bolt")}, **EXT)
    assert oro.errors(oro.done("products", product("BOLT", meta={"update": True}), **EXT)) == []
    assert oro.get("products/BOLT", **EXT).json["data"]["id"] == "Bolt"
    assert page(oro, "products?filter[id]=bolt,nut", **EXT) == page(oro, "products?filter[sku]=BOLT") == ["x"]
    assert oro.call("DELETE", "products/bolt", **EXT).status == 204


@pytest.mark.parametrize("meta", [{}, {"upsert": True}])
def test_an_external_id_and_the_sku_are_one(oro, meta):
    record = product("A", meta=meta) | {"attributes": {"sku": "B", "name": "x"}}
    id = oro.done("products", record, **EXT)
    detail = 'The value should be the identifier "A".'
    assert oro.errors(id) == [("1-1", 400, "form constraint", detail, "/data/0/attributes/sku")]
    assert oro.get("products").json["data"] == []


def test_external_ids_are_upserted_one_by_one(oro):
    statuses = [
        oro.call("PATCH", "products/A", {"data": product("A", meta={"upsert": True})}, **EXT).status,
        oro.call("PATCH", "products/A", {"data": product("A", meta={"upsert": ["id"]})}, **EXT).status,
        oro.post("products", {"data": product("A", meta={"upsert": True})}, **EXT).status,
        oro.post("products", {"data": product("B", meta={"upsert": True})}, **EXT).status,
        oro.post("products", {"data": product("B")}, **EXT).status,
    ]
    assert statuses == [201, 200, 200, 201, 409]
    answer = oro.call("PATCH", "products/A", {"data": product("A", meta={"upsert": ["sku"]})}, **EXT)
    detail = "Only the entity identifier can be used by the upsert operation to find an entity."
    assert error(answer) == (400, "value constraint", detail, "/meta/upsert")


@pytest.mark.parametrize(
    ("meta", "title", "detail", "pointer"),
    [
        ({"validate": "x"}, "value constraint", "This value should be a boolean.", "/data/meta/validate"),
        ({"upsert": 5}, "value constraint", "This value should be a boolean or an array of strings.",
         "/data/meta/upsert"),
        ({"validate": True, "upsert": True}, "request data constraint", "Only one meta option can be used.",
         "/data/meta"),
        (["x"], "request data constraint", "The 'meta' property should be an associative array", "/data/meta"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_meta_that_says_nothing_clear_is_refused(oro, method, meta, title, detail, pointer):
    id = oro.create("accounts", {"name": "A"})
    path = "accounts" if method == "POST" else f"accounts/{id}"
    assert error(oro.call(method, path, {"data": acc("B", id=id, meta=meta)})) == (400, title, detail, pointer)
    assert names() == ["A"]


def test_posting_updates_nothing(oro):
    id = oro.create("accounts", {"name": "A"})
    answer = oro.post("accounts", {"data": acc("B", id=id, meta={"update": True})})
    assert error(answer) == (400, "value constraint", "The option is not supported.", "/data/meta/update")
    assert names() == ["A"]


@pytest.mark.parametrize(
    ("meta", "detail"),
    [
        ({"upsert": True}, "The upsert operation is not supported for resources with auto-generated identifier value."),
        ({"upsert": ["name"]}, "Only the entity identifier can be used by the upsert operation to find an entity."),
    ],
)
def test_a_record_with_a_number_cannot_be_upserted_at_its_address(oro, meta, detail):
    answer = oro.call("PATCH", "accounts/7", {"data": acc("A", id="7", meta=meta)})
    assert error(answer) == (400, "value constraint", detail, "/meta/upsert")
    assert names() == []


def test_a_deletion_that_is_refused_points_at_no_document(limited_oro, oro, limited):
    id = oro.create("accounts", {"name": "A"})
    limited.user_permissions.set(Permission.objects.filter(codename="view_account"))
    refused = (403, "access denied exception", "No access to this type of entities.", None)
    assert error(limited_oro.call("DELETE", f"accounts/{id}")) == refused
    assert error(limited_oro.call("DELETE", f"accounts?filter[id]={id}")) == refused
    assert names() == ["A"]


def test_stock_is_known_by_the_sku_too(oro):
    oro.create("products", {"sku": "BOLT", "name": "Bolt"})
    level = {"type": "inventorylevels", "id": "BOLT", "meta": {"update": True}, "attributes": {"quantity": 7}}
    assert oro.counts(oro.done("inventorylevels", level, **EXT)) == [1, 1, 0, 0, 1]
    [shown] = oro.get("inventorylevels?filter[product]=BOLT", **EXT).json["data"]
    assert (shown["id"], shown["attributes"]["quantity"]) == ("BOLT", 7)
    assert shown["relationships"]["product"]["data"] == {"type": "products", "id": "BOLT"}


@pytest.mark.parametrize("path", ["products/%00", "inventorylevels/a%00b", "inventorylevels/%00/product"])
def test_no_record_has_an_external_id_that_no_text_can_hold(oro, path):
    assert oro.get(path, HTTP_X_INTEGRATION_TYPE="ext_id").status == 404


def page(oro, path, **headers):
    answer = oro.get(path, **headers)
    assert answer.status == 200, answer
    return [one["attributes"]["name"] for one in answer.json["data"]]


@pytest.fixture
def accounts(oro):
    for n, name in enumerate(("Alpha", "Beta", "Gamma", "Delta")):
        oro.create("accounts", {"name": name, "externalId": f"x{n}"} if n else {"name": name})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alpha", "Beta", "Gamma", "Delta"]),
        ("sort=name", ["Alpha", "Beta", "Delta", "Gamma"]),
        ("sort=-name", ["Gamma", "Delta", "Beta", "Alpha"]),
        ("sort=-id", ["Delta", "Gamma", "Beta", "Alpha"]),
        ("filter[name]=Beta", ["Beta"]),
        ("filter[name]=Beta,Alpha", ["Alpha", "Beta"]),
        ("filter[name]=Beta&filter[externalId]=x2", []),
        ("filter[name][neq]=Beta", ["Alpha", "Gamma", "Delta"]),
        ("filter[name][contains]=et", ["Beta"]),
        ("filter[name][not_contains]=et", ["Alpha", "Gamma", "Delta"]),
        ("filter[name][starts_with]=al", ["Alpha"]),
        ("filter[name][ends_with]=a&sort=name", ["Alpha", "Beta", "Delta", "Gamma"]),
        ("filter[externalId][exists]=false", ["Alpha"]),
        ("filter[externalId][neq_or_null]=x1", ["Alpha", "Gamma", "Delta"]),
        ("filter[owner.username]=admin&filter[name]=Beta", ["Beta"]),
        ("filter[owner.username]=nobody", []),
        ("filter[contacts][exists]=true", []),
        ("filter[id]=99999999999999999999,0,-1", []),
        ("page[size]=2", ["Alpha", "Beta"]),
        ("page[size]=2&page[number]=2", ["Gamma", "Delta"]),
        ("page[size]=2&page[number]=9", []),
        ("page[size]=0", []),
        ("page[size]=-1", ["Alpha", "Beta", "Gamma", "Delta"]),
        ("fields[accounts]=name", ["Alpha", "Beta", "Gamma", "Delta"]),
    ],
)
def test_queries(oro, accounts, query, expected):
    assert page(oro, f"accounts?{query}") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("products?filter[categories.title]=Saws", ["A"]),
        ("products?filter[category.title][contains]=aw", ["A"]),
        ("products?filter[categories.title][neq]=Saws", ["B"]),
        ("products?filter[categories.title][not_contains]=aw", ["B"]),
        ("products?filter[categories.title]=None", []),
        ("products?filter[sku]=a,x", ["A"]),
        ("products?filter[sku][neq]=a", ["B"]),
        ("products?filter[sku][neq_or_null]=b", ["A"]),
        ("categories?filter[products.sku]=a", ["Saws"]),
        ("categories?filter[products.stock][gt]=4", ["Saws"]),
        ("inventorylevels?filter[product.sku]=a", [5]),
    ],
)
def test_records_are_found_by_what_they_are_related_to(oro, query, expected):
    category = oro.create("categories", {"title": "Saws"})
    oro.create("products", {"sku": "A", "name": "A", "stock": 5}, {"category": one("categories", category)})
    oro.create("products", {"sku": "B", "name": "B"})
    found = [one["attributes"] for one in oro.get(query).json["data"]]
    assert [a.get("sku", a.get("title", a.get("quantity"))) for a in found] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[brand.link][exists]=true", ["A"]),
        ("filter[brand.link][exists]=false", ["B", "C"]),
        ("filter[brand][exists]=true", ["A", "B"]),
        ("filter[categories.description][exists]=true", ["A"]),
        ("filter[categories.description][exists]=false", ["B", "C"]),
        ("filter[categories][exists]=false", ["C"]),
    ],
)
def test_what_a_related_record_lacks_is_asked_of_it(oro, query, expected):
    brands = [oro.create("brands", {"name": name, "link": link}) for name, link in (("X", "x"), ("Y", None))]
    categories = [oro.create("categories", {"title": "t", "description": text}) for text in ("d", None)]
    for sku, brand, category in zip("AB", brands, categories, strict=True):
        related = {"brand": one("brands", brand), "categories": to("categories", category)}
        oro.create("products", {"sku": sku, "name": sku}, related)
    oro.create("products", {"sku": "C", "name": "C"})
    assert page(oro, f"products?{query}") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[children][exists]=true", ["Tools"]),
        ("filter[children][exists]=false", ["Saws", "Wood"]),
        ("filter[children.title][neq]=Wood", ["Tools", "Saws", "Wood"]),
        ("filter[children.title][neq]=Saws", ["Saws", "Wood"]),
    ],
)
def test_records_without_any_below_them_are_found(oro, query, expected):
    tools = oro.create("categories", {"title": "Tools"})
    oro.create("categories", {"title": "Saws"}, {"parentCategory": one("categories", tools)})
    oro.create("categories", {"title": "Wood"})
    named = f"filter[title]=Tools,Saws,Wood&{query}"
    found = oro.get(f"categories?{named}").json["data"]
    assert [each["attributes"]["title"] for each in found] == expected


def test_ids_can_be_given_as_clients_do(oro, accounts):
    ids = [one["id"] for one in oro.get("accounts").json["data"]]
    assert page(oro, f"accounts?filter[id][]={ids[0]}&filter[id][]={ids[1]}") == ["Alpha", "Beta"]
    assert page(oro, f"accounts?filter[id]={ids[0]}&filter[id]={ids[1]}") == ["Alpha", "Beta"]
    assert page(oro, f"accounts?filter%5Bid%5D={ids[2]}") == ["Gamma"]
    assert page(oro, f"accounts?filter[id][gt]={ids[2]}") == ["Delta"]
    assert page(oro, f"accounts?filter[id]={ids[1]}..{ids[2]}") == ["Beta", "Gamma"]
    assert page(oro, f"accounts?filter[owner]=1,2,3,{10**30}") in ([], ["Alpha", "Beta", "Gamma", "Delta"])


def test_a_number_that_a_column_keeps_as_a_whole_one_beyond_64_bits_is_shown(oro):
    sent = {"data": {"type": "tags", "attributes": {"name": "large", "customFields": {"a": 1e308}}}}
    made = oro.post("tags", sent)
    assert (made.status, made.json["data"]["attributes"]["customFields"]) == (201, {"a": 1e308})


def test_a_range_is_not_less_than_anything(oro):
    answer = oro.get("products?filter[stock][lt]=1..2")
    detail = 'The operator "lt" takes one value, not a range.'
    assert error(answer) == (400, "filter constraint", detail, "filter[stock][lt]")


@pytest.mark.parametrize(
    ("query", "title", "detail", "parameter"),
    [
        ("filter[wrongFieldName]=x", "filter constraint", "The filter is not supported.", "filter[wrongFieldName]"),
        ("sort=zzz", "sort constraint", 'Sorting by "zzz" field is not supported.', "sort"),
        ("include=zzz", "filter constraint", 'The "zzz" path is not supported.', "include"),
        ("foo=1", "filter constraint", "The filter is not supported.", "foo"),
        ("page[size]=-2", "filter constraint", "The value should be greater than or equals to -1.", "page[size]"),
        ("page[size]=x", "filter constraint", 'Expected integer value. Given "x".', "page[size]"),
        ("page[number]=0", "filter constraint", "The value should be greater than or equals to 1.", "page[number]"),
        ("page[number]=-1", "filter constraint", 'Expected unsigned integer value. Given "-1".', "page[number]"),
        ("filter[name][gt]=x", "filter constraint", 'The operator "gt" is not supported.', "filter[name][gt]"),
        ("filter[name]=%00", "filter constraint", "The value has a character that cannot be stored.", "filter[name]"),
        ("fields[zzz]=x", "filter constraint", "The filter is not supported.", "fields[zzz]"),
    ],
)
def test_queries_that_are_refused(oro, query, title, detail, parameter):
    answer = oro.get(f"accounts?{query}")
    assert error(answer) == (400, title, detail, parameter)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "accounts", {"data": acc("B")}),
        ("PATCH", "accounts/{id}", {"data": acc("B", id="{id}")}),
        ("DELETE", "accounts/{id}", None),
        ("PATCH", "accounts", {"data": [acc("B")]}),
        ("PATCH", "accounts/{id}/relationships/contacts", {"data": []}),
        ("GET", "accounts/{id}/relationships/contacts", None),
    ],
)
def test_nothing_is_done_for_a_query_that_nobody_understands(oro, method, path, body):
    id = oro.create("accounts", {"name": "A"})
    sent = json.loads(json.dumps(body).replace("{id}", id))
    answer = oro.call(method, path.format(id=id) + "?foo=1", sent)
    assert error(answer) == (400, "filter constraint", "The filter is not supported.", "foo")
    assert (names(), Operation.objects.count()) == (["A"], 1)


def test_a_write_answers_as_it_is_asked_to(oro, admin):
    answer = oro.post("accounts?include=owner&fields[accounts]=owner", {"data": acc("A")})
    assert (answer.status, answer.json["included"][0]["id"]) == (201, str(admin.number))
    assert "attributes" not in answer.json["data"]


def test_values_are_checked_by_their_kind(oro):
    assert error(oro.get("products?filter[stock]=foo"))[2] == 'Expected integer value. Given "foo".'
    assert error(oro.get("products?filter[price]=foo"))[2] == 'Expected decimal value. Given "foo".'
    for name in ("id", "brand", "brand.id", "categories"):
        answer = oro.get(f"products?filter[{name}]=1,foo")
        assert error(answer)[2:] == ('Expected integer value. Given "foo".', f"filter[{name}]")
    assert page(oro, "products?filter[id]=foo", **EXT) == []
    assert error(oro.get("products?filter[brand]=foo", **EXT))[2] == 'Expected integer value. Given "foo".'
    oro.create("products", {"sku": "A", "name": "A", "stock": 6, "price": "12.50", "status": "disabled"})
    assert [one["attributes"]["price"] for one in oro.get("products?filter[stock]=5..7").json["data"]] == ["12.5000"]
    assert len(oro.get("products?filter[price][lt]=12.51&filter[status]=disabled").json["data"]) == 1
    assert error(oro.get("products?filter[status]=x"))[0] == 400


def test_when_a_record_was_made_and_changed_can_be_asked_for(oro, accounts):
    [shown] = oro.get("accounts?filter[name]=Beta").json["data"]
    moment, attributes = datetime(2020, 1, 1, 12, tzinfo=UTC), shown["attributes"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", attributes["createdAt"])
    Account.objects.filter(name="Beta").update(created_at=moment, updated_at=moment)
    [shown] = oro.get("accounts?filter[createdAt]=2020-01-01T12:00:00Z").json["data"]
    assert (shown["attributes"]["createdAt"], shown["attributes"]["updatedAt"]) == ("2020-01-01T12:00:00Z",) * 2
    assert page(oro, "accounts?filter[updatedAt][lt]=2020-01-02") == ["Beta"]
    assert page(oro, "accounts?filter[updatedAt]=2020-01-01..2020-01-02") == ["Beta"]
    assert page(oro, "accounts?sort=updatedAt&page[size]=1") == ["Beta"]


def test_when_a_record_was_made_is_not_the_callers_to_say(oro):
    answer = oro.post("accounts", {"data": {"type": "accounts", "attributes": {"name": "A", "createdAt": "x"}}})
    assert (answer.status, answer.json["data"]["attributes"]["createdAt"] != "x") == (201, True)


def test_pages_have_links(oro, accounts):
    links = oro.get("accounts?page[size]=2&page[number]=2&sort=name").json["links"]
    own = f"{HOST}/api/accounts?"
    assert links == {
        "self": f"{own}page%5Bsize%5D=2&page%5Bnumber%5D=2&sort=name",
        "first": f"{own}sort=name&page%5Bsize%5D=2",
        "prev": f"{own}sort=name&page%5Bsize%5D=2",
    }
    first = oro.get("accounts?page[size]=2").json["links"]
    assert first["next"] == f"{own}page%5Bnumber%5D=2&page%5Bsize%5D=2"
    assert oro.get("accounts", HTTP_X_INCLUDE="totalCount").headers["X-Include-Total-Count"] == "4"
    bare = oro.get("accounts", HTTP_X_INCLUDE="noHateoas").json
    assert "links" not in bare
    assert "links" not in bare["data"][0]


@pytest.mark.parametrize("size", [-1, 3])
def test_a_page_beyond_the_largest_leaves_nobody_out(oro, accounts, settings, size):
    settings.ORO_PAGE_RECORDS = 2
    first = oro.get(f"accounts?page[size]={size}").json
    second = oro.get(first["links"]["next"].partition("/api/")[2]).json
    assert [one["attributes"]["name"] for one in first["data"] + second["data"]] == ["Alpha", "Beta", "Gamma", "Delta"]
    assert "next" not in second["links"]


def test_related_resources_are_included_once(oro, accounts, admin):
    body = oro.get("accounts?include=owner").json
    assert [(one["type"], one["id"]) for one in body["included"]] == [("users", str(admin.number))]
    assert "included" not in oro.get("accounts").json
    Account.objects.update(owner=None)
    assert oro.get("accounts?include=owner").json["included"] == []


@pytest.mark.parametrize("query", ["include=owner", "include=contacts.owner", "filter[owner.username][starts_with]=a"])
def test_nobody_sees_through_a_relation_what_he_may_not_see(limited_oro, limited, accounts, query):
    limited.user_permissions.set(Permission.objects.filter(codename__in=["view_account", "view_contact"]))
    refused = (403, "access denied exception", "No access to this type of entities.", None)
    assert error(limited_oro.get(f"accounts?{query}")) == refused
    shown = limited_oro.get("accounts?include=contacts&filter[owner]=1")
    assert (shown.status, shown.json["included"]) == (200, [])


def test_what_could_not_be_shown_is_not_written(limited_oro, limited):
    limited.user_permissions.set(Permission.objects.filter(codename__in=["view_account", "add_account"]))
    assert limited_oro.post("accounts?include=owner", {"data": acc("A")}).status == 403
    nothing_happened()
    assert limited_oro.post("accounts", {"data": acc("A")}).status == 201


def test_included_paths_go_on(oro):
    parent = oro.create("categories", {"title": "Tools"})
    child = oro.create("categories", {"title": "Saws"}, {"parentCategory": one("categories", parent)})
    oro.create("products", {"sku": "A", "name": "A"}, {"category": one("categories", child)})
    body = oro.get("products?include=category.parentCategory").json
    assert [resource["attributes"]["title"] for resource in body["included"]] == ["Saws", "Tools"]
    body = oro.get(f"categories/{child}?include=products.categories").json
    assert [resource["type"] for resource in body["included"]] == ["products"]


def test_sparse_fields(oro, accounts):
    [shown] = oro.get("accounts?fields[accounts]=name,owner&filter[name]=Beta").json["data"]
    assert (list(shown["attributes"]), list(shown["relationships"])) == (["name"], ["owner"])


def test_relationships_of_many(oro):
    ids = [oro.create("contacts", {"firstName": name}) for name in "ABC"]
    account = oro.create("accounts", {"name": "A"}, {"contacts": to("contacts", ids[0])})
    path = f"accounts/{account}/relationships/contacts"

    def linkage():
        return [one["id"] for one in oro.get(path).json["data"]]

    assert linkage() == [ids[0]]
    assert oro.post(path, to("contacts", ids[1])).status == 204
    assert linkage() == ids[:2]
    assert oro.call("PATCH", path, to("contacts", ids[1], ids[2])).status == 204
    assert linkage() == ids[1:]
    assert oro.call("DELETE", path, to("contacts", ids[2])).status == 204
    assert linkage() == [ids[1]]
    assert [one["id"] for one in oro.get(f"accounts/{account}/contacts").json["data"]] == [ids[1]]
    assert error(oro.post(path, to("contacts", "999999")))[2] == "The entity does not exist."
    assert error(oro.post(path, {"data": None}))[0] == 400


def test_a_linkage_comes_in_pages_and_can_be_asked_for_a_part(oro):
    ids = [oro.create("contacts", {"firstName": f"N{n:02}"}) for n in range(12)]
    account = oro.create("accounts", {"name": "A"}, {"contacts": to("contacts", *ids)})
    path = f"accounts/{account}/relationships/contacts"
    url = f"{HOST}/api/{path}"
    first = oro.get(path, HTTP_X_INCLUDE="totalCount")
    assert ([one["id"] for one in first.json["data"]], first.headers["X-Include-Total-Count"]) == (ids[:10], "12")
    assert first.json["links"] == {
        "self": url,
        "related": f"{HOST}/api/accounts/{account}/contacts",
        "next": f"{url}?page%5Bnumber%5D=2&page%5Bsize%5D=10",
    }
    assert first.json["data"][0] == {"type": "contacts", "id": ids[0]}
    assert [one["id"] for one in oro.get(f"{path}?page[number]=2").json["data"]] == ids[10:]
    some = oro.get(f"{path}?filter[firstName]=N03,N05&sort=-firstName").json["data"]
    assert [one["id"] for one in some] == [ids[5], ids[3]]
    assert error(oro.get(f"{path}?include=owner"))[3] == "include"
    assert len(oro.get(f"accounts/{account}").json["data"]["relationships"]["contacts"]["data"]) == 12


def test_a_part_of_a_linkage_is_for_who_may_view_the_records(limited_oro, oro, limited):
    account = oro.create("accounts", {"name": "A"})
    limited.user_permissions.add(Permission.objects.get(codename="view_account"))
    path = f"accounts/{account}/relationships/contacts"
    assert limited_oro.get(path).json["data"] == []
    assert limited_oro.get(f"{path}?filter[firstName]=A").status == 403


def test_what_a_record_has_in_an_order_of_its_own_is_listed_so(oro):
    product = oro.create("products", {"sku": "A", "name": "A"})
    media = oro.create("mediaitems", {"title": "M"})
    both = {"product": one("products", product), "mediaItem": one("mediaitems", media)}
    made = [oro.create("productimages", {"position": position}, both) for position in (2, 1)]
    for way in (f"products/{product}/images", f"products/{product}/relationships/images"):
        assert [each["id"] for each in oro.get(way).json["data"]] == made[::-1], way


def test_relationships_from_the_other_side(oro):
    contact = oro.create("contacts", {"firstName": "Ann"})
    ids = [oro.create("accounts", {"name": name}) for name in "AB"]
    path = f"contacts/{contact}/relationships/accounts"
    assert oro.post(path, to("accounts", ids[0])).status == 204
    assert oro.call("PATCH", path, to("accounts", ids[1])).status == 204
    assert [one["id"] for one in oro.get(path).json["data"]] == [ids[1]]


def test_relationships_of_one(oro):
    contact = oro.create("contacts", {"firstName": "Ann"})
    account = oro.create("accounts", {"name": "A"})
    path = f"accounts/{account}/relationships/defaultContact"
    assert oro.get(path).json["data"] is None
    assert oro.get(f"accounts/{account}/defaultContact").json == {"data": None}
    assert oro.call("PATCH", path, one("contacts", contact)).status == 204
    assert oro.get(path).json["data"] == {"type": "contacts", "id": contact}
    assert oro.get(f"accounts/{account}/defaultContact").json["data"]["id"] == contact
    assert oro.call("PATCH", path, {"data": None}).status == 204
    assert oro.get(path).json["data"] is None


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("accounts/{a}/relationships/contacts", [{"type": "accounts", "id": "1"}],
         ('The entity type "accounts" is not acceptable.', "/data/0")),
        ("accounts/{a}/relationships/contacts", [{"type": "contacts"}], ("The 'id' property is required", "/data/0")),
        ("accounts/{a}/relationships/contacts", [{"type": "contacts", "id": None}],
         ("The 'id' property should not be null", "/data/0/id")),
        ("accounts/{a}/relationships/contacts", [{"type": "contacts", "id": "{c}"}, {"type": "contacts", "id": "0"}],
         ("The entity does not exist.", "/data/1")),
        ("accounts/{a}/relationships/contacts", [{"type": "contacts", "id": "{c}"}, {"type": "contacts", "id": "99"}],
         ("The entity does not exist.", "/data/1")),
        ("contacts/{c}/relationships/accounts", [{"type": "accounts"}], ("The 'id' property is required", "/data/0")),
        ("contacts/{c}/relationships/accounts", [{"type": "accounts", "id": "{a}"}, {"type": "accounts", "id": "99"}],
         ("The entity does not exist.", "/data/1")),
        ("accounts/{a}/relationships/defaultContact", {"type": "contacts", "id": "99"},
         ("The entity does not exist.", "/data")),
        ("accounts/{a}/relationships/defaultContact", {"type": "tags", "id": "99"},
         ('The entity type "tags" is not acceptable.', "/data")),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_linkage_is_told_at_its_place(oro, path, data, expected):
    ids = {"c": oro.create("contacts", {"firstName": "Ann"}), "a": oro.create("accounts", {"name": "A"})}
    sent = json.loads(json.dumps({"data": data}).replace("{a}", ids["a"]).replace("{c}", ids["c"]))
    answer = oro.call("PATCH", path.format(**ids), sent)
    assert error(answer)[2:] == expected
    assert oro.get(f"accounts/{ids['a']}").json["data"]["relationships"]["contacts"]["data"] == []


@pytest.mark.parametrize(
    ("included", "detail", "pointer"),
    [
        ([contact("c", "Ann"), 5], "The related resource should be an object", "/included/1"),
        ([{"type": "contacts"}], "The 'id' property is required", "/included/0"),
        ([contact("c", "Ann")], "The entity should have a relationship with the primary entity and this should be "
         "explicitly specified in the request", "/included/0"),
    ],
)  # fmt: skip
def test_what_comes_with_a_single_record_is_an_object_that_belongs_to_it(oro, included, detail, pointer):
    answer = oro.post("accounts", {"data": acc("A"), "included": included})
    assert error(answer) == (400, "request data constraint", detail, pointer)
    nothing_happened()


def test_a_slash_at_the_end_changes_nothing(oro):
    id = oro.create("accounts", {"name": "A"})
    assert oro.get(f"accounts/{id}/").json["data"]["id"] == id
    assert oro.call("PATCH", "accounts/", {"data": [acc("B")]}).status == 202


def test_posting_a_list_makes_nothing(oro):
    assert oro.post("accounts", {"data": [acc("A"), acc("B")]}).status == 400
    nothing_happened()


def test_a_single_write_can_be_promised(oro):
    answer = oro.post("accounts", {"data": acc("A")}, HTTP_PREFER="respond-async")
    assert answer.status == 202
    operation = answer.json["data"]
    assert (operation["type"], operation["attributes"]["status"]) == ("asyncoperations", "new")
    assert answer.headers["Content-Location"] == operation["links"]["self"]
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert names() == []


def test_the_statements_of_a_page_do_not_grow_with_it(oro):
    def count(size):
        with CaptureQueriesContext(connection) as seen:
            assert len(oro.get(f"products?page[size]={size}&include=category,images").json["data"]) == size
        return len(seen)

    for n in range(6):
        oro.create("products", {"sku": f"S{n}", "name": "x"})
    assert count(2) == count(6)
