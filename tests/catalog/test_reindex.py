"""manage.py reindex brings everything to what it should be, whatever it was, and writes only that."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog import indexing
from catalog.commands import Indexing
from catalog.models import Category, Dirty, Product, ProductSearch
from tests.catalog.products import put, write
from tests.catalog.test_concurrency import Parallel
from tests.catalog.trees import derived, ids, linked, place


def reindex(*arguments: str) -> None:
    call_command("reindex", *arguments)


def versions() -> list[tuple[str, int, str]]:
    """A row that is written has another xmin or ctid afterwards."""
    tables = ("catalog_product", "catalog_category", "catalog_productsearch")
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}', xmin::text, ctid::text FROM {t}" for t in tables))
        return sorted(cursor.fetchall())


def shop() -> list[Category]:
    """Bags > Sport with a product, none of it derived, nor marked."""
    bags = place("Bags")
    sport = place("Sport", bags)
    write(put("A", name="Mat", links=linked(categories=[sport])))
    Dirty.objects.all().delete()
    return [bags, sport]


@pytest.mark.django_db
def test_everything_is_derived_anew(capsys):
    chain = shop()
    reindex()
    chain[1].refresh_from_db()
    assert (chain[1].breadcrumb, Category.objects.get(name="Bags").child_count) == (["Bags", "Sport"], 1)
    assert derived("A") == {"category_ids": ids(chain[1]), "category_tree": ids(*chain)}
    assert ProductSearch.objects.count() == 1
    assert "category" in (shown := capsys.readouterr().err)
    assert "1 records" in shown


@pytest.mark.django_db
def test_what_is_right_is_not_written_again():
    shop()
    reindex()
    before = versions()
    reindex()
    assert versions() == before


@pytest.mark.django_db
def test_one_entity_alone():
    shop()
    reindex("category")
    assert Category.objects.get(name="Sport").level == 2
    assert not ProductSearch.objects.exists()


@pytest.mark.django_db
def test_only_what_was_held_back():
    shop()
    write(put("B", name="Bag"), indexing=Indexing.OFF)
    reindex("--stale")
    assert [entry.product.sku for entry in ProductSearch.objects.all()] == ["B"]
    assert indexing.stale() == {}


@pytest.mark.django_db
def test_what_has_no_derived_data_is_refused():
    with pytest.raises(CommandError, match="Nothing is derived for: tax"):
        reindex("tax")


@pytest.mark.django_db
def test_any_number_of_records(monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 3)
    write(*(put(f"P{i}", name="n") for i in range(7)))
    Dirty.objects.all().delete()
    assert list(indexing.rebuild("product")) == [3, 3, 1]
    assert ProductSearch.objects.count() == 7


@pytest.mark.usefixtures("committed")
def test_several_at_once():
    chain = shop()
    write(*(put(f"P{i}", name="n", links=linked(categories=chain)) for i in range(200)), indexing=Indexing.OFF)
    Product.objects.filter(sku="P5").update(category_tree=[])
    Parallel(reindex, lambda: reindex("--stale"), lambda: reindex("product")).join()
    assert all(tree == ids(*chain) for tree in Product.objects.exclude(sku="A").values_list("category_tree", flat=True))
    assert ProductSearch.objects.count() == 201
    assert not Dirty.objects.exists()
