"""What became of a bulk: the four status calls, in every store, for its own organization only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from asyncops import engine
from asyncops.models import Chunk, Operation
from catalog.sql import run
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento

UNKNOWN = "00000000-0000-0000-0000-000000000000"
TOPIC = "async.magento.catalog.api.productrepositoryinterface.save.put"
SUCCESS = "Service execution success Magento\\Catalog\\Model\\ProductRepository\\Interceptor::save"


@pytest.fixture
def mixed(magento: Magento) -> str:
    """A bulk that was worked off: changed, unchanged, refused."""
    items = [
        {"product": {"sku": BAG, "price": 29}},
        {"product": {"sku": OTHER_BAG}},
        {"product": {"sku": "none", "price": -1}},
    ]
    uuid = magento.accept("PUT", "products/bySku", items, form="async/bulk")
    work_off()
    return uuid


def test_an_open_bulk(magento: Magento):
    uuid = magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}})
    operation = Operation.objects.get()
    assert magento.status(uuid) == {
        "operations_list": [{"id": 0, "status": 4, "result_message": None, "error_code": None}],
        "user_type": 1,
        "bulk_id": uuid,
        "description": f"Topic {TOPIC}",
        "start_time": operation.accepted_at.strftime("%Y-%m-%d %H:%M:%S"),
        "user_id": operation.user.number,
        "operation_count": 1,
    }


def test_a_finished_bulk_says_of_each_item_what_became_of_it(magento: Magento, mixed: str):
    assert magento.status(mixed)["operations_list"][:2] == [
        {"id": 0, "status": 1, "result_message": SUCCESS, "error_code": None},
        {"id": 1, "status": 1, "result_message": SUCCESS, "error_code": None},
    ]
    refused = magento.status(mixed)["operations_list"][2]
    assert (refused["status"], refused["error_code"]) == (3, 0)
    assert refused["result_message"].split("; ") == [
        "Please enter a number 0 or greater in this field.",
        'The "Product Name" attribute value is empty. Set the attribute and try again.',
        "Invalid product data: Invalid attribute set entity type",
    ]


def test_details_of_an_open_operation_have_the_item_as_it_was_sent(magento: Magento):
    uuid = magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}}, store="fr")
    [detail] = magento.status(uuid, detail="detailed-status")["operations_list"]
    serialized = json.loads(detail.pop("serialized_data"))
    assert json.loads(serialized.pop("meta_information")) == {"product": {"price": 29, "sku": BAG}}
    assert serialized == {"entity_id": None, "entity_link": "", "store_id": 2}
    assert detail == {
        "id": 0,
        "bulk_uuid": uuid,
        "topic_name": TOPIC,
        "result_serialized_data": None,
        "status": 4,
        "result_message": None,
        "error_code": None,
    }


def test_details_of_what_succeeded_have_the_product_as_the_answer(magento: Magento, mixed: str):
    changed, unchanged, refused = magento.status(mixed, detail="detailed-status")["operations_list"]
    assert (changed["serialized_data"], unchanged["serialized_data"]) == (None, None)
    assert json.loads(changed["result_serialized_data"]) == magento.product(store="default")
    assert json.loads(unchanged["result_serialized_data"])["sku"] == OTHER_BAG
    assert refused["result_serialized_data"] is None
    assert "none" in refused["serialized_data"]


def test_details_of_a_delete_are_true(magento: Magento):
    uuid = magento.accept("DELETE", f"products/{BAG}")
    work_off()
    [detail] = magento.status(uuid, detail="detailed-status")["operations_list"]
    assert (detail["status"], detail["result_serialized_data"]) == (1, "true")
    assert detail["topic_name"] == "async.magento.catalog.api.productrepositoryinterface.deletebyid.delete"


def test_deleting_what_is_not_there_fails_with_its_sku(magento: Magento):
    uuid = magento.accept("DELETE", "products/nosuch")
    work_off()
    [item] = magento.status(uuid)["operations_list"]
    assert (item["status"], item["result_message"]) == (3, 'The product with SKU "nosuch" does not exist.')


def test_items_are_counted_by_status(magento: Magento, mixed: str):
    counts = [magento.status(mixed, detail=f"operation-status/{status}") for status in (1, 2, 3, 4, 5, 9)]
    assert counts == [2, 0, 1, 0, 0, 0]


def test_open_items_are_counted_until_they_are_done(magento: Magento):
    items = [{"product": {"sku": BAG, "price": price}} for price in (1, 2, 3)]
    uuid = magento.accept("PUT", "products/bySku", items, form="async/bulk")
    assert magento.status(uuid, detail="operation-status/4") == 3
    work_off()
    assert magento.status(uuid, detail="operation-status/4") == 0


def test_a_bulk_that_is_half_done_says_so_of_each_item(magento: Magento, settings: Any):
    """Two chunks are done, the third is not claimed yet."""
    settings.CHUNK_RECORDS = 2
    prices = (1, 2, -1, 3, 4)
    items = [
        {"product": {"sku": f"S{n}", "name": "N", "attribute_set_id": 4, "price": p}} for n, p in enumerate(prices)
    ]
    uuid = magento.accept("POST", "products", items, form="async/bulk")
    Chunk.objects.update(available_at=timezone.now() - timedelta(days=1))
    engine.drain(chunks=2)
    assert [each["status"] for each in magento.status(uuid)["operations_list"]] == [1, 1, 3, 1, 4]
    counts = [magento.status(uuid, detail=f"operation-status/{status}") for status in (1, 2, 3, 4, 5)]
    assert counts == [3, 0, 1, 1, 0]


def test_cancelled_items_are_rejected(magento: Magento):
    uuid = magento.accept("PUT", f"products/{BAG}", {"product": {"price": 29}})
    Operation.objects.update(state="cancelled")
    [item] = magento.status(uuid)["operations_list"]
    assert (item["status"], item["error_code"]) == (5, 0)
    assert magento.status(uuid, detail="operation-status/5") == 1


@pytest.mark.parametrize("uuid", [UNKNOWN, "nonsense"])
@pytest.mark.parametrize("detail", ["status", "detailed-status"])
def test_an_unknown_bulk_is_not_found(magento: Magento, uuid: str, detail: str):
    answer = magento.call("GET", f"bulk/{uuid}/{detail}")
    assert answer.status == 404
    assert answer.json == {"message": "Bulk uuid %bulkUuid not exist", "parameters": {"bulkUuid": uuid}}


@pytest.mark.parametrize("uuid", [UNKNOWN, "nonsense"])
def test_an_unknown_bulk_has_no_items_of_any_status(magento: Magento, uuid: str):
    answer = magento.call("GET", f"bulk/{uuid}/operation-status/4")
    assert (answer.status, answer.body) == (200, b"0")


def test_a_status_is_a_number(magento: Magento, mixed: str):
    answer = magento.call("GET", f"bulk/{mixed}/operation-status/open")
    assert answer.status == 400
    assert answer.json["message"].startswith('Error occurred during "status" processing.')


@pytest.mark.parametrize("detail", ["status", "detailed-status", "operation-status/1"])
@pytest.mark.parametrize("store", ["", "all", "fr"])
def test_status_calls_work_below_every_store(magento: Magento, mixed: str, store: str, detail: str):
    assert magento.call("GET", f"bulk/{mixed}/{detail}", store=store).json == magento.status(mixed, detail=detail)


def test_fields_keep_only_what_was_asked_for(magento: Magento, mixed: str):
    answer = magento.call("GET", f"bulk/{mixed}/status?fields=operation_count,operations_list[id,status]")
    assert answer.json == {
        "operations_list": [{"id": 0, "status": 1}, {"id": 1, "status": 1}, {"id": 2, "status": 3}],
        "operation_count": 3,
    }


def test_another_organizations_bulk_looks_like_none(magento: Magento, mixed: str, other_program: Program):
    foreign = Magento(other_program)
    answer = foreign.call("GET", f"bulk/{mixed}/status")
    assert (answer.status, answer.json["parameters"]) == (404, {"bulkUuid": mixed})
    assert foreign.call("GET", f"bulk/{mixed}/operation-status/1").json == 0


def test_a_status_needs_the_right_to_see_operations(magento: Magento, mixed: str, limited_program: Program):
    answer = Magento(limited_program).call("GET", f"bulk/{mixed}/status")
    assert answer.status == 403
    assert answer.json["parameters"] == {"resources": "Magento_Logging::system_magento_logging_bulk_operations"}


def test_what_was_done_at_once_is_a_bulk_too(magento: Magento):
    magento.call("PUT", f"products/{BAG}", {"product": {"price": 29}})
    status: Any = magento.status(str(Operation.objects.get().uuid))
    assert [item["status"] for item in status["operations_list"]] == [1]
    assert status["description"] == f"Topic {TOPIC}"


def test_what_a_transient_error_kept_from_being_written_may_be_sent_again(
    magento: Magento, monkeypatch: pytest.MonkeyPatch
):
    """The database itself breaks the write of one product off, as it does with one of two that meet in a deadlock."""
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction is all that there is
    for statement in _BREAK_OFF:
        run(statement)
    items = [{"product": {"sku": sku, "price": 29}} for sku in (BAG, OTHER_BAG)]
    uuid = magento.accept("PUT", "products/bySku", items, store="all", form="async/bulk")
    for _ in range(5):
        work_off()
    bulk = magento.status(uuid)
    assert [(each["status"], each["error_code"]) for each in bulk["operations_list"]] == [(2, 0), (1, None)]
    assert [magento.product(sku)["price"] for sku in (BAG, OTHER_BAG)] == [34, 29]
    assert magento.call("GET", f"bulk/{uuid}/operation-status/2").json == 1


_BREAK_OFF = (
    """CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$""",
    f"""CREATE TRIGGER break_off BEFORE UPDATE ON catalog_product
           FOR EACH ROW WHEN (old.sku = '{BAG}') EXECUTE FUNCTION break_off()""",
)
