"""Records inside records: created, updated and linked by one command, refused together."""

from __future__ import annotations

from uuid import uuid4

import pytest

from catalog.commands import Change, Link, LinkSet, Reference, Upsert
from catalog.models import (
    Category,
    Manufacturer,
    Product,
    ProductPrice,
    ProductVisibility,
    PropertyGroup,
    PropertyGroupOption,
    Rule,
    SalesChannel,
    Tag,
    Tax,
)
from tests.catalog.products import faults, kinds, put, read, skus, write

pytestmark = pytest.mark.django_db


def new(entity: str, **values: object) -> Upsert:
    return Upsert(entity=entity, key=None, values=values)


def test_a_to_one_record_is_created_and_referred_to():
    [outcome] = write(put("A", manufacturer=new("manufacturer", name="Acme"), tax=new("tax", name="t", rate=7)))
    product = Product.objects.get()
    assert (product.manufacturer.name, product.tax.rate) == ("Acme", 7)
    assert set(outcome.nested) == {("manufacturer", product.manufacturer_id), ("tax", product.tax_id)}


def test_a_to_one_record_that_exists_is_updated():
    acme = Manufacturer.objects.create(name="Acme")
    inner = Upsert(entity="manufacturer", key=Reference("id", acme.pk), values={"link": "https://acme.test"})
    write(put("A", manufacturer=inner))
    acme.refresh_from_db()
    assert (acme.name, acme.link, Product.objects.get().manufacturer) == ("Acme", "https://acme.test", acme)


def test_to_many_records_are_created_and_linked_beside_existing_ones():
    sale = Tag.objects.create(name="sale")
    targets = (Link(target=Reference("id", sale.pk)), Link(target=new("tag", name="new")))
    write(Upsert(entity="product", key=Reference("sku", "A"), values={}, links={"tags": LinkSet(links=targets)}))
    assert sorted(Product.objects.get().tags.values_list("name", flat=True)) == ["new", "sale"]


def test_children_belong_to_their_record():
    rule = Rule.objects.create(name="always", priority=1)
    prices = tuple(
        new("product_price", rule=Reference("id", rule.pk), quantity_start=n, price_gross=n) for n in (1, 10)
    )
    command = Upsert(entity="product", key=Reference("sku", "A"), values={}, children={"prices": prices})
    assert kinds(write(command)) == ["created"]
    assert quantities() == [1, 10]
    assert set(ProductPrice.objects.values_list("product__sku", flat=True)) == {"A"}


def test_a_bad_part_refuses_the_whole_record_and_names_its_place():
    bad = put("A", manufacturer=new("manufacturer", name=5), tax=new("tax", name="t", rate="much"), stock=1)
    [refusal, fine] = write(bad, put("B"))
    assert faults(refusal) == [("/tax/rate", "type"), ("/manufacturer/name", "type")]
    assert (kinds([fine]), skus(), Tax.objects.count(), Manufacturer.objects.count()) == (["created"], ["B"], 0, 0)


def test_a_bad_record_takes_its_good_parts_with_it():
    assert kinds(write(put("A", stock="many", manufacturer=new("manufacturer", name="Acme")))) == ["refused"]
    assert not Manufacturer.objects.exists()


def test_children_may_come_before_their_parents_in_one_chunk():
    leaf = Upsert(entity="category", key=None, values={"name": "leaf", "parent": Reference("local", "top")})
    top = Upsert(entity="category", key=None, values={"name": "top"}, local="top")
    assert kinds(write(leaf, top)) == ["created", "created"]
    assert Category.objects.get(name="leaf").parent.name == "top"


def test_a_reference_may_name_a_record_of_the_same_chunk_by_its_natural_key():
    outcomes = write(put("V", parent=Reference("sku", "P")), put("P"))
    assert kinds(outcomes) == ["created", "created"]
    assert Product.objects.get(sku="V").parent.sku == "P"


def test_what_refers_to_a_refused_record_is_refused_too():
    top = Upsert(entity="category", key=None, values={"name": 5}, local="top")
    leaf = Upsert(entity="category", key=None, values={"name": "leaf", "parent": Reference("local", "top")})
    product = Upsert(
        entity="product",
        key=Reference("sku", "A"),
        values={},
        links={"categories": LinkSet(links=(Link(target=Reference("local", "leaf")),))},
    )
    assert kinds(write(top, leaf, product, put("B"))) == ["refused", "refused", "refused", "created"]
    assert (skus(), Category.objects.count()) == (["B"], 1)


