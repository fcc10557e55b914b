"""Texts in other languages: rows beside the base row, which is the system language."""

from __future__ import annotations

import pytest
from django.apps import apps

from catalog.commands import Reference, Scope, Upsert
from catalog.models import Language, Manufacturer, Unit
from tests.catalog.products import faults, kinds, put, read, write

pytestmark = pytest.mark.django_db
GERMAN = Reference("code", "de-DE")
ENGLISH = Reference("code", "en-GB")


def unit(*translations: tuple[Reference, dict[str, object] | None], **values: object) -> Upsert:
    return Upsert(entity="unit", key=None, values=values, translations=translations)


def rows(entity: str) -> list[tuple[str, str | None]]:
    model = apps.get_model("catalog", f"{entity}Translation")
    return list(model.objects.order_by("name").values_list("language__name", "name"))


def test_a_record_is_created_with_its_translations():
    assert kinds(write(unit((GERMAN, {"name": "Stück"}), name="piece", short_code="pc"))) == ["created"]
    assert (Unit.objects.get().name, rows("Unit")) == ("piece", [("Deutsch", "Stück")])


def test_texts_of_the_system_language_are_base_values():
    write(unit((ENGLISH, {"name": "piece", "short_code": "pc"}), (GERMAN, {"name": "Stück"})))
    assert (Unit.objects.get().name, rows("Unit")) == ("piece", [("Deutsch", "Stück")])


def test_plain_values_in_another_language_are_that_languages_texts():
    write(put("A", name="Bag", stock=1))
    german = Language.objects.get(name="Deutsch")
    scope = Scope(language=Reference("id", german.pk))
    values = {"name": "Tasche", "stock": 2}
    command = Upsert(entity="product", key=Reference("sku", "A"), values=values, scope=scope)
    assert kinds(write(command)) == ["updated"]
    assert (read("A")["name"], read("A")["stock"], rows("Product")) == ("Bag", 2, [("Deutsch", "Tasche")])


def test_a_store_shows_its_languages_text_unless_it_has_a_value_of_its_own():
    write(put("A", name="Bag"))
    command = Upsert(
        entity="product", key=Reference("sku", "A"), values={}, translations=((GERMAN, {"name": "Tasche"}),)
    )
    write(command)
    assert [read("A", store=store)["name"] for store in (None, "fr", "de")] == ["Bag", "Bag", "Tasche"]
    write(put("A", store="de", name="Beutel"))
    assert read("A", store="de")["name"] == "Beutel"


def test_only_the_given_texts_change_and_equal_ones_change_nothing():
    acme = Manufacturer.objects.create(name="Acme")
    write(_texts(acme, {"name": "Akme", "description": "gut"}))
    assert kinds(write(_texts(acme, {"description": "gut"}))) == ["unchanged"]
    assert kinds(write(_texts(acme, {"description": None}))) == ["updated"]
    assert rows("Manufacturer") == [("Deutsch", "Akme")]


def test_a_translation_can_be_removed():
    acme = Manufacturer.objects.create(name="Acme")
    write(_texts(acme, {"name": "Akme"}))
    assert kinds(write(_texts(acme, None))) == ["updated"]
    assert rows("Manufacturer") == []


def test_errors_name_the_language_and_the_field():
    command = unit((GERMAN, {"name": 5, "colour": "x"}), (Reference("code", "xx-XX"), {}), name="n", short_code="s")
    assert faults(write(command)[0]) == [
        ("/translations/xx-XX", "reference"),
        ("/translations/de-DE/name", "type"),
        ("/translations/de-DE/colour", "unknown"),
    ]
    assert not Unit.objects.exists()


def test_a_nul_character_in_a_text_is_refused_with_its_language():
    german = Language.objects.get(name="Deutsch")
    command = unit((Reference("id", german.pk), {"name": "a\0b"}), name="n", short_code="s")
    assert faults(write(command)[0]) == [(f"/translations/{german.pk}/name", "character")]
    assert not Unit.objects.exists()


def _texts(record: Manufacturer, texts: dict[str, object] | None) -> Upsert:
    return Upsert(entity="manufacturer", key=Reference("id", record.pk), values={}, translations=((GERMAN, texts),))
