"""What a command does beside its own record: neighbours, places, roles that only one may have, demanded links."""

from __future__ import annotations

import pytest

from catalog import writing
from catalog.commands import Change, Delete, Link, LinkSet, Mode, Place, Reference, Scope, Upsert
from catalog.models import Category, Media, Product, ProductLink, ProductMedia
from catalog.outcomes import ErrorCode, FieldError, Outcome, OutcomeKind
from catalog.scopes import read

pytestmark = pytest.mark.django_db


def product(sku: str, **more: object) -> Upsert:
    return Upsert(entity="product", key=Reference("sku", sku), values={}, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def products() -> None:
    writing.apply([product("A"), product("B")])


def written(*commands: Upsert | Delete) -> list[Outcome]:
    return writing.apply(list(commands))


def link(sku: str, other: str, kind: str) -> Upsert:
    return Upsert(
        entity="product_link",
        key=Reference("product,linked_product,type", (Reference("sku", sku), Reference("sku", other), kind)),
        values={"linked_product": Reference("sku", other)},
    )


def entry(content: str, **values: object) -> Upsert:
    media = Upsert(
        entity="media", key=Reference("content_hash", content), values={}, defaults={"file_name": "seen first"}
    )
    return Upsert(
        entity="product_media",
        key=Reference("product,media", (Reference("sku", "A"), Reference("content_hash", content))),
        values={"product": product("A", mode=Mode.UPDATE), "media": media, **values},
    )


def test_what_is_deleted_beside_a_record_must_be_there():
    written(product("A", children={"links": (link("A", "B", "related"),)}))
    gone = Delete(entity="product_link", key=link("A", "B", "related").key)
    [first] = written(product("A", mode=Mode.UPDATE, beside=(gone,)))
    [again] = written(product("A", mode=Mode.UPDATE, beside=(gone,)))
    assert (first.kind, again.kind) == (OutcomeKind.UPDATED, OutcomeKind.REFUSED)
    assert again.errors[0].code is ErrorCode.MISSING
    assert not ProductLink.objects.exists()
    assert Product.objects.count() == 2


def test_records_beside_each_other_are_written_together_or_not_at_all():
    good, bad = Upsert(entity="product", key=Reference("sku", "B"), values={"stock": 5}), product("X", mode=Mode.UPDATE)
    [outcome] = written(Upsert(entity="product", key=Reference("sku", "A"), values={"stock": 5}, beside=(good, bad)))
    assert (outcome.kind, outcome.errors[0].path) == (OutcomeKind.REFUSED, "/1")
    assert not Product.objects.filter(stock=5).exists()


def test_a_record_that_is_named_twice_beside_a_bad_one_is_not_written_the_second_time_either():
    """The second time comes in a later wave, which knew nothing of the error."""
    once, twice = (Upsert(entity="product", key=Reference("sku", "B"), values={"stock": n}) for n in (5, 6))
    bad = product("X", mode=Mode.UPDATE)
    [outcome] = written(Upsert(entity="product", key=Reference("sku", "A"), values={}, beside=(once, bad, twice)))
    assert [(error.path, error.code) for error in outcome.errors] == [("/1", ErrorCode.MISSING)]
    assert not Product.objects.filter(stock__gt=0).exists()


@pytest.mark.parametrize("values", [{"stock": "x"}, {"tax": Reference("id", "0" * 32)}])
def test_a_record_that_is_named_twice_is_not_written_the_first_time_when_the_second_is_bad(values):
    """The error is seen when the first has been written."""
    once, twice = (Upsert(entity="product", key=Reference("sku", "B"), values=v) for v in ({"stock": 5}, values))
    bad = product("A", beside=(once, twice))
    outcomes = written(product("C"), bad, product("D"))
    assert [outcome.kind.value for outcome in outcomes] == ["created", "refused", "created"]
    assert outcomes[1].errors[0].path == f"/1/{next(iter(values))}"
    assert not Product.objects.filter(stock__gt=0).exists()


def test_what_refers_to_a_record_that_is_taken_back_is_refused_too():
    nowhere = {"tax": Reference("id", "0" * 32)}
    new, twice = (Upsert(entity="product", key=Reference("sku", "N"), values=v) for v in ({"stock": 5}, nowhere))
    heir = Upsert(entity="product", key=Reference("sku", "H"), values={"parent": Reference("sku", "N")})
    outcomes = written(product("A", beside=(new, twice)), heir)
    assert [(outcome.kind.value, outcome.errors[0].path) for outcome in outcomes] == [
        ("refused", "/1/tax"),
        ("refused", "/parent"),
    ]
    assert Product.objects.count() == 2


def test_only_the_children_of_a_kind_are_replaced():
    both = (link("A", "B", "related"), link("A", "B", "upsell"))
    written(product("A", children={"links": both}))
    written(product("A", replace_only={"links": ("type", ("related",))}))
    assert [found.type for found in ProductLink.objects.all()] == ["upsell"]


def test_a_flaw_is_told_when_the_record_is_written():
    flaw = FieldError(path="/name", code=ErrorCode.DIALECT, params={"message": "no"})
    bad, good = written(product("C", flaws=(flaw,)), product("D"))
    assert (bad.kind, bad.errors, good.kind) == (OutcomeKind.REFUSED, (flaw,), OutcomeKind.CREATED)
    assert not Product.objects.filter(sku="C").exists()


def test_a_demanded_link_that_is_not_there_refuses_the_record():
    target = Link(target=Reference("number", 2))
    away = LinkSet(links=(target,), change=Change.REMOVE, demanded=True)
    written(product("A", links={"categories": LinkSet(links=(target,))}))
    first, again = (written(product("A", mode=Mode.UPDATE, links={"categories": away}))[0] for _ in range(2))
    assert (first.kind, again.kind) == (OutcomeKind.UPDATED, OutcomeKind.REFUSED)
    assert again.errors[0].path == "/categories"


def test_a_record_is_named_by_its_number_together_with_what_it_belongs_to():
    written(entry("a"))
    number = ProductMedia.objects.get().number
    named = [
        Upsert(
            entity="product_media",
            key=Reference("product,number", (Reference("sku", sku), number)),
            values={"label": "new"},
            mode=Mode.UPDATE,
        )
        for sku in ("A", "B")
    ]
    own, others = written(*named)
    assert (own.kind, others.kind) == (OutcomeKind.UPDATED, OutcomeKind.REFUSED)
    assert ProductMedia.objects.get().label == "new"


def test_the_same_content_is_the_same_entry_even_in_one_chunk():
    written(entry("a", label="one"), entry("a", label="two"), entry("b"))
    written(entry("a", label="three"))
    assert {str(label) for label in ProductMedia.objects.values_list("label", flat=True)} == {"None", "three"}
    assert Media.objects.count() == 2
    assert set(Media.objects.values_list("file_name", flat=True)) == {"seen first"}


def test_a_role_belongs_to_the_entry_that_got_it_last():
    written(entry("a", types=["image", "small_image"]), entry("b", types=["image"]))
    roles = {media.media.content_hash: media.types for media in ProductMedia.objects.select_related("media")}
    assert roles == {"a": ["small_image"], "b": ["image"]}
    written(entry("a", types=["image"]))
    assert [media.types for media in ProductMedia.objects.order_by("media__content_hash")] == [["image"], []]


def category(name: str, place: Place) -> Upsert:
    return Upsert(entity="category", key=None, values={"name": name, "parent": Reference("number", 2)}, place=place)


def order() -> list[str]:
    found = Category.objects.filter(parent__number=2).order_by("position", "number")
    return list(found.values_list("name", flat=True))


def test_records_go_where_they_are_put_among_their_siblings():
    written(*(category(name, Place()) for name in "ABC"))
    assert list(Category.objects.filter(parent__number=2).order_by("name").values_list("position", flat=True)) == [
        1,
        2,
        3,
    ]
    numbers = dict(Category.objects.values_list("name", "number"))
    behind = Upsert(
        entity="category", key=Reference("number", numbers["C"]), values={}, place=Place(behind=numbers["A"])
    )
    written(behind, category("D", Place(first=True)))
    assert order() == ["D", "A", "C", "B"]


def test_a_category_is_named_as_the_root_of_a_store():
    parent = Reference("root_of_store", "de")
    [outcome] = written(Upsert(entity="category", key=None, values={"name": "New", "parent": parent}))
    assert order() == ["New"]
    assert outcome.kind is OutcomeKind.CREATED


def test_a_store_is_named_by_its_number_too():
    values = {"name": "FR"}
    written(Upsert(entity="product", key=Reference("sku", "A"), values=values, scope=Scope(store=2)))
    id = Product.objects.get(sku="A").pk
    assert read("product", [id], scope=Scope(store="fr"))[id]["name"] == "FR"
    assert read("product", [id], scope=Scope())[id]["name"] is None
    [refused] = written(Upsert(entity="product", key=Reference("sku", "A"), values=values, scope=Scope(store=9)))
    assert refused.errors[0].params["entity"] == "store"
