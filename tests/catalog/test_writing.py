"""One chunk in, one outcome per command out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from catalog.commands import Change, Delete, Filter, Mode, Policy, Reference, Upsert
from catalog.models import Category, Currency, Product, Tax
from catalog.outcomes import ErrorCode
from tests.catalog.products import categories, end, faults, kinds, put, read, skus, write

pytestmark = pytest.mark.django_db


def test_a_new_product_is_created_with_defaults_and_an_old_one_updated():
    [created] = write(put("A", name="Bag", price_gross=10))
    [updated] = write(put("A", stock=5))
    product = read("A")
    assert kinds([created, updated]) == ["created", "updated"]
    assert created.id == updated.id == product["id"]
    assert (product["name"], product["price_gross"], product["stock"]) == ("Bag", Decimal(10), 5)
    assert (product["active"], product["visibility"], product["type"]) == (True, 4, "simple")


def test_what_is_equal_is_not_written():
    write(put("A", name="Bag", price_gross=10, custom_fields={"x": 1}))
    before = Product.objects.values().get()
    assert kinds(write(put("A", name="Bag", price_gross="10.00", custom_fields={"x": 1}))) == ["unchanged"]
    assert Product.objects.values().get() == before


def test_a_sku_is_trimmed_and_found_whatever_its_case():
    assert kinds(write(put(" Straße ", name="a"), put("STRASSE", name="b"))) == ["created", "updated"]
    assert skus() == ["Straße"]


def test_equal_keys_of_one_chunk_are_written_in_order():
    outcomes = write(put("A", stock=1), put("A", stock=2), put("A", stock=3), end("A"), put("A", stock=4))
    assert kinds(outcomes) == ["created", "updated", "updated", "deleted", "created"]
    assert read("A")["stock"] == 4


def test_one_record_under_two_names_is_written_in_order():
    [created] = write(put("A", stock=1))
    by_id = Upsert(entity="product", key=Reference("id", created.id), values={"stock": 2})
    assert kinds(write(put("A", stock=3), by_id, put("A", stock=4))) == ["updated", "updated", "updated"]
    assert read("A")["stock"] == 4


def test_a_bad_record_tells_all_its_errors_and_does_not_stop_the_others():
    bad = put("B", name=5, price_gross="x", sku="y" * 65, tax=Reference("number", 99), colour="red")
    outcomes = write(put("A"), bad, put("C"))
    assert kinds(outcomes) == ["created", "refused", "created"]
    assert faults(outcomes[1]) == [
        ("/sku", "too_long"),
        ("/name", "type"),
        ("/price_gross", "type"),
        ("/colour", "unknown"),
        ("/tax", "reference"),
    ]
    assert skus() == ["A", "C"]


def test_policy_all_leaves_everything_as_it_was():
    write(put("A", stock=1))
    outcomes = write(put("A", stock=2), put("B", stock="many"), put("C"), policy=Policy.ALL)
    assert kinds(outcomes) == ["untouched", "refused", "untouched"]
    assert (skus(), read("A")["stock"]) == (["A"], 1)


def test_a_dialect_may_demand_fields_of_new_records_only():
    command = Upsert(entity="product", key=Reference("sku", "A"), values={}, required=("name", "price_gross"))
    assert faults(write(command)[0]) == [("/name", "required"), ("/price_gross", "required")]
    write(put("A", name="a", price_gross=1))
    assert kinds(write(command)) == ["unchanged"]


def test_modes_say_what_an_upsert_may_do():
    write(put("A"))
    create = Upsert(entity="product", key=Reference("sku", "A"), values={}, mode=Mode.CREATE)
    update = Upsert(entity="product", key=Reference("sku", "B"), values={}, mode=Mode.UPDATE)
    assert [faults(outcome) for outcome in write(create, update)] == [[("", "exists")], [("", "missing")]]
    assert skus() == ["A"]


def test_a_sku_of_another_product_is_refused():
    write(put("A"), put("B"))
    assert faults(write(put("B", sku="a"))[0]) == [("/sku", "taken")]
    assert skus() == ["A", "B"]


def test_a_sku_that_is_given_up_can_be_taken_in_the_same_chunk():
    write(put("A"))
    assert kinds(write(put("A", sku="B"), put("A", name="new"))) == ["updated", "created"]
    assert skus() == ["A", "B"]


def renamed(sku: str, to: str, **values: object) -> Upsert:
    return Upsert(entity="product", key=Reference("id", read(sku)["id"]), values={"sku": to, **values})


def test_skus_can_be_swapped_and_passed_on_in_one_chunk():
    write(put("A", stock=1), put("B", stock=2), put("C", stock=3))
    assert kinds(write(renamed("A", "B"), renamed("B", "A"))) == ["updated", "updated"]
    assert [read(sku)["stock"] for sku in "ABC"] == [2, 1, 3]
    assert kinds(write(renamed("A", "B"), renamed("B", "C"), renamed("C", "D"))) == ["updated"] * 3
    assert [read(sku)["stock"] for sku in "BCD"] == [2, 1, 3]


def test_who_takes_the_sku_of_a_record_that_is_refused_is_refused():
    write(put("A", stock=1), put("B", stock=2))
    outcomes = write(renamed("A", "B"), renamed("B", "C", name=5))
    assert kinds(outcomes) == ["refused", "refused"]
    assert faults(outcomes[0])[0][1] == "taken"
    assert [read(sku)["stock"] for sku in "AB"] == [1, 2]


def test_a_key_too_short_for_a_value_in_between_is_not_exchanged():
    for code in ("AAA", "BBB"):
        values = {"name": code, "short_name": code, "symbol": code, "factor": 1}
        write(Upsert(entity="currency", key=Reference("iso_code", code), values=values))
    ids = {code: Currency.objects.get(iso_code=code).pk for code in ("AAA", "BBB")}
    swap = [
        Upsert(entity="currency", key=Reference("id", ids[old]), values={"iso_code": new})
        for old, new in (("AAA", "BBB"), ("BBB", "AAA"))
    ]
    assert [faults(outcome) for outcome in write(*swap)] == [[("/iso_code", "taken")]] * 2


def test_an_unknown_id_becomes_the_id_of_a_new_record_and_a_malformed_one_an_error():
    own = uuid4()
    good = Upsert(entity="tax", key=Reference("id", str(own)), values={"name": "t", "rate": 7})
    bad = Upsert(entity="tax", key=Reference("id", "nonsense"), values={"name": "t", "rate": 7})
    assert [faults(outcome) for outcome in write(good, bad)] == [[], [("/id", "type")]]
    assert [tax.pk for tax in Tax.objects.all()] == [own]


def test_custom_fields_are_merged_and_null_removes_one():
    write(put("A", custom_fields={"a": 1, "b": {"c": None}}))
    write(put("A", custom_fields={"a": None, "d": [2]}))
    assert read("A")["custom_fields"] == {"b": {"c": None}, "d": [2]}


@pytest.mark.parametrize("value", ["a\0b", {"deep": ["a\0b"]}], ids=["text", "document"])
def test_a_nul_character_is_refused_with_its_field(value):
    field = "name" if isinstance(value, str) else "custom_fields"
    assert faults(write(put("A", **{field: value}))[0]) == [(f"/{field}", ErrorCode.CHARACTER)]
    assert skus() == []


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"])
def test_a_moment_that_is_none_in_utc_is_refused(moment):
    """It could be stored, and never be read again."""
    [outcome] = write(put("A", release_date=moment))
    assert faults(outcome) == [("/release_date", ErrorCode.TYPE)]
    assert outcome.errors[0].params == {"expected": "datetime", "value": moment}
    assert skus() == []


def test_the_net_price_follows_a_gross_price_that_comes_alone():
    tax = Tax.objects.create(name="19 %", rate=19)
    write(put("A", price_gross=119, tax=Reference("id", tax.pk)), put("B", price_gross=10))
    assert (read("A")["price_net"], read("B")["price_net"]) == (Decimal(100), Decimal(10))
    write(put("A", price_gross=238), put("B", price_gross=10, price_net=9))
    assert (read("A")["price_net"], read("B")["price_net"]) == (Decimal(200), Decimal(9))


def test_links_are_replaced_added_and_removed():
    bags = Category.objects.create(name="Bags")
    write(put("A", links=categories(2, position=7)))
    assert kinds(write(put("A", links=categories(2, position=7)))) == ["unchanged"]
    assert kinds(write(put("A", links=categories(bags.number, change=Change.ADD)))) == ["updated"]
    assert [(c["number"], c["position"]) for c in read("A")["categories"]] == [(bags.number, 0), (2, 7)]
    write(put("A", links=categories(2, change=Change.REMOVE)))
    assert [c["number"] for c in read("A")["categories"]] == [bags.number]
    write(put("A", links=categories()))
    assert read("A")["categories"] == []


def test_a_link_to_nowhere_is_refused_with_its_place():
    assert faults(write(put("A", links=categories(2, 99)))[0]) == [("/categories/1", "reference")]
    assert skus() == []


def test_a_record_in_use_and_base_data_cannot_be_deleted():
    tax = Tax.objects.create(name="t", rate=1)
    write(put("A", tax=Reference("id", tax.pk)))
    language = "2fbb5fe2-e29a-4d70-aa58-54ce7ce3e20b"
    outcomes = write(_end("tax", tax.pk), _end("language", language), _end("tax", uuid4()))
    assert [faults(outcome) for outcome in outcomes] == [[("", "in_use")], [("", "protected")], [("", "missing")]]


def test_a_record_that_is_not_there_is_not_deleted_unless_that_is_what_was_wanted():
    assert faults(write(end("A"))[0]) == [("", "missing")]
    assert kinds(write(replace(end("A"), optional=True))) == ["unchanged"]


@pytest.mark.parametrize(("optional", "left"), [(False, ["B"]), (True, ["A", "B"])])
def test_under_policy_all_nothing_is_written_beside_one(optional, left):
    write(put("B"))
    write(put("A"), replace(end("X"), optional=optional), policy=Policy.ALL)
    assert skus() == left


def test_a_category_takes_its_children_and_links_with_it():
    top = Category.objects.create(name="top")
    child = Category.objects.create(name="child", parent=top)
    write(put("A", links=categories(child.number)))
    assert kinds(write(_end("category", top.pk))) == ["deleted"]
    assert list(Category.objects.values_list("number", flat=True)) == [2]
    assert read("A")["categories"] == []


def test_all_records_that_fit_a_condition_are_deleted_together():
    write(put("A", stock=0), put("B", stock=0, name="keep"), put("C", stock=5))
    empty = Filter(operator="equals", field="stock", value=0)
    unnamed = Filter(operator="equals", field="name", value=None)
    both = Delete(entity="product", where=Filter(operator="and", parts=(empty, unnamed)))
    assert kinds(write(both, both)) == ["deleted", "unchanged"]
    assert skus() == ["B", "C"]


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        (Filter(operator="any", field="sku", value=("A", "C")), ["B"]),
        (Filter(operator="range", field="stock", value={"gte": 2}), ["A"]),
        (Filter(operator="prefix", field="sku", value="B"), ["A", "C"]),
        (Filter(operator="not", parts=(Filter(operator="equals", field="stock", value=2),)), ["B"]),
        (
            Filter(
                operator="or",
                parts=(
                    Filter(operator="contains", field="sku", value="a"),
                    Filter(operator="suffix", field="sku", value="C"),
                ),
            ),
            ["B"],
        ),
    ],
)
def test_conditions(condition, left):
    write(put("A", stock=1), put("B", stock=2), put("C", stock=3))
    write(Delete(entity="product", where=condition))
    assert skus() == left


def _end(entity, id):
    return Delete(entity=entity, key=Reference("id", id))
