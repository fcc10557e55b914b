"""Nearly good calls of every route over HTTP: never a 5xx, refusals in form and with places, all or nothing.

Each example begins at the same catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from asyncops import engine
from catalog.accounts import ensure_user
from catalog.models import AccessToken, User
from catalog.naming import referred, written
from catalog.outcomes import NotUnderstoodError
from syncapi.jsontext import token
from syncapi.oro import naming, parsing
from syncapi.oro.documents import Included
from syncapi.oro.names import MEDIA_TYPE, RESOURCES
from syncapi.oro.routes import find
from syncapi.oro.wording import word
from tests.syncapi import serving
from tests.syncapi.conftest import Answer
from tests.syncapi.keeping import BESIDE, Keeper, kept
from tests.syncapi.oro import mutations, samples
from tests.syncapi.oro.conftest import acc
from tests.syncapi.oro.mutations import EXAMPLES, TYPES, Call
from tests.syncapi.oro.samples import Ids
from tests.syncapi.serving import Wire

ANYTHING = dict.fromkeys(TYPES, "1")  # ids
_PLACE = re.compile(r"/(?:data(?:/\d+)?|included/\d+|atomic:operations/\d+)(?=/|$)|/meta/upsert$")


class Running:
    """The server, its catalog with one record of each type, and their ids."""

    keeper: Keeper

    def __init__(self, wire: Wire, user: User) -> None:
        self.wire, self.token = wire, AccessToken.issue(user)
        self.known: Ids = {"users": str(user.number), "organizations": str(user.organization.number)}

    def send(self, call: Call) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", **call.headers}
        return self.wire.call(call.method, f"/api/{call.path}", call.body, headers)

    def get(self, path: str) -> Any:
        return self.send(Call(method="GET", path=path, headers={"Accept": MEDIA_TYPE})).json

    def patch(self, path: str, body: Any) -> Answer:
        return self.send(Call(method="PATCH", path=path, sent=body, headers={"Content-Type": MEDIA_TYPE}))

    def furnish(self) -> None:
        """By the good calls themselves; and an operation with errors."""
        for resource in samples.WRITABLE:
            body = {"data": samples.record(resource, self.known, "k")}
            media = {"Content-Type": MEDIA_TYPE}
            answer = self.send(Call(method="POST", path=resource.type, sent=body, headers=media))
            assert answer.status == 201, (resource.type, answer)
            self.known[resource.type] = answer.json["data"]["id"]
        self.known["inventorylevels"] = self.known["products"]
        accepted = self.patch("accounts", {"data": [acc("A"), acc("")]})
        engine.drain()
        self.known["asyncoperations"] = accepted.json["data"]["id"]


@pytest.fixture
def running(committed: None, tmp_path: Path) -> Iterator[Running]:
    user = ensure_user(organization="A", username="fuzz", password="x", rights="superuser")
    with kept(), serving.served(tmp_path / "gunicorn.log") as wire:
        running = Running(wire, user)
        running.furnish()
        with kept() as running.keeper:
            yield running


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(data=st.data(), type=st.sampled_from(TYPES))
def test_an_item_is_a_command_or_has_errors_with_places(data: st.DataObject, type: str):
    document = data.draw(mutations.documents(find([type]), "PATCH", ANYTHING))
    for item in items(document):
        note(str(item)[:3000])
        context = {"type": type, "owner": str(uuid4()), "organization": str(uuid4())}
        try:
            command = parsing.of_list(item, context)
            concerned = naming.namer(context)(item)
            assert concerned is None or set(concerned.written) >= set(written(command))
            assert concerned is None or set(concerned.referred) >= set(referred(command))
        except NotUnderstoodError as reason:
            worded = [word(error, RESOURCES[type], place="/data/0") for error in reason.errors]
            assert worded
            assert all(each.status < 500 and each.title and each.detail and each.pointer for each in worded)


def items(document: Any) -> Iterator[Any]:
    """As the splitting makes them; none of what it cannot read."""
    given: Any = {}
    with suppress(orjson.JSONDecodeError):
        given = orjson.loads(mutations.text(document))
    given = given if isinstance(given, dict) else {}
    included, data = Included(), given.get("data")
    for record in given.get("included") if isinstance(given.get("included"), list) else ():
        included.add(record)
    if not included.errors and isinstance(data, list):
        yield from map(included.item, data)


def test_every_call_is_answered_in_form_and_done_whole_or_not_at_all(running: Running):
    @settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
    @given(call=mutations.calls(running.known))
    def each(call: Call) -> None:
        running.keeper.undo(lambda: check(running, call))

    each()


def check(running: Running, call: Call) -> set[str]:
    """The tables that the call has changed."""
    answer = running.send(call)
    changed = running.keeper.changed()
    assert answer.status < 500, answer
    if answer.status == 401:
        assert answer.body == b""
    elif answer.status >= 400:
        in_form(answer, call)
    if answer.status >= 400 or answer.status == 202 or call.method == "GET" or "Bulkhead-Dry-Run" in call.headers:
        assert changed <= BESIDE
    if answer.status == 202:
        changed = worked_off(running, answer, call)
    elif answer.status == 201 and "Bulkhead-Dry-Run" not in call.headers:
        again = Call(method="GET", path=answer.headers["Location"].partition("/api/")[2], headers=call.headers)
        assert running.send(again).json["data"] == answer.json["data"]
    return changed


def in_form(answer: Answer, call: Call) -> None:
    errors = answer.json["errors"]
    assert errors
    for error in errors:
        assert (error["status"][0], len(error["status"])) == (str(answer.status)[0], 3)
        assert error["title"].endswith(("constraint", "exception"))
        assert error["detail"]
        if pointer := error.get("source", {}).get("pointer"):
            stands(pointer, call.sent)


def worked_off(running: Running, accepted: Answer, call: Call) -> set[str]:
    engine.drain()
    changed = running.keeper.changed()
    path = f"asyncoperations/{accepted.json['data']['id']}"
    operation = running.get(path)["data"]["attributes"]
    assert operation["status"] in {"success", "failed"}
    summary, errors = operation["summary"], running.get(f"{path}/errors?page[size]=-1")["data"]
    assert summary["errorCount"] == len(errors)
    for error in errors:
        told = error["attributes"]
        assert 400 <= told["status"] < 500, told
        assert told["title"], told
        assert told["detail"], told
        if told["source"]:
            stands(told["source"]["pointer"], call.sent)
    results = running.get(f"{path}/results?page[size]=-1")["data"]
    assert len(results) == summary["readCount"] or operation["status"] == "failed"
    if summary["writeCount"] == 0 or operation.get("dryRun"):
        assert changed <= BESIDE
    return changed


def stands(pointer: str, sent: Any) -> None:
    """The record that a pointer names is there, whose member may be what is missing; of anything else all is there."""
    found = _PLACE.match(pointer)
    place = found[0] if found else pointer
    if place in {"/data", "/meta/upsert"}:
        return
    value = sent
    for part in place.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else {token(key): each for key, each in value.items()}[part]
