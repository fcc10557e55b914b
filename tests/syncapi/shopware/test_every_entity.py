"""One record of every entity over the Admin API: made, read, found, changed, deleted, and each way to get it wrong."""

from __future__ import annotations

from typing import Any, Final

import pytest

from catalog.models import Language
from catalog.registry import Document, Flag, Identifier, Integer, Moment, Number, Ref, Text
from syncapi.shopware.schema import RESOURCES, TRANSLATIONS, Resource
from tests.syncapi.shopware.conftest import BLANK, SYSTEM, Shopware, new_id, pointers
from tests.syncapi.shopware.samples import SMALLEST, THERE

pytestmark = pytest.mark.django_db
FLAT: Final = {"accept": "application/json"}
VIOLATION: Final = "FRAMEWORK__WRITE_CONSTRAINT_VIOLATION"
CHANGES: Final[dict[str, tuple[str, Any]]] = {  # one property and its new value; of the others it is the name
    "media_folder_configuration": ("thumbnailQuality", 60),
    "media": ("title", "changed"),
    "product_media": ("position", 7),
    "product_price": ("quantityStart", 7),
    "product_visibility": ("visibility", 10),
    "product_configurator_setting": ("position", 7),
}
WRONG: Final = {Text: 5, Number: "x", Integer: "1", Flag: 1, Moment: "x", Document: 5, Identifier: "x", Ref: "x"}
REFERRING: Final = sorted(name for name, resource in RESOURCES.items() if resource.spec.refs)


@pytest.fixture(params=sorted(RESOURCES))
def resource(request: pytest.FixtureRequest) -> Resource:
    return RESOURCES[request.param]


@pytest.fixture(autouse=True)
def _there(request: pytest.FixtureRequest, shopware: Shopware) -> None:
    if "resource" in request.fixturenames and not request.getfixturevalue("resource").spec.refs:
        return
    body = [{"entity": entity, "action": "upsert", "payload": [record]} for entity, record in THERE]
    assert shopware.sync(body).status == 200


def change_of(resource: Resource) -> tuple[str, Any]:
    return CHANGES.get(resource.name, ("name", "changed"))


def seen(shopware: Shopware, resource: Resource, id: str) -> dict[str, Any]:
    data: dict[str, Any] = shopware.call("GET", f"{path_of(resource)}/{id}", **FLAT).json["data"]
    return data


def path_of(resource: Resource) -> str:
    return f"/{resource.name.replace('_', '-')}"


def in_the_texts(resource: Resource, name: str) -> str:
    return f"/0/translations/{SYSTEM}/{name}" if name in resource.translated else f"/0/{name}"


def test_the_smallest_record_of_each_is_here():
    assert set(SMALLEST) == set(RESOURCES)


def test_it_is_made_and_read_and_found(shopware: Shopware, resource: Resource):
    id, record = new_id(), SMALLEST[resource.name]
    assert shopware.call("POST", path_of(resource), {**record, "id": id}).status == 204
    shown = seen(shopware, resource, id)
    assert {name: shown[name] for name in record} == record
    assert (shown["id"], shown["apiAlias"]) == (id, resource.name)
    assert {*resource.fields, *resource.associations, *resource.protected} <= set(shown)
    found = shopware.call("POST", f"/search{path_of(resource)}", {"ids": [id]}, **FLAT).json
    assert found["data"] == [shown]
    assert shopware.call("GET", f"{path_of(resource)}/{id}").json["data"]["type"] == resource.name