def test_cycles_are_refused_and_named():
    first, second = uuid4(), uuid4()
    a = Upsert(entity="category", key=Reference("id", first), values={"name": "a", "parent": Reference("id", second)})
    b = Upsert(entity="category", key=Reference("id", second), values={"name": "b", "parent": Reference("id", first)})
    assert [faults(outcome) for outcome in write(a, b)] == [[("/parent", "cycle")], [("/parent", "cycle")]]
    assert Category.objects.count() == 1


def test_a_category_cannot_move_below_itself():
    top = Category.objects.create(name="top")
    below = Category.objects.create(name="below", parent=Category.objects.create(name="middle", parent=top))
    move = Upsert(entity="category", key=Reference("id", top.pk), values={"parent": Reference("id", below.pk)})
    assert faults(write(move)[0]) == [("/parent", "cycle")]
    top.refresh_from_db()
    assert top.parent is None


def test_variants_are_one_level_deep():
    write(put("P"), put("V", parent=Reference("sku", "P")))
    assert faults(write(put("W", parent=Reference("sku", "V")))[0]) == [("/parent", "nested")]
    assert faults(write(put("Q"), put("P", parent=Reference("sku", "Q")))[1]) == [("/parent", "nested")]
    assert skus() == ["P", "Q", "V"]


def test_a_cover_may_be_written_with_the_media_that_it_names():
    entry = uuid4()
    media = Upsert(entity="product_media", key=Reference("id", entry), values={"media": new("media", title="front")})
    command = Upsert(
        entity="product",
        key=Reference("sku", "A"),
        values={"cover": Reference("id", entry)},
        children={"media": (media,)},
    )
    assert kinds(write(command)) == ["created"]
    cover = Product.objects.get().cover
    assert cover is not None
    assert cover.media.title == "front"


def test_composite_natural_keys_find_and_create():
    owner = PropertyGroup.objects.create(name="Colour")
    key = Reference("group,name", (Reference("id", owner.pk), "red"))
    command = Upsert(entity="property_group_option", key=key, values={"position": 3})
    assert [kinds(write(command)), kinds(write(command))] == [["created"], ["unchanged"]]
    assert list(PropertyGroupOption.objects.values_list("name", "position")) == [("red", 3)]


def test_a_unique_pair_is_refused_within_a_chunk_and_against_the_table():
    channel = SalesChannel.objects.create(name="c", type_id=uuid4(), access_key="k")
    write(put("A"))
    pair = {"product": Reference("sku", "A"), "sales_channel": Reference("id", channel.pk), "visibility": 30}
    outcomes = write(new("product_visibility", **pair), new("product_visibility", **pair))
    assert [faults(outcome) for outcome in outcomes] == [[], [("/product", "taken")]]
    assert faults(write(new("product_visibility", **pair))[0]) == [("/product", "taken")]
    assert ProductVisibility.objects.count() == 1


def test_a_link_with_a_nested_target_can_replace():
    write(put("A", links={"tags": LinkSet(links=(Link(target=new("tag", name="old")),))}))
    write(put("A", links={"tags": LinkSet(links=(Link(target=new("tag", name="new")),), change=Change.REPLACE)}))
    assert list(Product.objects.get().tags.values_list("name", flat=True)) == ["new"]
    assert read("A")["tags"][0]["number"] == Tag.objects.get(name="new").number


def prices(*quantities: int, replace: bool = False) -> Upsert:
    rule = Reference("id", Rule.objects.get().pk)
    children = tuple(
        Upsert(
            entity="product_price",
            key=Reference("product,rule,quantity_start", (Reference("sku", "A"), rule, quantity)),
            values={"price_gross": quantity},
        )
        for quantity in quantities
    )
    return Upsert(
        entity="product",
        key=Reference("sku", "A"),
        values={},
        children={"prices": children},
        replace_children=frozenset({"prices"}) if replace else frozenset(),
    )


def quantities() -> list[int]:
    return list(ProductPrice.objects.order_by("quantity_start").values_list("quantity_start", flat=True))


def test_children_may_be_named_by_a_key_that_names_their_new_parent():
    Rule.objects.create(name="always", priority=1)
    assert kinds(write(prices(1, 10))) == ["created"]
    assert kinds(write(prices(1, 10))) == ["unchanged"]
    assert quantities() == [1, 10]


def test_children_are_added_to_or_replaced():
    Rule.objects.create(name="always", priority=1)
    write(prices(1, 10))
    assert kinds(write(prices(20))) == ["updated"]
    assert quantities() == [1, 10, 20]
    assert kinds(write(prices(10, 30, replace=True))) == ["updated"]
    assert quantities() == [10, 30]
    assert kinds(write(prices(10, 30, replace=True))) == ["unchanged"]
    assert kinds(write(prices(replace=True))) == ["updated"]
    assert quantities() == []
