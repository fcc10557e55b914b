"""From items to commands, without a database: what is meant, and that nothing else can come out."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.commands import Delete, Link, Reference, Scope, Upsert
from catalog.entities import PRODUCT
from catalog.outcomes import FieldError, NotUnderstoodError
from syncapi.magento import names, parsing
from syncapi.magento.routes import WriteRoute
from syncapi.magento.urls import TABLE


def route(kind: str) -> WriteRoute:
    found = TABLE.of_kind(kind)
    assert found is not None
    return found


def save(product: Any, **context: Any) -> Upsert:
    return parsing.save_product({"product": product}, context)


def test_a_product_becomes_an_upsert_by_sku():
    command = save({"sku": "A", "price": "29.90", "status": 2, "attribute_set_id": "4"}, store="fr")
    assert (command.entity, command.key, command.scope) == ("product", Reference("sku", "A"), Scope(store="fr"))
    assert command.values == {"price_gross": "29.90", "active": False, "attribute_set": Reference("number", 4)}
    assert command.defaults == {"sku": "A"}
    assert command.required == ("sku", "name", "attribute_set", "price_gross")


def test_all_stores_are_the_base():
    assert save({"sku": "A"}, store=None).scope == Scope(store=None)


def test_of_two_spellings_the_first_counts():
    assert save({"sku": "A", "type_id": "virtual", "typeId": "simple"}).values == {"type": "virtual"}


def test_a_product_that_cannot_be_priced_needs_no_price():
    assert "price_gross" not in save({"sku": "A", "type_id": "configurable"}).required


def test_category_links_keep_their_positions():
    links = [{"category_id": "3", "position": 7}]
    command = save({"sku": "A", "extension_attributes": {"category_links": links}})
    assert command.links["categories"].links == (
        Link(target=Reference("number", 3), values={"position": 7}, path="/categories/0"),
    )


@pytest.mark.parametrize(
    ("body", "item"),
    [
        ({"product": {"price": 29}}, {"product": {"price": 29, "sku": "A"}}),
        ({"product": {"sku": "B"}}, {"product": {"sku": "A"}}),
        ({"product": {"sku": None}, "saveOptions": True}, {"product": {"sku": "A"}, "saveOptions": True}),
        ({"product": {"sku": "B"}, "saveOptions": True}, {"product": {"sku": "B"}, "saveOptions": True}),
        ({}, {}),
        ([], []),
    ],
)
def test_the_path_overrides_the_only_member_of_a_body(body: Any, item: Any):
    assert route("PUT products/:sku").item(body, {"sku": "A"}) == item


@pytest.mark.parametrize("body", [None, {}, [], {"sku": "B"}])
def test_a_delete_is_named_by_its_path(body: Any):
    delete = route("DELETE products/:sku")
    assert delete.parse(delete.item(body, {"sku": "A"}), {}) == Delete(entity="product", key=Reference("sku", "A"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELD = st.sampled_from([*names.PRODUCT, *names.PRODUCT_PARTS, *names.PRODUCT_LISTS, "attributeSetId", "nosuch"])
ATTRIBUTE = st.sampled_from([*names.ATTRIBUTES, "category_ids", "status", "sku", "color"])
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "custom_attributes": st.dictionaries(ATTRIBUTE, JSON, max_size=4)
        | st.lists(st.fixed_dictionaries({"attribute_code": ATTRIBUTE | JSON, "value": JSON}) | JSON, max_size=4),
        "extension_attributes": st.dictionaries(
            st.sampled_from(["website_ids", "category_links", "stock_item"]),
            JSON | st.fixed_dictionaries({"qty": JSON}) | st.lists(st.fixed_dictionaries({"category_id": JSON})),
        ),
    },
)


@given(JSON | st.builds(dict, product=st.dictionaries(FIELD, JSON) | st.builds(dict.__or__, PARTS, PARTS)))
def test_any_json_is_a_command_or_an_error_with_its_place(item: Any):
    for parse in (parsing.save_product, parsing.delete_product):
        command, errors = outcome(parse, item)
        assert all(error.path.startswith("/") and orjson.dumps(dict(error.params)) for error in errors)
        if isinstance(command, Upsert):
            assert set(command.values) <= set(PRODUCT.by_name)


def outcome(parse: Any, item: Any) -> tuple[Any, tuple[FieldError, ...]]:
    try:
        return parse(item, {"store": "fr", "path": {"sku": "A"}}), ()
    except NotUnderstoodError as refusal:
        return None, refusal.errors
