"""A revert brings back what an operation changed, unless somebody wrote since. Its transactions really commit."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from asyncops import control, engine, journal
from asyncops.models import Item, Operation
from asyncops.reverting import AlreadyReverted, NothingToRevert, StillRunning
from asyncops.states import State
from asyncops.submissions import Caller
from catalog import writing
from catalog.commands import Change, Command, Delete, Json, Link, LinkSet, Reference, Scope, Upsert
from catalog.entities import SYSTEM_LANGUAGE
from catalog.models import Category, Language, Manufacturer, Product
from catalog.outcomes import OutcomeKind
from tests.asyncops.plain import Plain, item, send
from tests.asyncops.scenes import outcomes
from tests.catalog.products import read

pytestmark = pytest.mark.usefixtures("committed")


class Scripted(Plain):
    """Its items are names of commands that the scene has prepared."""

    commands: dict[str, Command] = {}

    def parse(self, kind: str, item: Json, context: Any) -> Command:
        return self.commands[item] if isinstance(item, str) else super().parse(kind, item, context)


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    from asyncops import dialects

    dialects.register(Scripted())
    monkeypatch.setattr(Scripted, "commands", {})


def do(caller: Caller, *entries: Json | Command) -> Operation:
    items = []
    for number, entry in enumerate(entries):
        if isinstance(entry, Upsert | Delete):
            Scripted.commands[str(number)] = entry
        items.append(str(number) if isinstance(entry, Upsert | Delete) else entry)
    operation = send(caller, *items)
    engine.drain()
    operation.refresh_from_db()
    assert operation.refused == 0, [view.errors for view in journal.items(operation)]
    return operation


def undo(operation: Operation, by: Caller) -> Operation:
    child = control.revert(operation, by=by.user)
    engine.drain()
    child.refresh_from_db()
    return child


def reasons(operation: Operation) -> list[Any]:
    return [error.params.get("message") or error.code for view in journal.items(operation) for error in view.errors]


def rows(table: str) -> list[Any]:
    """All of a table but the times of the last change."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) - 'updated_at' FROM {table} t ORDER BY 1")
        return [row for (row,) in cursor.fetchall()]


TABLES = ("catalog_product", "catalog_productcategory", "catalog_productwebsite", "catalog_productstorevalue",
          "catalog_producttranslation", "catalog_productprice", "catalog_manufacturer")  # fmt: skip


def everything() -> dict[str, Any]:
    return {table: rows(table) for table in TABLES}


def product(sku: str, **more: Any) -> Upsert:
    values = more.pop("values", {})
    return Upsert(entity="product", key=Reference("sku", sku), values=values, **more)


def test_changed_values_are_as_they_were_to_the_byte(caller):
    do(caller, item("A", name="old", price_gross="2.50", custom_fields={"x": 1.25, "y": {"z": None}}), item("B"))
    before = everything()
    operation = do(caller, item("A", name="new", price_gross="3", custom_fields={"x": 2, "w": 3}), item("B", stock=7))
    child = undo(operation, caller)
    assert outcomes(child) == ["updated", "updated"]
    assert everything() == before
    assert (child.parent, child.dialect, child.state, child.total) == (operation, "revert", State.SUCCESS, 2)


def test_what_was_created_is_deleted_and_what_was_deleted_is_there_again_with_its_number(caller):
    home = LinkSet(links=(Link(target=Reference("number", 2), values={"position": 4}),))
    do(caller, product("OLD", values={"name": "old", "stock": 3}, links={"categories": home}))
    before = everything()
    operation = do(caller, item("NEW"), Delete(entity="product", key=Reference("sku", "OLD")))
    assert [p.sku for p in Product.objects.all()] == ["NEW"]
    child = undo(operation, caller)
    assert sorted(outcomes(child)) == ["created", "deleted"]
    assert everything() == before
    assert Product.objects.get().category_ids == [Category.objects.get(number=2).pk]


def test_who_lost_a_reference_with_a_deleted_record_has_it_again(caller):
    do(caller, product("A", values={"manufacturer": Upsert(entity="manufacturer", key=None, values={"name": "m"})}))
    before, maker = everything(), Reference("id", Manufacturer.objects.get().pk)
    gone = do(caller, Delete(entity="manufacturer", key=maker, releases=frozenset({"product"})))
    assert (Product.objects.get().manufacturer, Manufacturer.objects.count()) == (None, 0)
    undo(gone, caller)
    assert everything() == before


