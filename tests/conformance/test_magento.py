"""The document's own sample: the answer has its very form; only the uuid is another."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from tests.syncapi.conftest import Program, work_off
from tests.syncapi.magento.conftest import Magento

SAMPLE = json.loads((Path(__file__).parent / "magento" / "async_product_price.json").read_text())


def test_the_sample_request_has_the_sample_answer(program: Program, magento: Magento):
    request, expected = SAMPLE["request"], SAMPLE["response"]
    answer = program.call(request["method"], request["path"], request["body"])
    uuid = answer.json["bulk_uuid"]
    assert (len(uuid), UUID(uuid).version) == (36, 4)
    assert answer.status == expected["status"]
    assert json.dumps(answer.json | {"bulk_uuid": expected["body"]["bulk_uuid"]}) == json.dumps(expected["body"])
    work_off()
    assert magento.product(store="default")["price"] == 29
    assert magento.status(uuid)["operations_list"][0]["status"] == 1
