"""An Oro client: JSON:API documents in and out, and what a worker does in between."""

from __future__ import annotations

from typing import Any

import pytest

from asyncops.models import Operation
from catalog.models import Account
from syncapi.oro.names import MEDIA_TYPE
from tests.syncapi.conftest import Answer, Program, work_off

HOST = "http://testserver"


class Oro:
    def __init__(self, program: Program) -> None:
        self.program = program

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        headers.setdefault("CONTENT_TYPE", MEDIA_TYPE)
        headers.setdefault("HTTP_ACCEPT", MEDIA_TYPE)
        return self.program.call(method, f"/api/{path}", body, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def accept(self, type: str, *records: Any, included: Any = None, **headers: str) -> str:
        """A list PATCH that must be accepted; the operation's id."""
        body = {"data": list(records)} | ({"included": included} if included is not None else {})
        answer = self.call("PATCH", type, body, **headers)
        assert answer.status == 202, answer
        return str(answer.json["data"]["id"])

    def done(self, type: str, *records: Any, **options: Any) -> str:
        """The same, worked off."""
        id = self.accept(type, *records, **options)
        work_off()
        return id

    def operation(self, id: str) -> Any:
        return self.get(f"asyncoperations/{id}").json["data"]["attributes"]

    def counts(self, id: str) -> list[int]:
        """read, write, error, create, update"""
        summary = self.operation(id)["summary"]
        return [summary[f"{name}Count"] for name in ("read", "write", "error", "create", "update")]

    def errors(self, id: str) -> list[tuple[str, int, str, str, str | None]]:
        """id (without the operation's), status, title, detail, pointer"""
        found = self.get(f"asyncoperations/{id}/errors?page[size]=-1").json["data"]
        return [
            (
                error["id"].removeprefix(f"{id}-"),
                error["attributes"]["status"],
                error["attributes"]["title"],
                error["attributes"]["detail"],
                (error["attributes"]["source"] or {}).get("pointer"),
            )
            for error in found
        ]

    def outcomes(self, id: str) -> list[str]:
        found = self.get(f"asyncoperations/{id}/results?page[size]=-1").json["data"]
        return [result["attributes"]["outcome"] for result in found]

    def places(self, id: str) -> list[tuple[str, str | None]]:
        """title and pointer of each error"""
        return [(title, pointer) for _, _, title, _, pointer in self.errors(id)]

    def create(self, type: str, attributes: Any, relationships: Any = None) -> str:
        record = {"type": type, "attributes": attributes}
        if relationships:
            record["relationships"] = relationships
        answer = self.post(type, {"data": record})
        assert answer.status == 201, answer
        return str(answer.json["data"]["id"])


def acc(name: Any, **members: Any) -> dict[str, Any]:
    return {"type": "accounts", "attributes": {"name": name}, **members}


def contact(id: str, name: Any, **members: Any) -> dict[str, Any]:
    return {"type": "contacts", "id": id, "attributes": {"firstName": name}, **members}


def to(type: str, *ids: str) -> dict[str, Any]:
    return {"data": [{"type": type, "id": id} for id in ids]}


def one(type: str, id: str) -> dict[str, Any]:
    return {"data": {"type": type, "id": id}}


def names() -> list[str]:
    return sorted(Account.objects.values_list("name", flat=True))


def error(answer: Answer) -> tuple[int, str, str, str | None]:
    """status, title, detail, and pointer or parameter of the only error"""
    [found] = answer.json["errors"]
    assert found["status"] == str(answer.status)
    source = found.get("source", {})
    return answer.status, found["title"], found["detail"], source.get("pointer", source.get("parameter"))


def nothing_happened() -> None:
    assert (Operation.objects.count(), Account.objects.count()) == (0, 0)


@pytest.fixture
def oro(program: Program) -> Oro:
    return Oro(program)


@pytest.fixture
def limited_oro(limited_program: Program) -> Oro:
    return Oro(limited_program)


@pytest.fixture
def other_oro(other_program: Program) -> Oro:
    return Oro(other_program)
