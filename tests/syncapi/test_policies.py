"""Bulkhead-Policy: every write of every dialect obeys it, and refuses a value that it cannot have."""

from __future__ import annotations

from typing import Any

import pytest

from asyncops.models import Operation
from tests.syncapi.conftest import Program

ACCOUNT = {"data": {"type": "accounts", "attributes": {"name": "A"}}}
TAX = {"name": "t", "taxRate": 1}
WRITES: dict[str, tuple[str, str, Any]] = {
    "magento": ("PUT", "/rest/V1/products/A", {"product": {"name": "A", "attribute_set_id": 4, "price": 1}}),
    "magento later": ("PUT", "/rest/async/V1/products/A", {"product": {"name": "A"}}),
    "oro": ("POST", "/api/accounts", ACCOUNT),
    "oro list": ("PATCH", "/api/accounts", {"data": [ACCOUNT["data"]]}),
    "shoptet": ("POST", "/api/system/files", {"data": [{"sourceUrl": "http://files.example/a.png"}]}),
    "shopware": ("POST", "/api/tax", TAX),
    "shopware sync": ("POST", "/api/_action/sync", {"a": {"entity": "tax", "action": "upsert", "payload": [TAX]}}),
    "operations": ("POST", "/operations/00000000-0000-4000-8000-000000000000/cancel", {}),
}


@pytest.mark.parametrize("value", ["some", "ALL", "", "each, all"])
@pytest.mark.parametrize("write", WRITES)
def test_a_value_that_it_cannot_have_is_refused(program: Program, write: str, value: str):
    method, path, body = WRITES[write]
    media = "application/vnd.api+json" if write.startswith("oro") else "application/json"
    answer = program.call(method, path, body, CONTENT_TYPE=media, HTTP_BULKHEAD_POLICY=value)
    assert answer.status == 400, answer
    assert Operation.objects.count() == 0
