"""A Shoptet client and the catalog of its scenes: two products."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from asyncops import intake
from asyncops.models import Operation
from asyncops.submissions import Caller, Submission
from catalog import writing
from catalog.commands import Json, Reference, Upsert
from catalog.models import AccessToken, Product, User
from catalog.rights import Rights
from syncapi.shoptet import names
from tests.syncapi.conftest import Answer, Program

P = "95b84d4b-7481-11e8-8216-002590dad85e"
P2 = "95b84d4b-7481-11e8-8216-002590dad85f"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d{4}")


class Shoptet:
    """Sends a token header of Shoptet's own, and looks at the envelope of every answer."""

    def __init__(self, user: User | None) -> None:
        headers = {"HTTP_SHOPTET_PRIVATE_API_TOKEN": AccessToken.issue(user)} if user else {}
        self.program = Program(headers=headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        path, _, query = path.partition("?")
        answer = self.program.call(method, f"/api/{path}" + (f"?{query}" if query else ""), body, **headers)
        assert set(answer.json) == {"data", "errors", "metadata"}, answer
        assert answer.json["metadata"] == {"requestId": answer.headers["X-Request-ID"]}
        assert UUID(answer.headers["X-Request-ID"]).version == 7
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def data(self, path: str) -> Any:
        answer = self.get(path)
        assert (answer.status, answer.json["errors"]) == (200, None), answer
        return answer.json["data"]

    def job(self, job: str) -> Any:
        return self.data(f"system/jobs/{job}")

    def jobs(self, query: str = "") -> list[str]:
        return [job["jobId"] for job in self.data(f"system/jobs{query}")["jobs"]]

    def total(self) -> int:
        return int(self.data("system/jobs")["paginator"]["totalCount"])

    def accept(self, method: str, path: str, body: Any = None) -> str:
        """Send, expect 202; the job's id."""
        answer = self.call(method, path, body)
        assert answer.status == 202, answer
        assert set(answer.json["data"]) == {"jobId"}
        assert answer.json["errors"] is None
        assert re.fullmatch(r"[a-z0-9]{7}", answer.json["data"]["jobId"])
        return str(answer.json["data"]["jobId"])

    def with_headers(self, **headers: str) -> Shoptet:
        other = Shoptet(None)
        other.program = replace(self.program, headers={**self.program.headers, **headers})
        return other


def errors(answer: Answer) -> tuple[int, list[tuple[str, str]]]:
    """The status, and code and place of every error of an answer without data."""
    assert answer.json["data"] is None
    assert all(set(error) == {"errorCode", "message", "instance"} for error in answer.json["errors"])
    return answer.status, [(error["errorCode"], error["instance"]) for error in answer.json["errors"]]


def message(answer: Answer) -> str:
    [error] = answer.json["errors"]
    return str(error["message"])


@pytest.fixture
def shoptet(admin: User, products: None) -> Shoptet:
    return Shoptet(admin)


@pytest.fixture
def limited_shoptet(limited: User) -> Shoptet:
    return Shoptet(limited)


@pytest.fixture
def other_shoptet(other: User) -> Shoptet:
    return Shoptet(other)


@pytest.fixture
def caller(admin: User) -> Caller:
    return Caller(user=admin, rights=Rights.of(admin))


@pytest.fixture
def products(db: None) -> None:
    writing.apply([_upsert(P, "24-MB01"), _upsert(P2, "24-MB02")])


def _upsert(guid: str, sku: str) -> Upsert:
    values = {"sku": sku, "name": "Joust", "price_gross": 34, "stock": 100}
    return Upsert(entity="product", key=Reference("id", guid), values=values)


def batch(caller: Caller, *data: Json, kind: str = names.UPDATE_PRODUCTS, **context: Json) -> Operation:
    """An operation as a batch file makes it."""
    items = [{"row": number, "data": each} for number, each in enumerate(data, 1)]
    endpoint = "/api/" + kind.partition(" ")[2]
    submission = Submission(
        dialect="shoptet", kind=kind, entity="product", items=[], context=context, endpoint=endpoint
    )
    return intake.accept_stream(submission, [items], by=caller)


def skus() -> list[str]:
    return list(Product.objects.order_by("sku").values_list("sku", flat=True))
