"""The table of the seed document: which request writes at which height, and what each store shows then."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest

from catalog.models import Attribute, ProductStoreValue
from tests.catalog.products import faults, kinds, put, read, skus, write

pytestmark = pytest.mark.django_db
STORES = (None, "default", "fr", "de")


def names() -> list[str]:
    return [read("A", store=store)["name"] for store in STORES]


@pytest.fixture
def joust():
    write(put("A", name="Joust", price_gross=34))


@pytest.mark.usefixtures("joust")
@pytest.mark.parametrize(
    ("store", "shown"),
    [
        (None, ["X", "X", "X", "X"]),
        ("default", ["Joust", "X", "Joust", "Joust"]),
        ("fr", ["Joust", "Joust", "X", "Joust"]),
    ],
)
def test_an_update_changes_the_values_of_its_store_only(store, shown):
    assert kinds(write(put("A", store=store, name="X"))) == ["updated"]
    assert names() == shown


@pytest.mark.parametrize("store", STORES)
def test_a_new_product_has_its_values_everywhere(store):
    write(put("A", store=store, name="N"))
    assert names() == ["N"] * 4
    assert not ProductStoreValue.objects.exists()


@pytest.mark.parametrize(("store", "websites"), [(None, [1, 2]), ("fr", [1]), ("de", [2])])
def test_a_new_product_is_on_the_website_of_its_store_or_on_all(store, websites):
    write(put("A", store=store, name="N"))
    assert [website["number"] for website in read("A")["websites"]] == websites


@pytest.mark.usefixtures("joust")
def test_a_stores_own_value_stays_when_the_base_changes_and_null_gives_it_up():
    write(put("A", store="fr", name="FR"), put("A", name="Base"))
    assert names() == ["Base", "Base", "FR", "Base"]
    write(put("A", store="fr", name=None))
    assert names() == ["Base"] * 4


@pytest.mark.usefixtures("joust")
def test_a_value_sent_to_a_store_is_its_own_even_when_it_equals_the_inherited_one():
    write(put("A", store="fr", name="Joust"))
    write(put("A", name="Other"))
    assert names() == ["Other", "Other", "Joust", "Other"]


@pytest.mark.usefixtures("joust")
def test_what_is_global_is_written_to_the_base_from_any_store():
    write(put("A", store="fr", stock=7, weight=2, name="FR"))
    assert read("A", store="de")["stock"] == 7
    assert read("A", store="de")["name"] == "Joust"


@pytest.mark.usefixtures("joust")
def test_a_custom_field_falls_back_alone():
    write(put("A", custom_fields={"x": 1, "y": 1}), put("A", store="fr", custom_fields={"x": 2}))
    write(put("A", custom_fields={"y": 3}))
    assert read("A", store="fr")["custom_fields"] == {"x": 2, "y": 3}
    write(put("A", store="fr", custom_fields={"x": None}))
    assert read("A", store="fr")["custom_fields"] == {"x": 1, "y": 3}


@pytest.mark.usefixtures("joust")
def test_a_custom_field_stands_at_the_height_that_its_attribute_declares(settings):
    settings.PRICE_SCOPE = "website"
    for code, height in (("everywhere", "global"), ("of_website", "website")):
        Attribute.objects.create(code=code, label=code, height=height)
    write(put("A", store="fr", custom_fields={"everywhere": 1, "of_website": 2, "of_store": 3}))
    assert read("A")["custom_fields"] == {"everywhere": 1}
    assert read("A", store="default")["custom_fields"] == {"everywhere": 1, "of_website": 2}
    assert read("A", store="fr")["custom_fields"] == {"everywhere": 1, "of_website": 2, "of_store": 3}
    assert read("A", store="de")["custom_fields"] == {"everywhere": 1}
    write(put("A", store="fr", custom_fields={"everywhere": None}))
    assert read("A", store="de")["custom_fields"] == {}


@pytest.mark.usefixtures("joust")
@pytest.mark.parametrize(
    ("price_scope", "shown"),
    [("store", [34, 34, 50, 34]), ("website", [34, 50, 50, 34]), ("global", [50, 50, 50, 50])],
)
def test_the_price_lives_at_the_height_of_the_setting(settings, price_scope, shown):
    settings.PRICE_SCOPE = price_scope
    write(put("A", store="fr", price_gross=50))
    assert [Decimal(read("A", store=store)["price_gross"]) for store in STORES] == shown


def test_an_unknown_store_is_refused():
    assert faults(write(put("A", store="mars", name="x"))[0]) == [("", "reference")]
    assert skus() == []


def test_a_number_of_any_size_can_be_shown_as_it_was_sent():
    write(put("A", custom_fields={"large": 1e308, "small": 1e-300, "whole": 2**63}))
    shown = read("A")["custom_fields"]
    assert orjson.loads(orjson.dumps(shown)) == {"large": 1e308, "small": 1e-300, "whole": 2**63}


def test_custom_fields_are_given_up_one_by_one_not_as_a_whole():
    write(put("A", custom_fields={"a": 1}))
    for store in STORES:
        [outcome] = write(put("A", store=store, custom_fields=None))
        assert faults(outcome) == [("/custom_fields", "blank")]
