"""Attributes and their options are declared, changed and deleted, one by one and later (contract 6)."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Attribute, AttributeOption
from tests.syncapi.conftest import work_off
from tests.syncapi.magento.conftest import BAG, Magento

COLOUR = {
    "attribute_code": "colour",
    "frontend_input": "select",
    "default_frontend_label": "Colour",
    "scope": "global",
    "is_filterable": True,
    "note": "of the cloth",
    "options": [{"label": " ", "value": ""}, {"label": "Red"}, {"label": "Blue", "sort_order": 1}],
}


@pytest.fixture
def red(magento: Magento) -> str:
    """The id of an option of a new attribute `colour`."""
    options = magento.call("POST", "products/attributes", {"attribute": COLOUR}).json["options"]
    return str(options[1]["value"])


def options(magento: Magento) -> dict[str, str]:
    """Ids of the options of `colour` by their labels, in their order."""
    found = magento.call("GET", "products/attributes/colour/options").json
    return {option["label"]: option["value"] for option in found if option["value"]}


def attributes() -> set[str]:
    return set(Attribute.objects.filter(user_defined=True).values_list("code", flat=True))


def test_a_new_attribute_is_shown_as_it_was_declared(magento: Magento):
    answer = magento.call("POST", "products/attributes", {"attribute": COLOUR})
    assert answer.status == 200, answer
    kept = ("attribute_code", "frontend_input", "default_frontend_label", "scope", "is_filterable", "note")
    assert {name: answer.json[name] for name in kept} == {name: COLOUR[name] for name in kept}
    assert [option["label"] for option in answer.json["options"]] == [" ", "Red", "Blue"]
    assert magento.call("GET", "products/attributes/colour").json == answer.json
    assert all(value.isdecimal() for value in options(magento).values())


def test_a_new_attribute_governs_the_values_of_products(magento: Magento, red: str):
    magento.call("PUT", f"products/{BAG}", {"product": {"custom_attributes": {"colour": red}}}, store="fr")
    values = {"attribute_code": "colour", "value": red}
    assert values in magento.product(store="all")["custom_attributes"]  # it is global


def test_a_label_of_a_store_is_the_attributes_where_it_has_no_other(magento: Magento):
    labels = [{"store_id": 0, "label": "Fabric"}, {"store_id": 2, "label": "Tissu"}]
    new = {"attribute_code": "fabric", "frontend_labels": labels}
    answer = magento.call("POST", "products/attributes", {"attribute": new}).json
    assert (answer["default_frontend_label"], answer["frontend_labels"]) == ("Fabric", labels)


@pytest.mark.parametrize(
    ("change", "message", "parameters"),
    [
        ({"attribute_code": None}, '"%fieldName" is required. Enter and try again.', {"fieldName": "attribute_code"}),
        ({"attribute_code": "1st"}, 'Invalid value of "%value" provided for the %fieldName field.', None),
        ({"frontend_input": "knob"}, 'Invalid value of "%value" provided for the %fieldName field.', None),
        ({"scope": "moon"}, 'Invalid value of "%value" provided for the %fieldName field.', None),
        (
            {"default_frontend_label": ""},
            '"%fieldName" is required. Enter and try again.',
            {"fieldName": "frontend_label"},
        ),
        (
            {"attribute_code": "options"},
            'The attribute code "%1" is reserved by system. Please try another attribute code.',
            ["options"],
        ),
        ({"attribute_code": "price"}, "Attribute with the same code (%1) already exists.", ["price"]),
        (
            {"colour": 1},
            '"%fieldName" is not supported. Correct the field name and try again.',
            {"fieldName": "colour"},
        ),
    ],
    ids=str,
)
def test_what_cannot_be_declared_is_refused(magento: Magento, change: Any, message: str, parameters: Any):
    answer = magento.call("POST", "products/attributes", {"attribute": {**COLOUR, **change}})
    assert (answer.status, answer.json["message"]) == (400, message)
    assert parameters in (None, answer.json["parameters"])
    assert attributes() == set()
    assert not AttributeOption.objects.filter(label="Red").exists()


def test_a_code_is_declared_once(magento: Magento, red: str):
    answer = magento.call("POST", "products/attributes", {"attribute": COLOUR})
    assert (answer.status, answer.json) == (
        400,
        {"message": "Attribute with the same code (%1) already exists.", "parameters": ["colour"]},
    )
    assert list(options(magento)) == ["Red", "Blue"]


@pytest.mark.parametrize(("method", "path"), [("PUT", "products/attributes/colour"), ("POST", "products/attributes")])
def test_an_attribute_is_changed_by_its_code(magento: Magento, red: str, method: str, path: str):
    shown = magento.call("GET", "products/attributes/colour").json
    changed = {**shown, "default_frontend_label": "Shade", "options": [{"label": "Scarlet", "value": red}]}
    answer = magento.call(method, path, {"attribute": changed})
    assert answer.status == 200, answer
    assert (answer.json["attribute_id"], answer.json["default_frontend_label"]) == (shown["attribute_id"], "Shade")
    assert answer.json["note"] == "of the cloth"
    assert options(magento) == {"Scarlet": red, "Blue": shown["options"][2]["value"]}


def test_what_was_read_can_be_sent_back(magento: Magento, red: str):
    shown = magento.call("GET", "products/attributes/colour").json
    assert magento.call("PUT", "products/attributes/colour", {"attribute": shown}).json == shown


def test_an_option_is_added_changed_and_removed(magento: Magento, red: str):
    added = magento.call("POST", "products/attributes/colour/options", {"option": {"label": "Green", "sort_order": 9}})
    assert added.status == 200, added
    assert options(magento)["Green"] == added.json
    path = f"products/attributes/colour/options/{added.json}"
    assert magento.call("PUT", path, {"option": {"label": "Lime", "sort_order": 0}}).json is True
    assert options(magento)["Lime"] == added.json
    assert magento.call("DELETE", path).json is True
    assert list(options(magento)) == ["Red", "Blue"]


def test_a_store_has_its_own_label_of_an_option(magento: Magento, red: str):
    path = "products/attributes/colour"
    green = {"label": "Green", "sort_order": 9, "store_labels": [{"store_id": 2, "label": "Vert"}]}
    magento.call("POST", f"{path}/options", {"option": green})
    by_store = {
        store: magento.call("GET", f"{path}/options", store=store).json[-1]["label"] for store in ("all", "de", "fr")
    }
    assert by_store == {"all": "Green", "de": "Green", "fr": "Vert"}
    assert magento.call("GET", path, store="fr").json["options"][-1]["label"] == "Vert"


def test_the_label_of_an_option_is_new(magento: Magento, red: str):
    answer = magento.call("POST", "products/attributes/colour/options", {"option": {"label": "Red"}})
    assert (answer.status, answer.json) == (
        400,
        {"message": 'Admin store attribute option label "%1" is already exists.', "parameters": ["Red"]},
    )
    empty = magento.call("POST", "products/attributes/colour/options", {"option": {"sort_order": 1}})
    assert empty.json == {"message": "The attribute option label is empty. Enter the value and try again."}
    assert list(options(magento)) == ["Red", "Blue"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "products/attributes/nosuch", None),
        ("PUT", "products/attributes/nosuch", {"attribute": {"position": 1}}),
        ("DELETE", "products/attributes/nosuch", None),
        ("GET", "products/attributes/nosuch/options", None),
        ("POST", "products/attributes/nosuch/options", {"option": {"label": "Red"}}),
        ("PUT", "products/attributes/nosuch/options/7", {"option": {"label": "Red"}}),
        ("DELETE", "products/attributes/nosuch/options/7", None),
        ("POST", "products/attribute-sets/attributes", {"attributeSetId": 4, "attributeCode": "nosuch"}),
    ],
)
def test_a_missing_attribute_is_named(magento: Magento, method: str, path: str, body: Any):
    answer = magento.call(method, path, body)
    text = 'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.'
    assert (answer.status, answer.json) == (404, {"message": text, "parameters": ["nosuch"]})


@pytest.mark.parametrize(("method", "body"), [("PUT", {"option": {"label": "Red"}}), ("DELETE", None)])
def test_a_missing_option_is_named(magento: Magento, red: str, method: str, body: Any):
    answer = magento.call(method, "products/attributes/colour/options/0", body)
    text = 'The "%1" attribute doesn\'t include an option with "%2" ID.'
    assert (answer.status, answer.json) == (404, {"message": text, "parameters": ["colour", "0"]})
    assert list(options(magento)) == ["Red", "Blue"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "products/attributes/price", {"attribute": {"scope": "global"}}),
        ("DELETE", "products/attributes/price", None),
        ("POST", "products/attributes/status/options", {"option": {"label": "Maybe"}}),
        ("PUT", "products/attributes/status/options/1", {"option": {"label": "Maybe"}}),
        ("DELETE", "products/attributes/status/options/1", None),
    ],
)
def test_what_every_product_has_stays(magento: Magento, method: str, path: str, body: Any):
    before = [magento.call("GET", f"products/attributes/{code}").json for code in ("price", "status")]
    assert magento.call(method, path, body).status == 400
    assert [magento.call("GET", f"products/attributes/{code}").json for code in ("price", "status")] == before


def test_a_deleted_attribute_takes_its_options_along(magento: Magento, red: str):
    assert magento.call("DELETE", "products/attributes/colour").json is True
    assert attributes() == set()
    assert not AttributeOption.objects.filter(label="Red").exists()


def test_every_set_has_the_attribute_already(magento: Magento, red: str):
    body = {"attributeSetId": 4, "attributeGroupId": 7, "attributeCode": "colour", "sortOrder": 0}
    number = magento.call("GET", "products/attributes/colour").json["attribute_id"]
    assert magento.call("POST", "products/attribute-sets/attributes", body).json == number
    assert magento.call("POST", "products/attribute-sets/attributes", {**body, "attributeSetId": 9}).status == 404


def test_options_of_a_bulk_are_judged_one_by_one(magento: Magento, red: str):
    labels = ("Green", "Red", "Green", "Grey")
    items = [{"attributeCode": "colour", "option": {"label": label, "sort_order": 5}} for label in labels]
    uuid = magento.accept("POST", "products/attributes/byAttributeCode/options", items, form="async/bulk")
    work_off()
    done = magento.status(uuid, detail="detailed-status")["operations_list"]
    assert [each["status"] for each in done] == [1, 3, 3, 1]
    assert done[0]["result_serialized_data"] == f'"{options(magento)["Green"]}"'
    assert done[1]["result_message"] == 'Admin store attribute option label "Red" is already exists.'
    assert list(options(magento)) == ["Red", "Blue", "Green", "Grey"]


def test_attributes_of_a_bulk_are_declared(magento: Magento):
    items = [{"attribute": {**COLOUR, "attribute_code": code}} for code in ("hue", "tint")]
    magento.accept("POST", "products/attributes", items, form="async/bulk")
    work_off()
    assert attributes() == {"hue", "tint"}


def test_an_option_needs_a_right(magento: Magento, red: str, limited_program: Any):
    answer = Magento(limited_program).call("POST", "products/attributes/colour/options", {"option": {"label": "X"}})
    assert (answer.status, answer.json["parameters"]) == (403, {"resources": "Magento_Catalog::attributes_attributes"})
    assert list(options(magento)) == ["Red", "Blue"]
