"""Stores, attributes and their sets, the search over all bulks, and long answers that are sent while they are read."""

from __future__ import annotations

import tracemalloc
from typing import Any
from uuid import uuid4

import pytest

from asyncops import payloads
from asyncops.models import Operation
from catalog.sql import run
from syncapi.magento import bulks, categories, products, status
from tests.syncapi.conftest import CLIENT, Program, work_off
from tests.syncapi.magento.conftest import BAG, OTHER_BAG, Magento
from tests.syncapi.magento.scenes import query


def test_stores_are_listed_with_the_invisible_first(magento: Magento):
    views = magento.call("GET", "store/storeViews").json
    assert [(view["id"], view["code"], view["website_id"]) for view in views] == [
        (0, "admin", 0),
        (1, "default", 1),
        (2, "fr", 1),
        (3, "de", 2),
    ]
    assert list(views[0]) == ["id", "code", "name", "website_id", "store_group_id", "is_active"]
    assert magento.call("GET", "store/websites").json[1:] == [
        {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1},
        {"id": 2, "code": "second", "name": "Second Website", "default_group_id": 2},
    ]
    assert magento.call("GET", "store/storeGroups").json[0] == {
        "id": 1,
        "website_id": 1,
        "root_category_id": 2,
        "default_store_id": 1,
        "name": "Main Stores",
        "code": "base_stores",
    }


def test_configurations_are_chosen_by_code(magento: Magento):
    assert [found["code"] for found in magento.call("GET", "store/storeConfigs").json] == ["default", "fr", "de"]
    [config] = magento.call("GET", "store/storeConfigs?storeCodes[]=de").json
    assert (config["locale"], config["base_currency_code"], config["website_id"]) == ("de_DE", "EUR", 2)
    assert config["base_media_url"] == f"{config['base_url']}media/"


def test_a_code_that_no_store_can_have_is_refused(magento: Magento):
    assert magento.call("GET", "store/storeConfigs?storeCodes[]=d%00e").status == 400


@pytest.mark.parametrize(("module", "path"), [(products, f"products/{BAG}"), (categories, "categories/2")])
def test_what_goes_while_it_is_looked_at_is_not_there(
    magento: Magento, monkeypatch: pytest.MonkeyPatch, module: Any, path: str
):
    monkeypatch.setattr(module, "find", lambda name: uuid4())
    assert magento.call("GET", path).status == 404


def test_attributes_are_searched_and_shown(magento: Magento):
    answer = magento.call("GET", f"products/attributes{query([('position', '0', 'gteq')])}")
    scopes = {item["attribute_code"]: item["scope"] for item in answer.json["items"]}
    assert (scopes["name"], scopes["price"], scopes["sku"]) == ("store", "website", "global")
    status = magento.call("GET", "products/attributes/status").json
    assert {"label": "Disabled", "value": "2"} in status["options"]
    assert magento.call("GET", "products/attributes/status/options").json == status["options"]
    assert magento.call("GET", "products/attributes/nosuch").status == 404


@pytest.mark.parametrize("below", ["", "/options"])
def test_an_attribute_goes_by_its_number_too(magento: Magento, below: str):
    by_code = magento.call("GET", f"products/attributes/status{below}").json
    number = magento.call("GET", "products/attributes/status").json["attribute_id"]
    assert magento.call("GET", f"products/attributes/{number}{below}").json == by_code
    assert magento.call("GET", f"products/attributes/{10**18}{below}").status == 404


@pytest.mark.parametrize("path", ["products/attribute-sets/sets/list", "eav/attribute-sets/list"])
def test_attribute_sets_are_listed(magento: Magento, path: str):
    answer = magento.call("GET", f"{path}{query()}")
    assert answer.json["items"] == [
        {"attribute_set_id": 4, "attribute_set_name": "Default", "sort_order": 0, "entity_type_id": 4}
    ]


@pytest.fixture
def bulk(magento: Magento) -> str:
    items = [{"product": {"sku": BAG, "price": 1}}, {"product": {"sku": "new"}}, {"product": {"sku": OTHER_BAG}}]
    uuid = magento.accept("PUT", "products/bySku", items, store="all", form="async/bulk")
    work_off()
    magento.accept("PUT", f"products/{BAG}", {"product": {"price": 2}})
    return uuid


def search(magento: Magento, *groups: list[tuple[str, Any, str]], **more: Any) -> Any:
    return magento.call("GET", f"bulk{query(*groups, **more)}", store="all").json


