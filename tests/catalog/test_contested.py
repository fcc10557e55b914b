"""A unique value that one record of a chunk gives up and another takes: who comes first counts, as one by one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.commands import Command, Delete, Json, Policy, Reference, Upsert
from catalog.entities import SYSTEM_CURRENCY, SYSTEM_LANGUAGE
from catalog.models import Currency, Product, ProductVisibility, SalesChannel
from catalog.outcomes import Outcome
from tests.catalog.products import faults, kinds, put, write

pytestmark = pytest.mark.django_db
TAKEN = [("/iso_code", "taken")]
PLACE_TAKEN = [("/product", "taken")]


@pytest.fixture
def currencies() -> dict[str, UUID]:
    """XAA and XBB."""
    return {code: Currency.objects.create(iso_code=code, factor=1, **texts(code)).pk for code in ("XAA", "XBB")}


@pytest.fixture
def channels() -> list[UUID]:
    made = [
        SalesChannel(name=str(n), type_id=uuid4(), language_id=SYSTEM_LANGUAGE, currency_id=SYSTEM_CURRENCY)
        for n in range(4)
    ]
    return [channel.pk for channel in SalesChannel.objects.bulk_create(made)]


def texts(code: str) -> dict[str, Json]:
    return {"name": code, "short_name": code, "symbol": code}


def coded(id: UUID, to: str, **values: Json) -> Upsert:
    return Upsert(entity="currency", key=Reference("id", id), values={"iso_code": to, **values})


def new(code: str) -> Upsert:
    return coded(uuid4(), code, factor=1, **texts(code))


def gone(id: UUID, entity: str = "currency") -> Delete:
    return Delete(entity=entity, key=Reference("id", id))


def codes() -> list[str]:
    return sorted(Currency.objects.filter(iso_code__startswith="X").values_list("iso_code", flat=True))


def told(outcomes: Sequence[Outcome]) -> list[Json]:
    """What became of each, or what is wrong with it."""
    return [faults(outcome) or outcome.kind.value for outcome in outcomes]


@pytest.mark.parametrize("policy", Policy)
def test_what_one_gives_up_the_next_may_take(currencies: dict[str, UUID], policy: Policy):
    outcomes = write(coded(currencies["XAA"], "XCC"), new("XAA"), coded(currencies["XBB"], "XBB"), policy=policy)
    assert (told(outcomes), codes()) == (["updated", "created", "unchanged"], ["XAA", "XBB", "XCC"])


@pytest.mark.parametrize("policy", Policy)
def test_who_takes_it_before_it_is_given_up_is_refused(currencies: dict[str, UUID], policy: Policy):
    outcomes = write(new("XAA"), coded(currencies["XAA"], "XCC"), policy=policy)
    is_each = policy is Policy.EACH
    assert told(outcomes) == [TAKEN, "updated" if is_each else "untouched"]
    assert codes() == (["XBB", "XCC"] if is_each else ["XAA", "XBB"])


def test_a_chain_follows_its_order(currencies: dict[str, UUID]):
    first, second = currencies.values()
    assert told(write(coded(second, "XCC"), coded(first, "XBB"), new("XAA"))) == ["updated", "updated", "created"]
    assert codes() == ["XAA", "XBB", "XCC"]


def test_a_chain_from_its_other_end_ends_where_it_begins(currencies: dict[str, UUID]):
    first, second = currencies.values()
    assert told(write(new("XAA"), coded(first, "XBB"), coded(second, "XCC"))) == [TAKEN, TAKEN, "updated"]
    assert codes() == ["XAA", "XCC"]


def test_what_is_too_short_for_a_value_in_between_is_not_swapped(currencies: dict[str, UUID]):
    first, second = currencies.values()
    assert told(write(coded(first, "XBB"), coded(second, "XAA"))) == [TAKEN, TAKEN]
    assert told(write(coded(first, "XCC"), coded(second, "XAA"), coded(first, "XBB"))) == ["updated"] * 3
    assert Currency.objects.get(pk=first).iso_code == "XBB"


def test_what_a_refused_record_would_have_given_up_stays_with_it(currencies: dict[str, UUID]):
    assert told(write(coded(currencies["XAA"], "XCC", name=5), new("XAA"))) == [[("/name", "type")], TAKEN]
    assert codes() == ["XAA", "XBB"]


def test_what_a_refused_record_would_have_taken_is_free(channels: list[UUID]):
    write(put("A"))
    first, second = (visibility("A", channels[0], level=level) for level in ("none", 30))
    assert told(write(first, second)) == [[("/visibility", "type")], "created"]


def test_a_delete_in_between_gives_up_what_was_taken(currencies: dict[str, UUID]):
    first, second = currencies.values()
    outcomes = write(coded(first, "XCC"), coded(second, "XAA"), gone(second), new("XAA"), new("XBB"))
    assert told(outcomes) == ["updated", "updated", "deleted", "created", "created"]
    assert codes() == ["XAA", "XBB", "XCC"]


def test_a_record_written_twice_gives_up_what_it_had_in_between(currencies: dict[str, UUID]):
    first, second = currencies.values()
    outcomes = write(coded(first, "XCC"), coded(first, "XDD"), coded(second, "XCC"), new("XBB"))
    assert (told(outcomes), codes()) == (["updated", "updated", "updated", "created"], ["XBB", "XCC", "XDD"])


def test_who_waits_for_another_reason_takes_nothing_that_was_given_up_after_it(currencies: dict[str, UUID]):
    first, second = currencies.values()
    outcomes = write(coded(first, "XAA", name="n"), coded(first, "XBB"), coded(second, "XCC"))
    assert (told(outcomes), codes()) == (["updated", TAKEN, "updated"], ["XAA", "XCC"])


def visibility(sku: str, channel: UUID, *, id: UUID | None = None, level: Json = 30) -> Upsert:
    values = {"product": Reference("sku", sku), "sales_channel": Reference("id", channel), "visibility": level}
    return Upsert(entity="product_visibility", key=Reference("id", id or uuid4()), values=values)


def moved(id: UUID, channel: UUID) -> Upsert:
    return Upsert(
        entity="product_visibility", key=Reference("id", id), values={"sales_channel": Reference("id", channel)}
    )


def test_a_place_of_several_fields_is_given_up_by_any_of_them(channels: list[UUID]):
    write(put("A"))
    ids = [uuid4(), uuid4()]
    write(visibility("A", channels[0], id=ids[0]), visibility("A", channels[1], id=ids[1]))
    outcomes = write(moved(ids[0], channels[2]), moved(ids[1], channels[0]), visibility("A", channels[1]))
    assert told(outcomes) == ["updated", "updated", "created"]
    assert told(write(moved(ids[0], channels[0]), moved(ids[1], channels[3]))) == [PLACE_TAKEN, "updated"]


def test_children_of_one_record_pass_a_place_on(channels: list[UUID]):
    write(put("A"))
    id = uuid4()
    write(visibility("A", channels[0], id=id))
    children = (moved(id, channels[1]), visibility("A", channels[0]))
    outcomes = write(
        Upsert(entity="product", key=Reference("sku", "A"), values={}, children={"visibilities": children})
    )
    assert (kinds(outcomes), ProductVisibility.objects.count()) == (["updated"], 2)


@pytest.mark.parametrize("size", [1, 100])
def test_a_number_that_goes_to_a_new_product_is_two_waves_for_any_number(size: int):
    write(*(put(f"P{i}") for i in range(size)))
    ids = dict(Product.objects.values_list("sku", "pk"))
    renamed = [
        Upsert(entity="product", key=Reference("id", ids[f"P{i}"]), values={"sku": f"Q{i}"}) for i in range(size)
    ]
    takers = [Upsert(entity="product", key=Reference("id", uuid4()), values={"sku": f"P{i}"}) for i in range(size)]
    with CaptureQueriesContext(connection) as queries:
        outcomes = write(*renamed, *takers)
    assert kinds(outcomes) == ["updated"] * size + ["created"] * size
    assert len(queries) == 25, "\n".join(query["sql"][:200] for query in queries)


@pytest.mark.parametrize("size", [1, 50])
def test_places_that_are_passed_on_are_two_waves_for_any_number(channels: list[UUID], size: int):
    write(*(put(f"P{i}") for i in range(size)))
    ids = [uuid4() for _ in range(size)]
    write(*(visibility(f"P{i}", channels[0], id=id) for i, id in enumerate(ids)))
    commands: list[Command] = [moved(id, channels[1]) for id in ids]
    with CaptureQueriesContext(connection) as queries:
        outcomes = write(*commands, *(visibility(f"P{i}", channels[0]) for i in range(size)))
    assert kinds(outcomes) == ["updated"] * size + ["created"] * size
    assert len(queries) == 29, "\n".join(query["sql"][:200] for query in queries)
