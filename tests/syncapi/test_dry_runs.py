"""`Bulkhead-Dry-Run: 1`: what would happen is told, and nothing of it stays."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from asyncops import claims, control, engine, history, journal
from asyncops.models import Chunk, IdempotencyKey, Item, Operation
from asyncops.states import State
from catalog import indexing
from catalog.models import Product
from catalog.sql import run
from tests.syncapi.conftest import Answer, Program, work_off

ALL, BULK = "/rest/all/V1/products", "/rest/all/async/bulk/V1/products"
DRY = {"HTTP_BULKHEAD_DRY_RUN": "1"}


def product(sku: str, **values: Any) -> dict[str, Any]:
    return {"product": {"sku": sku, "name": sku, "attribute_set_id": 4, "price": 1, **values}}


def stored() -> dict[str, int]:
    """Rows of every table that a write may touch."""
    tables = ["catalog_product", "catalog_productwebsite", "catalog_dirty", "asyncops_operation", "asyncops_chunk"]
    tables += ["asyncops_item", "asyncops_itemerror", "asyncops_idempotencykey"]
    return {table: run(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def changes(answer: Answer) -> Any:
    return orjson.loads(answer.headers["Bulkhead-Changes"])


def test_a_synchronous_dry_run_is_answered_as_if_and_nothing_is_stored(program):
    before = stored()
    answer = program.post(ALL, product("A", name="Größe \U0001f4a9"), **DRY)
    assert (answer.status, answer.json["sku"], answer.json["price"]) == (200, "A", 1)
    assert (answer.headers["Bulkhead-Dry-Run"], answer.headers["Bulkhead-Outcomes"]) == ("1", "created=1")
    [item] = changes(answer)
    assert (item["index"], item["outcome"]) == (0, "created")
    assert item["changes"][0]["fields"]["name"] == [None, "Größe \U0001f4a9"]
    assert stored() == before


def test_what_would_change_is_told_with_its_values(program):
    program.post(ALL, product("A"))
    before = stored()
    answer = program.put(f"{ALL}/A", {"product": {"price": 2}}, **DRY)
    assert (answer.status, answer.json["price"]) == (200, 2)
    assert changes(answer)[0]["changes"][0]["fields"]["price_gross"] == [1, 2]
    assert (Product.objects.get().price_gross, stored()) == (1, before)


def test_errors_are_those_of_the_real_request(program):
    wrong = product("A", price=-1)
    rehearsed = program.post(ALL, wrong, **DRY)
    real = program.post(ALL, wrong)
    assert (rehearsed.status, rehearsed.body) == (real.status, real.body)
    assert (rehearsed.headers["Bulkhead-Dry-Run"], rehearsed.headers["Bulkhead-Outcomes"]) == ("1", "refused=1")
    assert "Bulkhead-Dry-Run" not in real.headers


def test_changes_that_are_too_long_for_a_header_are_left_out(program):
    answer = program.post(ALL, product("A", name="x" * 200, custom_attributes=[]), **DRY)
    assert len(answer.headers["Bulkhead-Changes"]) > 200
    long = [{"attribute_code": "description", "value": "x" * 5000}]
    answer = program.post(ALL, product("A", custom_attributes=long), **DRY)
    assert (answer.status, answer.headers["Bulkhead-Changes"]) == (200, "omitted")


@pytest.mark.parametrize("value", ["yes", "2", "\u00e9"])
def test_what_is_neither_yes_nor_no_is_refused(program, value):
    answer = program.post(ALL, product("A"), HTTP_BULKHEAD_DRY_RUN=value)
    assert (answer.status, Product.objects.count()) == (400, 0)


@pytest.mark.parametrize("value", ["0", "false", ""])
def test_no_is_no(program, value):
    answer = program.post(ALL, product("A"), HTTP_BULKHEAD_DRY_RUN=value)
    assert (answer.status, Product.objects.count(), "Bulkhead-Dry-Run" in answer.headers) == (200, 1, False)


def test_what_answers_with_a_secret_or_stops_others_has_no_dry_run(program):
    answer = program.post("/rest/V1/integration/admin/token", {"username": "a", "password": "b"}, **DRY)
    assert (answer.status, "Bulkhead-Dry-Run" in str(answer.json)) == (400, True)
    uuid = program.post(BULK, [product("A")]).json["bulk_uuid"]
    assert program.post(f"/operations/{uuid}/cancel", **DRY).status == 400
    assert Operation.objects.get().state == State.NEW


def test_an_asynchronous_dry_run_is_an_operation_whose_items_tell_what_would_happen(program):
    program.post(ALL, product("B"))
    answer = program.post(
        BULK, [product("A"), product("B", price=5), product("C", price=-1), product("B", price=5)], **DRY
    )
    operation = Operation.objects.get(uuid=answer.json["bulk_uuid"])
    assert (answer.status, answer.headers["Bulkhead-Dry-Run"], operation.dry_run) == (202, "1", True)
    products = list(Product.objects.order_by("sku").values())
    dirty = stored()["catalog_dirty"]
    work_off()
    operation.refresh_from_db()
    assert [view.outcome for view in journal.items(operation)] == ["created", "updated", "refused", "unchanged"]
    assert (operation.state, operation.counts["created"], operation.counts["refused"]) == (State.SUCCESS, 1, 1)
    assert list(Product.objects.order_by("sku").values()) == products
    assert (stored()["catalog_dirty"], indexing.is_behind()) == (dirty, bool(dirty))
    created, updated = Item.objects.filter(operation_id=operation.pk, outcome__in=("created", "updated")).order_by(
        "index"
    )
    assert (created.record_id, updated.record_id) == (None, Product.objects.get().pk)
    told, other = (next(iter(row.changes or ())) for row in (created, updated))
    assert (told["fields"]["sku"], other["fields"]["price_gross"]) == ([None, "A"], [1, 5])


def test_a_promise_of_a_dry_run_is_one(program):
    answer = program.put(f"{ALL}/A", product("A"), HTTP_PREFER="respond-async", **DRY)
    assert (answer.status, answer.headers["Bulkhead-Dry-Run"]) == (202, "1")
    work_off()
    shown = program.get(answer.headers["Location"]).json
    assert (shown["dry_run"], shown["state"], shown["counts"]["created"]) == (True, "success", 1)
    assert Product.objects.count() == 0


def test_what_one_item_would_write_the_next_ones_see_whatever_their_number(program, settings):
    settings.CHUNK_RECORDS = 2
    items = [product("A"), product("B"), product("A", price=2), product("C"), product("A", price=2)]
    uuid = program.post(BULK, items, **DRY).json["bulk_uuid"]
    assert Chunk.objects.count() == 1
    work_off()
    operation = Operation.objects.get(uuid=uuid)
    assert [view.outcome for view in journal.items(operation)] == [
        "created",
        "created",
        "updated",
        "created",
        "unchanged",
    ]


def test_under_policy_all_one_error_leaves_the_rest_untouched(program):
    uuid = program.post(BULK, [product("A"), product("B", price=-1)], HTTP_BULKHEAD_POLICY="all", **DRY).json[
        "bulk_uuid"
    ]
    work_off()
    operation = Operation.objects.get(uuid=uuid)
    assert (operation.state, [v.outcome for v in journal.items(operation)]) == (State.FAILED, ["untouched", "refused"])


def test_it_waits_for_earlier_writes_to_its_records_and_nobody_waits_for_it(program):
    program.post(BULK, [product("A", price=1)])
    dry = program.post(BULK, [product("A", price=2)], **DRY).json["bulk_uuid"]
    program.call("DELETE", "/rest/all/async/bulk/V1/products/bySku", [{"sku": "A"}])
    program.post(BULK, [product("A", price=3)])
    first, second, third, fourth = Chunk.objects.order_by("operation__seq")
    assert (second.writes, second.deletes) == ([], False)
    waits = {row[0]: list(row[5]) for row in run(claims._CANDIDATES, [33, organizations(), 60.0, 256, 10**6])}
    assert waits[second.pk] == [first.pk]
    assert second.pk not in waits[third.pk] + waits[fourth.pk]
    work_off()
    assert [v.outcome for v in journal.items(Operation.objects.get(uuid=dry))] == ["updated"]
    assert Product.objects.get().price_gross == 3


def organizations() -> list[Any]:
    return list({operation.organization_id for operation in Operation.objects.all()})


def test_it_does_not_wait_for_ever(program, other_program, settings):
    settings.DRY_RUN_WAIT_SECONDS = 0
    other_program.post(BULK, [product("A", price=1)])
    control.pause(by=None, organization=Operation.objects.get().organization)
    dry = program.post(BULK, [product("A", price=2)], **DRY).json["bulk_uuid"]
    Operation.objects.filter(uuid=dry).update(accepted_at="2026-01-01T00:00Z")
    engine.drain()
    assert Operation.objects.get(uuid=dry).state == State.SUCCESS
    assert Operation.objects.exclude(uuid=dry).get().state == State.NEW


def test_its_idempotency_keys_are_its_own(program):
    key = {"HTTP_IDEMPOTENCY_KEY": "k" * 255}
    rehearsed = [program.post(BULK, [product("A")], **key, **DRY) for _ in range(2)]
    assert rehearsed[0] == rehearsed[1]
    assert program.post(ALL, product("B"), HTTP_IDEMPOTENCY_KEY="s", **DRY).status == 200
    assert (Operation.objects.count(), IdempotencyKey.objects.count()) == (1, 1)
    real = program.post(BULK, [product("A")], **key)
    assert (real.status, Operation.objects.filter(dry_run=False).count()) == (202, 1)
    assert program.post(ALL, product("B"), HTTP_IDEMPOTENCY_KEY="s").status == 200
    assert Product.objects.get().sku == "B"


def test_a_dry_run_is_no_part_of_the_history_and_cannot_be_reverted(program):
    program.post(ALL, product("A"))
    uuid = program.post(BULK, [product("A", price=9)], **DRY).json["bulk_uuid"]
    work_off()
    assert len(history.of_record(Product.objects.get().pk, organization=None)) == 1
    answer = program.post(f"/operations/{uuid}/revert")
    assert answer.json["params"]["reason"] == "The operation was a dry run, which changed nothing."


def test_a_retry_and_a_revert_can_be_rehearsed_before_they_are_done(program: Program):
    uuid = program.post(BULK, [product("A"), product("B", price=-1)]).json["bulk_uuid"]
    work_off()
    for action, outcome in (("retry", "refused"), ("revert", "deleted")):
        answer = program.post(f"/operations/{uuid}/{action}", **DRY)
        assert (answer.status, answer.json["dry_run"]) == (202, True)
        work_off()
        assert program.get(answer.headers["Location"]).json["counts"][outcome] == 1
        assert Product.objects.count() == 1
        assert program.post(f"/operations/{uuid}/{action}").json["dry_run"] is False
