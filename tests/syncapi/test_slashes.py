"""A slash that a client wrote twice, where it joined its base to a path, leads where one does."""

from __future__ import annotations

import pytest

from tests.syncapi.conftest import Program
from tests.syncapi.magento.conftest import _fresh_stores  # noqa: F401 - stores are remembered


@pytest.mark.parametrize(
    "path",
    [
        "/rest/V1/store/websites",
        "/rest/default/V1/products/types",
        "/api/tax",
        "/api/v3/tax",
        "/api/products",
        "/api/system/jobs",
        "/operations",
    ],
)
def test_it_is_passed_over(program: Program, path: str):
    once = program.get(path)
    assert once.status == 200
    for twice in (f"/{path}", path.replace("/", "//"), path.replace("/", "///", 2)):
        assert program.get(twice, PATH_INFO=twice).status == 200, twice


def test_one_of_a_sku_stays(program: Program):
    body = {"product": {"sku": "a//b", "name": "Two", "price": 1, "attribute_set_id": 4}}
    assert program.post("/rest//V1//products", body).status == 200
    assert program.get("/rest//V1/products/a%2F%2Fb").json["sku"] == "a//b"
    assert program.get("/rest/V1/products/a%2Fb").status == 404