def test_it_is_changed_and_the_rest_of_it_stays(shopware: Shopware, resource: Resource):
    id, (name, value) = new_id(), change_of(resource)
    shopware.call("POST", path_of(resource), {**SMALLEST[resource.name], "id": id})
    before = seen(shopware, resource, id)
    assert shopware.call("PATCH", f"{path_of(resource)}/{id}", {name: value}).status == 204
    after = seen(shopware, resource, id)
    assert after[name] == value
    changing = {name, "updatedAt", "translated", "breadcrumb"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_it_is_deleted_and_nothing_else(shopware: Shopware, resource: Resource):
    id = new_id()
    shopware.call("POST", path_of(resource), {**SMALLEST[resource.name], "id": id})
    before = shopware.call("POST", f"/search-ids{path_of(resource)}", {}).json["data"]
    assert shopware.call("DELETE", f"{path_of(resource)}/{id}").status == 204
    gone = shopware.call("DELETE", f"{path_of(resource)}/{id}")
    assert (gone.status, gone.json["errors"][0]["code"]) == (404, "FRAMEWORK__RESOURCE_NOT_FOUND")
    after = shopware.call("POST", f"/search-ids{path_of(resource)}", {}).json["data"]
    assert after == [each for each in before if each != id]


def test_all_that_it_lacks_is_told(shopware: Shopware, resource: Resource):
    before = resource_count(shopware, resource)
    answer = shopware.call("POST", path_of(resource), {})
    demanded = SMALLEST[resource.name]
    if not demanded:
        assert answer.status == 204
        return
    assert answer.status == 400
    assert sorted(pointers(answer)) == sorted(in_the_texts(resource, name) for name in demanded)
    assert {error["code"] for error in answer.json["errors"]} <= {BLANK, "code_required_for_root_language"}
    assert resource_count(shopware, resource) == before


def test_every_property_of_a_wrong_type_is_told(shopware: Shopware, resource: Resource):
    wrong = {name: WRONG[type(field)] for name, field in resource.fields.items()}
    answer = shopware.call("POST", path_of(resource), {**SMALLEST[resource.name], **wrong})
    assert answer.status == 400
    assert sorted(pointers(answer)) == sorted(f"/0/{name}" for name in wrong)
    assert {error["status"] for error in answer.json["errors"]} == {"400"}
    assert all(error["detail"] and error["template"] for error in answer.json["errors"])


@pytest.mark.parametrize("resource", REFERRING, indirect=True)
def test_every_reference_to_nothing_is_told(shopware: Shopware, resource: Resource):
    lost = {name: new_id() for name, field in resource.fields.items() if isinstance(field, Ref)}
    answer = shopware.call("POST", path_of(resource), {**SMALLEST[resource.name], **lost})
    assert answer.status == 400
    assert sorted(pointers(answer)) == sorted(f"/0/{name}" for name in lost)
    assert {error["code"] for error in answer.json["errors"]} == {VIOLATION}
    assert b"SQL" not in answer.body


def test_what_is_not_there_and_what_is_no_id(shopware: Shopware, resource: Resource):
    absent, changed = (404, "FRAMEWORK__RESOURCE_NOT_FOUND"), dict([change_of(resource)])
    expected = {"GET": absent, "PATCH": (400, "FRAMEWORK__WRITE_TYPE_INTEND_ERROR"), "DELETE": absent}
    for method, told in expected.items():
        answer = shopware.call(method, f"{path_of(resource)}/{new_id()}", changed)
        assert (answer.status, answer.json["errors"][0]["code"]) == told
        answer = shopware.call(method, f"{path_of(resource)}/nonsense", changed)
        assert (answer.status, answer.json["errors"][0]["code"]) == (400, "FRAMEWORK__INVALID_UUID")


def test_a_record_that_is_there_is_not_made_again(shopware: Shopware, resource: Resource):
    record = {**SMALLEST[resource.name], "id": new_id()}
    shopware.call("POST", path_of(resource), record)
    again = shopware.call("POST", path_of(resource), record)
    assert (again.status, again.json["errors"][0]["code"]) == (400, "FRAMEWORK__WRITE_TYPE_INTEND_ERROR")


def test_a_sync_request_writes_it_and_takes_it_away(shopware: Shopware, resource: Resource):
    id = new_id()
    written = shopware.upsert(resource.name, {**SMALLEST[resource.name], "id": id}).json["data"]
    assert id in written[resource.name]
    texts = {k for k in SMALLEST[resource.name] if k in resource.translated}
    assert (f"{resource.name}_translation" in written) is bool(texts)
    assert id in shopware.delete(resource.name, {"id": id}).json["deleted"][resource.name]


@pytest.mark.parametrize("name", sorted(TRANSLATIONS))
def test_its_texts_are_written_by_language_and_taken_away(shopware: Shopware, name: str):
    translation = TRANSLATIONS[name]
    resource, german = translation.resource, Language.objects.get(translation_code__code="de-DE").pk.hex
    id, text = new_id(), next(k for k, field in resource.translated.items() if isinstance(field, Text))
    shopware.upsert(resource.name, {**SMALLEST[resource.name], "id": id})
    key = {translation.owner_id: id, "languageId": german}
    assert shopware.upsert(name, {**key, text: "deutsch"}).json["data"][name] == [key]
    shown = shopware.call("GET", f"{path_of(resource)}/{id}", sw_language_id=german, **FLAT).json["data"]
    assert (shown[text], shown["translated"][text]) == ("deutsch", "deutsch")
    assert shopware.delete(name, key).json["deleted"][name] == [key]
    shown = shopware.call("GET", f"{path_of(resource)}/{id}", sw_language_id=german, **FLAT).json["data"]
    assert shown[text] is None


def resource_count(shopware: Shopware, resource: Resource) -> int:
    body = {"limit": 1, "total-count-mode": 1}
    return int(shopware.call("POST", f"/search-ids{path_of(resource)}", body).json["total"])
