"""What a search for words finds, and in which order."""

from __future__ import annotations

import pytest

from catalog import searching
from catalog.commands import Delete, Indexing, Reference, Upsert
from catalog.models import Language, Locale, Product
from tests.catalog.products import put, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def bags():
    text = "<p>For <b>yoga</b>/pilates &amp; the seaside.</p>"
    write(
        put("24-MB01", name="Joust Duffle Bag", ean="4006381333931", description=text),
        put("24-MB02", name="Strive Shoulder Pack", custom_search_keywords=["carry-all"], meta_keyword="duffle"),
        put("X.9", name="Yoga Mat", manufacturer_number="YM/77"),
        indexing=Indexing.NOW,
    )


def found(term: str) -> list[str]:
    names = dict(Product.objects.values_list("pk", "sku"))
    return [names[id] for id in searching.search(term, limit=10)]


@pytest.mark.usefixtures("bags")
@pytest.mark.parametrize(
    ("term", "skus"),
    [
        ("24-mb01", ["24-MB01"]),
        ("MB0", ["24-MB01", "24-MB02"]),
        ("x.9", ["X.9"]),
        ("ym/77", ["X.9"]),
        ("400638", ["24-MB01"]),
        ("duff", ["24-MB01", "24-MB02"]),
        ("duffle shoul", ["24-MB02"]),
        ("pilates", ["24-MB01"]),
        ("carry-all", ["24-MB02"]),
        ("yoga", ["X.9", "24-MB01"]),
        ("yoga -mat", ["24-MB01"]),
        ("mat or strive", ["24-MB02", "X.9"]),
        ('"bag joust"', []),
        ('"joust duffle"', ["24-MB01"]),
        ("duf bag", []),
        ("b", ["24-MB01"]),
        ("br", []),
        ("", []),
        ("- ' : * & | ! ( ) < \\ \0", []),
        ("yoga'):* | b", ["24-MB01"]),
    ],
)
def test_a_search_finds(term, skus):
    assert found(term) == skus


@pytest.mark.usefixtures("bags")
def test_names_in_other_languages_are_searched_until_they_go():
    locale = Locale.objects.create(code="nl-NL", name="Dutch", territory="Netherlands")
    dutch = Language.objects.create(name="Nederlands", locale=locale)
    text = (Reference("id", dutch.pk), {"name": "Schoudertas"})
    key = Reference("sku", "24-MB02")
    write(Upsert(entity="product", key=key, values={}, translations=(text,)), indexing=Indexing.NOW)
    assert (found("schouder"), found("strive")) == (["24-MB02"], ["24-MB02"])
    write(Delete(entity="language", key=Reference("id", dutch.pk)), indexing=Indexing.NOW)
    assert (found("schouder"), found("strive")) == ([], ["24-MB02"])


def test_texts_of_any_length_are_taken():
    long = " ".join(f"wörd{n}" for n in range(200_000))
    write(put("A", name="n", description=long, meta_keyword=long, custom_search_keywords=["x" * 5000, long]))
    write(put("B", description="y" * 3_000_000), indexing=Indexing.NOW)
    write(put("A", name="m"), indexing=Indexing.NOW)
    assert (found("m"), found("wörd17")) == (["A"], ["A"])


@pytest.mark.usefixtures("bags")
def test_the_search_narrows_a_list_of_products():
    few = Product.objects.exclude(sku="X.9")
    assert [product.sku for product in searching.matching(few, "yoga")] == ["24-MB01"]
