"""A chunk leaves the catalog as its commands would, written one after the other, and says the same of each of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import writing
from catalog.commands import (
    Change,
    Command,
    Delete,
    Filter,
    Json,
    Link,
    LinkSet,
    Mode,
    Policy,
    Reference,
    Scope,
    Upsert,
)
from catalog.entities import SYSTEM_CURRENCY, SYSTEM_LANGUAGE
from catalog.models import Category, Currency, Rule, SalesChannel, Tag, Tax
from catalog.outcomes import Outcome
from catalog.sql import run

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
TABLES = (
    "product",
    "productcategory",
    "producttag",
    "productlink",
    "productprice",
    "producttranslation",
    "productstorevalue",
    "productvisibility",
    "category",
    "tax",
    "tag",
    "currency",
)
NOWHERE = "0" * 31 + "5"
OLD = {"A": f"{0xB0:032x}", "B": f"{0xB1:032x}"}  # the products that are there
IDS = [f"{n:032x}" for n in range(0xA0, 0xA4)]  # of taxes, categories, tags and rules alike


def sku(name: str) -> Reference:
    return Reference("sku", name)


def by_id(id: str) -> Reference:
    return Reference("id", id)


NEW_OR_OLD = st.sampled_from(["A", "B", "N", "M"])  # the first two are there
SOME_ID = st.sampled_from([*IDS[:3], NOWHERE])
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["x", "y", None]),
        "stock": st.sampled_from([1, 2, "bad"]),
        "ean": st.sampled_from(["1", None]),
        "price_gross": st.sampled_from([1, 2, -1, None]),
        "tax": st.one_of(st.none(), SOME_ID.map(by_id)),
        "custom_fields": st.sampled_from([{"a": 1}, {"b": None}, None]),
    },
)
CHANGES = st.sampled_from(Change)


@st.composite
def link_sets(draw: st.DrawFn) -> dict[str, LinkSet]:
    found = {}
    for name in draw(st.sets(st.sampled_from(["categories", "tags"]), max_size=2)):
        links = [Link(target=by_id(id)) for id in draw(st.lists(SOME_ID, max_size=3, unique=True))]
        found[name] = LinkSet(links=tuple(links), change=draw(CHANGES))
    return found


@st.composite
def prices(draw: st.DrawFn, owner: str) -> Upsert:
    rule, start = by_id(draw(st.sampled_from([*IDS[:2], NOWHERE]))), draw(st.integers(1, 2))
    key = Reference("product,rule,quantity_start", (sku(owner), rule, start))
    values = {"rule": rule, "quantity_start": start, "price_gross": draw(st.sampled_from([1, 2, -1]))}
    return Upsert(entity="product_price", key=key, values={**values, "product": sku(owner)})


@st.composite
def upserts(draw: st.DrawFn, *, depth: int = 1) -> Upsert:
    name = draw(NEW_OR_OLD)
    children: dict[str, Any] = {}
    if depth and draw(st.booleans()):
        children["prices"] = tuple(draw(st.lists(prices(name), max_size=2)))
    return Upsert(
        entity="product",
        key=sku(name),
        values=draw(VALUES),
        links=draw(link_sets()),
        children=children,
        replace_children=frozenset(children) if draw(st.booleans()) else frozenset(),
        mode=draw(st.sampled_from([Mode.UPSERT, Mode.UPSERT, Mode.CREATE, Mode.UPDATE, Mode.PRESENT])),
        beside=tuple(draw(st.lists(upserts(depth=0), max_size=2))) if depth and draw(st.booleans()) else (),
        scope=draw(st.sampled_from([Scope(), Scope(), Scope(store="fr"), Scope(store="none")])) if depth else Scope(),
    )


DELETES = st.one_of(
    st.builds(
        lambda name, optional: Delete(entity="product", key=sku(name), optional=optional), NEW_OR_OLD, st.booleans()
    ),
    st.builds(
        lambda entity, id: Delete(entity=entity, key=by_id(id)), st.sampled_from(["category", "tag", "tax"]), SOME_ID
    ),
)
TAXES = st.builds(
    lambda id, rate: Upsert(entity="tax", key=by_id(id), values={"name": "t", "rate": rate}),
    st.sampled_from(IDS[:3]),
    st.sampled_from([1, 2, "bad"]),
)
# In front: what fits is what fits when a chunk begins, and a chunk may refer to records that come later in it.
FIRST = st.lists(
    st.one_of(
        TAXES,
        st.sampled_from([1, 2]).map(
            lambda stock: Delete(entity="product", where=Filter(operator="equals", field="stock", value=stock))
        ),
    ),
    max_size=1,
)
THEN = st.lists(st.one_of(upserts(), upserts(), upserts(), DELETES), min_size=2, max_size=7)
COMMANDS = st.builds(lambda first, then: [*first, *then], FIRST, THEN)

# Few places and few records that want them: each is given up and taken over and over.
PLACES = st.one_of(
    st.builds(
        lambda id, values, level: Upsert(
            entity="product_visibility", key=by_id(id), values={**values, "visibility": level}
        ),
        st.sampled_from(IDS),
        st.fixed_dictionaries(
            {},
            optional={
                "product": st.sampled_from([*OLD.values()]).map(by_id),
                "sales_channel": st.sampled_from([*IDS[:2], NOWHERE]).map(by_id),
            },
        ),
        st.sampled_from([10, 30, "bad"]),
    ),
    st.builds(
        lambda n, level: Upsert(
            entity="product_visibility",
            key=by_id(IDS[n]),
            values={"product": by_id(OLD["AB"[n % 2]]), "sales_channel": by_id(IDS[0]), "visibility": level},
        ),
        st.integers(0, 3),
        st.sampled_from([10, 30]),
    ),
    st.builds(lambda id: Delete(entity="product_visibility", key=by_id(id), optional=True), st.sampled_from(IDS)),
    st.builds(
        lambda id, name, stock: Upsert(entity="product", key=by_id(id), values={"sku": name, "stock": stock}),
        st.sampled_from(IDS[:2]),
        st.sampled_from(["A", "N", "M"]),
        st.sampled_from([1, 2, "bad"]),
    ),
    st.builds(
        lambda name, to: Upsert(entity="product", key=by_id(OLD[name]), values={"sku": to}, mode=Mode.UPDATE),
        st.sampled_from("AB"),
        st.sampled_from(["N", "M"]),  # no number of another old product: in one wave these may be swapped
    ),
    st.builds(
        lambda key: Delete(entity="product", key=key, optional=True),
        st.one_of(st.sampled_from("AB").map(sku), st.sampled_from(IDS[:2]).map(by_id)),
    ),
)
CODES = st.one_of(
    st.builds(
        lambda id, code, factor: Upsert(
            entity="currency",
            key=by_id(id),
            values={"iso_code": code, "factor": factor, "name": "c", "short_name": "c", "symbol": "c"},
        ),
        st.sampled_from(IDS),
        st.sampled_from(["XAA", "XBB", "XCC", "XDD"]),
        st.sampled_from([1, 1, 2, "bad"]),
    ),
    st.builds(
        lambda id, factor: Upsert(entity="currency", key=by_id(id), values={"factor": factor}, mode=Mode.UPDATE),
        st.sampled_from(IDS),
        st.sampled_from([1, 2]),
    ),
    st.builds(lambda id: Delete(entity="currency", key=by_id(id), optional=True), st.sampled_from(IDS)),
)
CONTESTED = st.one_of(st.lists(PLACES, min_size=2, max_size=7), st.lists(CODES, min_size=2, max_size=7))


@pytest.fixture
def world() -> None:
    for id, code in zip(IDS[:2], ("XAA", "XBB"), strict=True):
        Tax.objects.create(pk=id, name=id, rate=1)
        Category.objects.create(pk=id, name=id)
        Tag.objects.create(pk=id, name=id)
        Rule.objects.create(pk=id, name=id, priority=1)
        SalesChannel.objects.create(
            pk=id, name=id, type_id=id, language_id=SYSTEM_LANGUAGE, currency_id=SYSTEM_CURRENCY
        )
        Currency.objects.create(pk=id, iso_code=code, name="c", short_name="c", symbol="c", factor=1)
    writing.apply(
        [Upsert(entity="product", key=by_id(id), values={"sku": name, "stock": 1}) for name, id in OLD.items()]
    )


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def left() -> dict[str, list[Json]]:
    """All rows, without what two runs cannot have in common; products are known by their SKUs."""
    names = dict(run("SELECT id::text, sku FROM catalog_product"))
    found: dict[str, list[Json]] = {}
    for table in TABLES:
        rows = [row for (row,) in run(f"SELECT to_jsonb(t) FROM catalog_{table} t")]
        kept = [
            {k: names.get(v, v) if isinstance(v, str) else v for k, v in row.items() if not volatile(k)} for row in rows
        ]
        found[table] = sorted(kept, key=str)
    return found


def volatile(column: str) -> bool:
    return column in {"id", "number", "created_at", "updated_at", "search_document"} or column.endswith("_number")


def told(outcomes: Sequence[Outcome]) -> list[Any]:
    return [
        (outcome.kind.value, sorted({(error.path, error.code.value) for error in outcome.errors}))
        for outcome in outcomes
    ]


def refusals(outcomes: Sequence[Outcome]) -> list[Any]:
    return [errors for _, errors in told(outcomes)]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(commands=COMMANDS)
def test_a_chunk_is_as_its_commands_one_by_one(world: None, commands: list[Command]):
    with undone():
        alone = [outcome for command in commands for outcome in writing.apply([command])]
        expected = left()
    with undone():
        together = writing.apply(commands)
        assert (told(together), left()) == (told(alone), expected)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(commands=CONTESTED)
def test_what_only_one_can_have_is_given_up_and_taken_as_one_by_one(world: None, commands: list[Command]):
    """Which of two deletes took a record along is not compared: in a wave, what belongs to it goes before it."""
    with undone():
        alone = [error for command in commands for error in refusals(writing.apply([command]))]
        expected = left()
    with undone():
        assert (refusals(writing.apply(commands)), left()) == (alone, expected)


@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(commands=st.one_of(COMMANDS, CONTESTED))
def test_under_policy_all_it_is_that_or_nothing(world: None, commands: list[Command]):
    before = left()
    with undone():
        each = told(writing.apply(commands))
        written = left()
    with undone():
        every = told(writing.apply(commands, policy=Policy.ALL))
        is_refused = any(kind == "refused" for kind, _ in each)
        assert left() == (before if is_refused else written)
        assert [entry for entry in every if entry[0] == "refused"] == [entry for entry in each if entry[0] == "refused"]
