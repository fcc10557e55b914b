"""Rows that only add or remove links of a record that is there: many for one record, written together."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog import indexing
from catalog.commands import THIS, Change, Command, Delete, Indexing, Link, LinkSet, Mode, Policy, Reference, Upsert
from catalog.marking import Derivation
from catalog.models import Product, Tag
from catalog.writing import apply
from tests.catalog.products import end, faults, kinds, put, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags() -> list[Tag]:
    return [Tag.objects.create(name=f"tag {number}") for number in range(4)]


def single(sku: str, tag: Tag, change: Change = Change.ADD, mode: Mode = Mode.UPDATE) -> Upsert:
    links = LinkSet(links=(Link(target=Reference("id", tag.pk)),), change=change)
    return Upsert(entity="product", key=Reference("sku", sku), values={}, links={"tags": links}, mode=mode)


def without(sku: str, tag: Tag) -> Upsert:
    return single(sku, tag, Change.REMOVE, Mode.PRESENT)


def tagged(sku: str) -> list[str]:
    return list(Product.objects.get(sku=sku).tags.order_by("name").values_list("name", flat=True))


def statements(*commands: Command) -> int:
    with CaptureQueriesContext(connection) as queries:
        write(*commands)
    return len(queries)


def test_links_of_one_record_take_as_many_statements_as_one_link(tags):
    write(put("A"), put("B"))
    one = statements(single("A", tags[0]))
    assert statements(*(single("A", tag) for tag in tags)) == one
    assert tagged("A") == ["tag 0", "tag 1", "tag 2", "tag 3"]
    assert tagged("B") == []


def test_so_do_those_that_come_with_new_records():
    def tag(name: str) -> Upsert:
        links = {"tags": LinkSet(links=(Link(target=THIS),))}
        product = Upsert(entity="product", key=Reference("sku", "A"), values={}, links=links, mode=Mode.UPDATE)
        return Upsert(entity="tag", key=None, values={"name": name}, beside=(product,))

    write(put("A"))
    assert statements(tag("one"), tag("two")) == statements(*(tag(f"tag {number}") for number in range(20)))
    assert len(tagged("A")) == 22


def test_each_row_tells_whether_its_own_link_changed(tags):
    write(put("A"), single("A", tags[0]))
    assert kinds(write(*(single("A", tag) for tag in tags[:2]))) == ["unchanged", "updated"]
    assert kinds(write(without("A", tags[0]), without("A", tags[3]))) == ["updated", "unchanged"]
    assert tagged("A") == ["tag 1"]


def test_links_follow_the_record_that_is_made_before_them(tags):
    assert kinds(write(put("A", name="n"), single("A", tags[0]), put("A", name="m"))) == [
        "created",
        "updated",
        "updated",
    ]
    assert tagged("A") == ["tag 0"]


def test_what_is_not_there_need_not_be_unlinked(tags):
    write(put("A"))
    gone = Tag(name="never stored")
    assert kinds(write(without("Z", tags[0]), without("A", gone), policy=Policy.ALL)) == ["unchanged"] * 2
    assert not Product.objects.filter(sku="Z").exists()


def test_a_link_to_be_made_needs_both_sides(tags):
    write(put("A"))
    unknown, nowhere = write(single("Z", tags[0]), single("A", Tag(name="never stored")))
    assert faults(unknown) == [("", "missing")]
    assert faults(nowhere) == [("/tags/0", "reference")]


def test_an_optional_reference_to_nothing_is_none():
    write(put("A", tax=Reference("id", Tag().pk, optional=True)))
    assert Product.objects.get(sku="A").tax is None


def test_a_delete_tells_what_went_with_it(tags):
    write(put("A"), put("V", parent=Reference("sku", "A")), single("A", tags[0]))
    product, variant = Product.objects.get(sku="A"), Product.objects.get(sku="V")
    [outcome] = write(end("A"))
    gone = {name for name, _ in outcome.gone}
    assert ("product", (variant.pk,)) in outcome.gone
    assert ("catalog_producttag", (product.pk, tags[0].pk)) in outcome.gone
    assert gone == {"product", "catalog_producttag", "catalog_productwebsite"}


def test_a_refused_delete_tells_who_needs_the_record():
    write(Upsert(entity="tax", key=(key := Reference("id", Tag().pk)), values={"name": "t", "rate": 1}))
    write(put("A", tax=key), put("B", tax=key))
    [outcome] = write(Delete(entity="tax", key=key))
    assert outcome.errors[0].params == {"entity": "product", "uses": {"product": 2}}


def test_withheld_derivations_wait_until_somebody_asks(tags):
    write(put("A"))
    commands = [single("A", tags[0])]
    with transaction.atomic():
        apply(commands, indexing=Indexing.NOW, withheld={"product": Derivation.LINKS})
    assert Product.objects.get(sku="A").tag_ids == []
    indexing.release("product")
    indexing.drain()
    assert Product.objects.get(sku="A").tag_ids == [tags[0].pk]