def test_single_operations_are_searched_over_all_bulks(magento: Magento, bulk: str):
    criteria = [("bulk_uuid", bulk, "eq")], [("status", 3, "eq")]
    answer = search(magento, *criteria, current_page=1)
    assert answer["search_criteria"] == {
        "filter_groups": [
            {"filters": [{"field": "bulk_uuid", "value": bulk, "condition_type": "eq"}]},
            {"filters": [{"field": "status", "value": "3", "condition_type": "eq"}]},
        ],
        "current_page": 1,
    }
    [item] = answer["items"]
    assert (item["id"], item["status"], item["error_code"], answer["total_count"]) == (1, 3, 0, 1)
    assert item["extension_attributes"].keys() == {"start_time"}
    assert {key: value for key, value in item.items() if key != "extension_attributes"} == magento.status(
        bulk, detail="detailed-status"
    )["operations_list"][1]


def test_every_status_and_time_can_be_searched(magento: Magento, bulk: str):
    assert search(magento)["total_count"] == 4
    assert search(magento, [("status", 4, "eq")])["total_count"] == 1
    assert [item["id"] for item in search(magento, [("status", "1", "eq")])["items"]] == [0, 2]
    assert search(magento, [("start_time", "2010-10-10 00:00:00", "lteq")])["total_count"] == 0
    assert search(magento, [("topic_name", "async.magento.catalog%", "like")], page_size=3)["total_count"] == 4


def test_items_of_a_large_chunk_are_found_like_others(magento: Magento, bulk: str, monkeypatch: pytest.MonkeyPatch):
    """Its payload is read a piece at a time."""
    found = search(magento, [("bulk_uuid", bulk, "eq")], [("id", "1,2", "in")])
    assert [item["id"] for item in found["items"]] == [1, 2]
    monkeypatch.setattr(payloads, "PIECE", 16)
    assert search(magento, [("bulk_uuid", bulk, "eq")], [("id", "1,2", "in")]) == found


def test_items_of_a_bulk_are_never_each_compared_with_all_others(magento: Magento, bulk: str):
    """A planner that expects few of them would do so, and 100,000 took minutes. A full join is no nested loop."""
    page = f"SELECT t.index FROM {bulks._ITEMS} t WHERE t.uuid = %b::text ORDER BY t.operation_id, t.index LIMIT 20"
    organization = Operation.objects.get(uuid=bulk).organization_id
    plan = [line for (line,) in run(f"EXPLAIN {page}", [organization, bulk])]
    assert any("Full Join" in line for line in plan), plan
    assert not any("Join Filter" in line for line in plan), plan


def test_another_organization_finds_nothing(magento: Magento, bulk: str, other_program: Program):
    assert search(Magento(other_program))["total_count"] == 0
    assert search(magento, [("bulk_uuid", bulk, "eq")])["total_count"] == 3


def test_a_long_status_is_the_same_when_it_is_sent_while_it_is_read(
    magento: Magento, bulk: str, monkeypatch: pytest.MonkeyPatch
):
    fields = (
        "",
        "?fields=operation_count,operations_list[id,status]",
        "?fields=operation_count",
        "?fields=a[",
        "?fields=no",
    )
    paths = [f"bulk/{bulk}/{detail}{more}" for detail in ("status", "detailed-status") for more in fields]
    whole = [magento.call("GET", path).json for path in paths]
    monkeypatch.setattr(status, "WINDOW", 2)
    assert [magento.call("GET", path).json for path in paths] == whole


@pytest.mark.parametrize("policy", ["each", "all"])
@pytest.mark.parametrize("detail", ["status", "detailed-status"])
def test_memory_does_not_grow_with_a_bulk_whose_status_is_read(
    magento: Magento, detail: str, policy: str, monkeypatch: pytest.MonkeyPatch
):
    """Its items are read a window at a time, and sent before the next is read. One of policy `all` is one chunk."""
    monkeypatch.setattr(payloads, "PIECE", 64 * 1024)  # little beside both
    peaks = []
    for count in (3_000, 12_000):
        items = [{"product": {"sku": f"S{n}", "price": n, "name": "N" * 200}} for n in range(count)]
        answer = magento.call("PUT", "products/bySku", items, form="async/bulk", HTTP_BULKHEAD_POLICY=policy)
        peaks.append(peak(magento, answer.json["bulk_uuid"], detail, count))
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < 20 * 1024 * 1024


def peak(magento: Magento, bulk: str, detail: str, items: int) -> int:
    """The most bytes that Python held while the answer was read, of which each piece is dropped at once."""
    headers = {"Authorization": f"Bearer {magento.program.token}"}
    answer: Any = CLIENT.get(f"/rest/V1/bulk/{bulk}/{detail}", headers=headers)
    tracemalloc.start()
    found = sum(piece.count(b'"status":') for piece in answer.streaming_content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == items
    return most
