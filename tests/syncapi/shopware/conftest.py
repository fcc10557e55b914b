"""A Shopware client as these scenes need it: sync requests of both ages, and short words for what is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from tests.syncapi.conftest import Answer, Program

EUR = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
SYSTEM = "2fbb5fe2e29a4d70aa5854ce7ce3e20b"
BLANK = "c1051bb4-d103-4f74-8988-acbcafc7fdc3"
Body = Any
_numbers = count(1)


def new_id() -> str:
    return uuid4().hex


def price(gross: float = 50, net: float = 25, currency: str = EUR) -> list[dict[str, Any]]:
    return [{"currencyId": currency, "gross": gross, "net": net, "linked": False}]


def product(id: str, **more: Any) -> dict[str, Any]:
    number = f"P-{next(_numbers)}"
    fixed = {"id": id, "productNumber": number, "stock": 1, "name": "P", "tax": {"name": "test", "taxRate": 15}}
    return {**fixed, "price": price(), **more}


@dataclass(frozen=True, kw_only=True)
class Shopware:
    program: Program
    family: str = ""

    @property
    def old(self) -> Shopware:
        return replace(self, family="/v3")

    def call(self, method: str, path: str, body: Body = None, **headers: str) -> Answer:
        sent = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self.program.call(method, f"/api{self.family}{path}", body, **sent)

    def sync(self, body: Body, **headers: str) -> Answer:
        return self.call("POST", "/_action/sync", body, **headers)

    def upsert(self, entity: str, *records: dict[str, Any], **headers: str) -> Answer:
        return self.sync({"write": {"entity": entity, "action": "upsert", "payload": list(records)}}, **headers)

    def delete(self, entity: str, *keys: dict[str, Any], **headers: str) -> Answer:
        return self.sync({"gone": {"entity": entity, "action": "delete", "payload": list(keys)}}, **headers)


@pytest.fixture
def shopware(program: Program) -> Shopware:
    return Shopware(program=program)


@pytest.fixture
def old(shopware: Shopware) -> Shopware:
    """The same at /api/v3."""
    return shopware.old


def pointers(answer: Answer) -> list[str]:
    return [error["source"]["pointer"] for error in answer.json["errors"]]
