"""Nothing that a request said is left once it was answered: the next one may need all the memory that there is."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from tests.syncapi.conftest import Program

MARK = "what was said"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/rest/async/bulk/V1/products", '[{"product": {"sku": "A", "custom_attributes": {"MARK": []}}}]', 202),
        ("/rest/async/bulk/V1/products", '[{"product": {"MARK": []}}]', 400),
        ("/rest/V1/products", '{"product": {"sku": "A", "custom_attributes": {"MARK": []}}}', 400),
        ("/api/_action/sync", '[{"entity": "tag", "action": "upsert", "payload": [{"MARK": []}]}]', 400),
        ("/api/system/files", '{"data": [{"MARK": []}]}', 422),
    ],
)
def test_what_a_request_said_does_not_wait_for_the_garbage_collector(
    program: Program, path: str, body: str, status: int
):
    gc.collect()
    gc.disable()
    try:
        assert program.post(path, body.replace("MARK", MARK).encode()).status == status
        assert left_over() == []
    finally:
        gc.enable()


def left_over() -> list[Any]:
    return [each for each in gc.get_objects() if type(each) is dict and MARK in each]
