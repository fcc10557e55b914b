"""What a write tells of its changes, for the journal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest

from catalog.changes import Recording
from catalog.commands import Change, Command, Delete, Reference, Upsert
from catalog.entities import SYSTEM_LANGUAGE
from catalog.models import Category, Language, Product, ProductPrice, Store
from catalog.outcomes import Outcome
from tests.catalog.products import categories, end, kinds, put, write
from tests.catalog.records import example

pytestmark = pytest.mark.django_db


def told(outcome: Outcome) -> Any:
    return orjson.loads(outcome.changes) if outcome.changes else None


def change(*commands: Command) -> list[Any]:
    return [told(outcome) for outcome in write(*commands, recording=Recording.CHANGES)]


def id_of(sku: str) -> str:
    return str(Product.objects.get(sku=sku).pk)


def test_what_changed_has_its_values_before_and_after_and_nothing_else_is_told():
    write(put("A", name="old", stock=1, price_gross="2.50"))
    [changes] = change(put("A", name='new "quoted" \u2028', stock=1, price_gross="3.1"))
    assert changes == [
        {
            "kind": "updated",
            "entity": "product",
            "id": id_of("A"),
            "fields": {
                "name": ["old", 'new "quoted" \u2028'],
                "price_gross": [2.5, 3.1],
                "price_net": [2.5, 3.1],  # it follows
            },
        }
    ]


def test_nothing_is_told_of_what_is_unchanged_refused_or_not_asked_for():
    write(put("A", name="old"))
    outcomes = write(put("A", name="old"), put("B", name=5), recording=Recording.CHANGES)
    assert (kinds(outcomes), [outcome.changes for outcome in outcomes]) == (["unchanged", "refused"], ["", ""])
    assert write(put("A", name="new"))[0].changes == ""


def test_records_that_name_different_fields_tell_their_own():
    write(put("A", name="a", stock=1), put("B", name="b", stock=1))
    first, second = change(put("A", stock=2), put("B", name="c", custom_fields={"x": {"y": None}}))
    assert first[0]["fields"] == {"stock": [1, 2]}
    assert second[0]["fields"]["name"] == ["b", "c"]
    assert second[0]["fields"]["custom_fields"][1] == {"x": {"y": None}}


def test_a_new_record_tells_its_id_and_its_values_only_when_they_are_asked_for():
    [changes] = change(put("A", name="a"))
    assert changes == [{"kind": "created", "entity": "product", "id": id_of("A")}]
    [outcome] = write(put("B", name="b"), recording=Recording.VALUES)
    assert told(outcome)[0]["fields"]["name"] == [None, "b"]


def test_two_writes_to_one_record_tell_of_one_step_each():
    write(put("A", name="1"))
    first, second = change(put("A", name="2"), put("A", name="3"))
    assert [first[0]["fields"]["name"], second[0]["fields"]["name"]] == [["1", "2"], ["2", "3"]]


def test_links_are_told_by_their_targets():
    write(put("A", links=categories(2, position=1)))
    home, shelf = Category.objects.get(number=2), Category.objects.get(pk=example("category").pk)
    [changes] = change(put("A", links=categories(shelf.number, position=3)))
    assert changes[0]["links"]["categories"] == {
        str(home.pk): [{"position": 1}, None],
        str(shelf.pk): [None, {"position": 3}],
    }
    [changes] = change(put("A", links=categories(shelf.number, position=4, change=Change.ADD)))
    assert changes[0]["links"] == {"categories": {str(shelf.pk): [{"position": 3}, {"position": 4}]}}
    assert "fields" not in changes[0]


def test_values_of_a_store_are_told_by_the_store():
    store = Store.objects.first()
    assert store is not None
    write(put("A", name="a", custom_fields={"x": 1}))
    write(put("A", store=store.code, name="in the store"))
    [changes] = change(put("A", store=store.code, name="again", custom_fields={"x": 2}))
    assert changes[0]["stores"] == {
        str(store.pk): {"name": ["in the store", "again"], "custom_fields/x": [None, 2]},
    }


def test_texts_are_told_by_their_language():
    german = Language.objects.exclude(pk=SYSTEM_LANGUAGE).first() or example("language")
    write(put("A", name="a"))
    speaking = Upsert(
        entity="product",
        key=Reference("sku", "A"),
        values={},
        translations=((Reference("id", str(german.pk)), {"name": "Tasche"}),),
    )
    [changes] = change(speaking)
    before, after = changes[0]["translations"][str(german.pk)]
    assert (before, after["name"]) == (None, "Tasche")
    silent = Upsert(
        entity="product",
        key=Reference("sku", "A"),
        values={},
        translations=((Reference("id", str(german.pk)), None),),
    )
    [changes] = change(silent)
    before, after = changes[0]["translations"][str(german.pk)]
    assert (before["name"], after) == ("Tasche", None)


def test_a_deleted_record_tells_all_that_went_with_it():
    write(put("A", name="a", links=categories(2, position=7)))
    id = id_of("A")
    price = Upsert(
        entity="product_price",
        key=None,
        values={"product": Reference("id", id), "rule": Reference("id", str(example("rule").pk)), "quantity_start": 1},
    )
    write(price)
    [changes] = change(end("A"))
    by_entity = {entry["entity"]: entry for entry in changes}
    product, priced = by_entity["product"], by_entity["product_price"]
    assert {entry["kind"] for entry in changes} == {"deleted"}
    assert (product["id"], product["row"]["sku"], product["row"]["name"]) == (id, "A", "a")
    assert product["rows"]["catalog_productcategory"][0]["position"] == 7
    assert (priced["row"]["product_id"], ProductPrice.objects.count()) == (id, 0)


def test_what_a_deleted_record_was_referred_by_is_told():
    write(put("A"))
    media = Reference("id", str(example("media").pk))
    [outcome] = write(
        Upsert(entity="product_media", key=None, values={"product": Reference("sku", "A"), "media": media})
    )
    write(put("A", cover=Reference("id", str(outcome.id))))
    [changes] = change(Delete(entity="product_media", key=Reference("id", str(outcome.id))))
    assert [(entry["entity"], entry["lost"]) for entry in changes] == [
        ("product_media", {"catalog_product.cover_id": [id_of("A")]})
    ]
    assert Product.objects.get().cover_id is None


def test_nested_records_have_entries_of_their_own():
    write(put("A", name="a"))
    maker = Upsert(entity="manufacturer", key=None, values={"name": "Maker"})
    [changes] = change(put("A", name="b", manufacturer=maker))
    assert [(entry["kind"], entry["entity"]) for entry in changes] == [
        ("updated", "product"),
        ("created", "manufacturer"),
    ]
    assert UUID(changes[1]["id"])


def test_children_that_were_replaced_are_told_with_their_owner():
    write(put("A"))
    rule = Reference("id", str(example("rule").pk))
    one = Upsert(entity="product_price", key=None, values={"rule": rule, "quantity_start": 1})
    write(Upsert(entity="product", key=Reference("sku", "A"), values={}, children={"prices": (one,)}))
    [changes] = change(
        Upsert(
            entity="product",
            key=Reference("sku", "A"),
            values={},
            replace_children=frozenset({"prices"}),
        )
    )
    assert [(entry["kind"], entry["entity"]) for entry in changes] == [("deleted", "product_price")]