def test_links_texts_and_values_of_stores_are_as_they_were(caller):
    from catalog.models import Store

    german = Language.objects.exclude(pk=SYSTEM_LANGUAGE).first()
    store = Store.objects.first()
    assert store is not None
    home = Reference("number", 2)
    speaks = () if german is None else ((Reference("id", str(german.pk)), {"name": "Tasche"}),)
    do(
        caller,
        product(
            "A", values={"name": "a"}, links={"categories": LinkSet(links=(Link(target=home, values={"position": 1}),))}
        ),
        product("A", values={"name": "shop"}, scope=Scope(store=store.code)),
    )
    before = everything()
    operation = do(
        caller,
        product("A", values={}, links={"categories": LinkSet(links=(), change=Change.REPLACE)}, translations=speaks),
        product("A", values={"name": "other", "description": "new"}, scope=Scope(store=store.code)),
    )
    assert everything() != before
    child = undo(operation, caller)
    assert outcomes(child) == ["updated"]
    assert everything() == before
    assert read("A", store=store.code)["name"] == "shop"


def test_a_record_that_somebody_changed_since_is_left_alone_and_listed(caller):
    do(caller, item("A", stock=1), item("B", stock=1))
    operation = do(caller, item("A", stock=2), item("B", stock=2))
    do(caller, item("B", name="other"))
    child = undo(operation, caller)
    assert sorted(outcomes(child)) == ["refused", "updated"]
    assert reasons(child) == ["The record has changed since, so it was not reverted."]
    assert [(p.sku, p.stock, p.name) for p in Product.objects.order_by("sku")] == [("A", 1, None), ("B", 2, "other")]


def test_a_created_record_that_was_changed_or_deleted_since_is_listed(caller):
    operation = do(caller, item("A"), item("B"), item("C"))
    do(caller, item("A", stock=5))
    do(caller, Delete(entity="product", key=Reference("sku", "B")))
    child = undo(operation, caller)
    assert sorted(outcomes(child)) == ["deleted", "refused", "refused"]
    assert [p.sku for p in Product.objects.all()] == ["A"]


def test_several_writes_to_one_record_are_taken_back_as_one(caller, settings):
    settings.CHUNK_RECORDS = 2
    do(caller, item("A", name="0", stock=0))
    before = everything()
    operation = do(caller, item("A", name="1"), item("B"), item("A", stock=2), item("B", name="b"), item("A", name="3"))
    child = undo(operation, caller)
    assert child.total == 2
    assert sorted(outcomes(child)) == ["deleted", "updated"]
    assert everything() == before


def test_what_a_record_brought_along_goes_before_what_it_refers_to(caller, settings):
    settings.CHUNK_RECORDS = 1
    do(caller, item("A", name="a"))
    before = everything()
    maker = Upsert(entity="manufacturer", key=None, values={"name": "Maker"})
    operation = do(caller, product("A", values={"manufacturer": maker}))
    assert Manufacturer.objects.count() == 1
    child = undo(operation, caller)
    assert outcomes(child) == ["updated", "deleted"]
    assert everything() == before


def test_a_revert_can_be_reverted(caller):
    do(caller, item("A", stock=1))
    after = do(caller, item("A", stock=2), item("B"))
    child = undo(after, caller)
    again = undo(child, caller)
    assert [(p.sku, p.stock) for p in Product.objects.order_by("sku")] == [("A", 2), ("B", 0)]
    assert again.refused == 0


def test_what_was_not_recorded_is_listed_with_the_reason(caller, settings):
    settings.JOURNAL_CHANGES = False
    operation = do(caller, item("A", stock=2))
    assert Item.objects.get().changes is None
    child = undo(operation, caller)
    assert (outcomes(child), Product.objects.get().stock) == (["refused"], 2)
    assert reasons(child) == ["What this item changed was not recorded, so it cannot be reverted."]


def test_a_key_that_another_record_took_meanwhile_is_an_error_of_the_record(caller):
    do(caller, item("A"))
    operation = do(caller, Delete(entity="product", key=Reference("sku", "A")))
    do(caller, item("a"))
    child = undo(operation, caller)
    assert (outcomes(child), [p.sku for p in Product.objects.all()]) == (["refused"], ["a"])


def test_it_runs_with_the_rights_of_whom_asks_for_it(caller, limited):
    do(caller, item("A", stock=1))
    operation = do(caller, item("A", stock=2))
    child = control.revert(operation, by=limited)
    engine.drain()
    assert (outcomes(child), Product.objects.get().stock) == (["refused"], 2)


def test_what_cannot_be_reverted_at_all(caller):
    running = send(caller, item("A"))
    with pytest.raises(StillRunning):
        control.revert(running, by=caller.user)
    engine.drain()
    unchanged = do(caller, item("A"))
    with pytest.raises(NothingToRevert):
        control.revert(unchanged, by=caller.user)
    running.refresh_from_db()
    undo(running, caller)
    with pytest.raises(AlreadyReverted):
        control.revert(running, by=caller.user)
    assert Operation.objects.filter(retried="revert").count() == 1


def test_a_synchronous_write_can_be_reverted(caller):
    from asyncops import intake
    from tests.asyncops.plain import submission

    with transaction.atomic():
        [created] = writing.apply([product("A", values={"stock": 1})])
    assert created.kind is OutcomeKind.CREATED
    operation, _ = intake.run_now(submission(item("A", stock=9)), by=caller)
    undo(operation, caller)
    assert Product.objects.get().stock == 1
