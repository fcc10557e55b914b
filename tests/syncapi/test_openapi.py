"""The OpenAPI documents come from the tables of routes, and Swagger UI shows them without a network."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from syncapi.describing.documents import APIS, document
from syncapi.magento.routes import WriteRoute
from syncapi.magento.urls import TABLE as MAGENTO
from syncapi.oro.names import RESOURCES
from syncapi.shoptet.urls import TABLE as SHOPTET
from syncapi.shopware.routing import ROUTES as SHOPWARE
from tests.syncapi.conftest import Program


def methods(name: str) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, each in document(name)["paths"].items() for method in each}


@pytest.mark.parametrize("name", APIS)
def test_every_document_is_openapi_3_1(db, name):
    answer = Program().get(f"/docs/{name}/openapi.json")
    assert (answer.status, answer.json["openapi"][:3]) == (200, "3.1")
    OpenAPIV31SpecValidator(answer.json).validate()
    operations = [each for path in answer.json["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))


def test_every_route_of_every_table_is_described():
    assert len(methods("magento")) == sum(len(route.forms) for route in MAGENTO.routes)
    assert len(methods("shoptet")) == len(SHOPTET.routes)
    assert len(methods("shopware")) == sum(len(each) for each in SHOPWARE.values())
    assert {path.split("/")[2] for _, path in methods("oro")} >= set(RESOURCES)
    below = [p for p in get_resolver().reverse_dict if isinstance(p, str) and p.startswith("operation")]
    assert len(methods("operations")) == len(below) + 2  # the three result sets share a pattern


def test_what_the_operations_api_answers_is_what_is_described(program):
    shown = program.post("/rest/all/async/bulk/V1/products", []).json["bulk_uuid"]
    answered = program.get(f"/operations/{shown}").json
    described = document("operations")["components"]["schemas"]["Operation"]["properties"]
    assert set(answered) == set(described)
    assert set(answered["counts"]) == set(described["counts"]["properties"])


def test_writes_take_the_headers_that_every_write_takes():
    write = document("magento")["paths"]["/rest/{store}/V1/products"]["post"]
    named = {parameter["$ref"].rpartition("/")[2] for parameter in write["parameters"] if "$ref" in parameter}
    assert named == {"IdempotencyKey", "Prefer", "Policy", "DryRun"}


def test_magentos_records_are_described_as_they_are_shown(program):
    sent = {"product": {"sku": "A", "name": "A", "attribute_set_id": 4, "price": 1, "weight": 1}}
    described = document("magento")["components"]["schemas"]
    shown = [
        ("Product", program.post("/rest/all/V1/products", sent).json),
        ("Category", program.get("/rest/all/V1/categories/2").json),
        ("Accepted", program.post("/rest/all/async/V1/products", sent).json),
    ]
    for name, answer in shown:
        assert set(answer) <= set(described[name]["properties"]), name
        assert set(described[name].get("required", ())) <= set(answer), name
    assert set(shown[0][1]) == set(described["Product"]["properties"])


def test_magentos_bodies_name_what_their_routes_read():
    told = [each for path in document("magento")["paths"].values() for each in path.values() if "requestBody" in each]
    bodies = [each["requestBody"]["content"]["application/json"]["schema"] for each in told]
    named = {name for body in bodies for name in body.get("items", body).get("properties", ())}
    assert named == {route.dto for route in MAGENTO.routes if isinstance(route, WriteRoute) and route.dto}


@pytest.mark.parametrize("page", ["", *APIS])
def test_the_pages_load_nothing_from_elsewhere(db, page):
    answer = Program().get(f"/docs/{page}")
    html = answer.body.decode()
    assert answer.status == 200
    sources: list[Any] = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert all(source.startswith("/") for source in sources)
    static = [source.removeprefix("/static/") for source in sources if source.startswith("/static/")]
    assert len(static) >= 3
    assert all(finders.find(name) for name in static)
    assert f"/docs/{page or 'operations'}/openapi.json" in html


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["docs", "docs/magento", "docs/shoptet/openapi.json"])
def test_what_is_described_is_only_read(db, path: str, method: str):
    answer = Program().call(method, f"/{path}")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
