"""An operation as an answer of the current sync route: what was written, deleted, absent and refused, how it ended."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from asyncops.models import Operation
from catalog.models import Tax
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.shopware.conftest import SYSTEM, Shopware, new_id, pointers, product

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["", "/v3"])
def either(shopware: Shopware, request: pytest.FixtureRequest) -> Shopware:
    return shopware.old if request.param else shopware


def read(shopware: Shopware, **query: Any) -> Any:
    asked = "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    answer = shopware.call("GET", f"/_action/sync/{Operation.objects.latest('pk').uuid}{asked}")
    assert answer.status == 200, answer
    return answer.json


def test_what_a_worker_did_is_told_as_if_it_had_been_waited_for(either: Shopware):
    kept, gone, absent, category = (new_id() for _ in range(4))
    either.upsert("tax", {"id": gone, "name": "gone", "taxRate": 1})
    either.upsert("product", product(kept, categories=[{"id": category, "name": "c"}]))
    body = {
        "w": {"entity": "tax", "action": "upsert", "payload": [{"name": "a", "taxRate": 1}, {"name": "b"}]},
        "d": {"entity": "tax", "action": "delete", "payload": [{"id": gone}, {"id": absent}]},
        "m": {
            "entity": "product_category",
            "action": "delete",
            "payload": [{"productId": kept, "categoryId": category}],
        },
    }
    either.sync(body, prefer="respond-async", bulkhead_policy="each")
    before = read(either)
    assert (before["data"], before["errors"], before["operation"]["state"]) == ([], [], "new")
    work_off()
    told = read(either)
    assert told["data"] == {"tax": [Tax.objects.get(name="a").pk.hex]}
    assert told["deleted"]["tax"] == [gone]
    assert told["deleted"]["product_category"] == [{"productId": kept, "categoryId": category}]
    assert told["notFound"] == {"tax": [absent]}
    assert [error["source"]["pointer"] for error in told["errors"]] == ["/w/1/taxRate"]
    counts = {name: told["operation"][name] for name in ("state", "total", "written", "refused", "untouched")}
    assert counts == {"state": "success", "total": 5, "written": 4, "refused": 1, "untouched": 0}


def test_its_items_are_told_page_by_page(shopware: Shopware):
    shopware.upsert("tax", *({"name": f"t{n}", "taxRate": n} for n in range(5)))
    first, last = read(shopware, limit=2), read(shopware, limit=2, page=3)
    assert [len(told["data"]["tax"]) for told in (first, last)] == [2, 1]
    assert first["operation"] == last["operation"]


def test_an_operation_of_another_api_is_told_too(shopware: Shopware, program: Program):
    good = {"sku": "A", "name": "A", "attribute_set_id": 4, "price": 1}
    program.post(
        "/rest/all/async/bulk/V1/products", [{"product": good}, {"product": {**good, "sku": "B", "price": -1}}]
    )
    work_off()
    told = read(shopware)
    assert (len(told["data"]["product"]), told["operation"]["refused"]) == (1, 1)
    [error] = told["errors"]
    assert error["source"]["pointer"].startswith("/1/")
    assert error["detail"].startswith("This value ")


def test_who_may_not_see_it_does_not(shopware: Shopware, limited_program: Program, other_program: Program):
    shopware.upsert("tax", {"name": "a", "taxRate": 1})
    path = f"/api/_action/sync/{Operation.objects.get().uuid}"
    assert limited_program.get(path).status == 403
    assert other_program.get(path).status == 404
    assert shopware.call("GET", f"/_action/sync/{uuid4()}").status == 404
    wrong = shopware.call("GET", "/_action/sync/nonsense")
    assert (wrong.status, wrong.json["errors"][0]["code"]) == (400, "FRAMEWORK__INVALID_UUID")
    assert shopware.call("GET", f"/_action/sync/{Operation.objects.get().uuid}?limit=0").status == 400


def test_texts_that_were_not_changed_keep_their_whole_key(shopware: Shopware):
    id = new_id()
    shopware.upsert("product_manufacturer", {"id": id, "name": "m"})
    key = {"productManufacturerId": id, "languageId": SYSTEM}
    shopware.upsert("product_manufacturer_translation", {**key, "name": "m"})
    assert read(shopware)["data"] == {"product_manufacturer_translation": [key]}
    assert pointers(shopware.upsert("product_manufacturer_translation", {"languageId": SYSTEM})) != []
