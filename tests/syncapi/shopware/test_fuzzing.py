"""Nearly good calls of every route over HTTP: never a 5xx, refusals in form and with places, all or nothing.

Each example begins at the same catalog.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from asyncops import engine
from catalog.accounts import ensure_user
from catalog.models import AccessToken
from catalog.outcomes import NotUnderstoodError
from syncapi.shopware import operations, parsing, wording
from syncapi.shopware.faults import FaultyError
from syncapi.shopware.words import Record
from tests.syncapi import serving
from tests.syncapi.conftest import Answer
from tests.syncapi.keeping import BESIDE, Keeper, kept
from tests.syncapi.serving import Wire
from tests.syncapi.shopware import mutations, samples
from tests.syncapi.shopware.mutations import EXAMPLES, Call

AFTERWARDS = BESIDE | {"catalog_refreshtoken"}
STATUSES = {200, 202, 204, 302, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422}


class Running:
    """The server, and its catalog with one record of most entities."""

    keeper: Keeper

    def __init__(self, wire: Wire, token: str) -> None:
        self.wire, self.token = wire, token

    def send(self, call: Call) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", **call.headers}
        answer = self.wire.call(call.method, f"/api{call.path}", call.body, headers)
        if answer.status >= 400:  # a server may close a connection on which it left a body unread
            self.wire.connection.close()
        return answer

    def furnish(self) -> None:
        there = [*samples.THERE, *samples.ALSO_THERE]
        body = [{"entity": entity, "action": "upsert", "payload": [record]} for entity, record in there]
        answer = self.send(Call(method="POST", path="/_action/sync", name="sync", sent=body))
        assert answer.status == 200, answer


@pytest.fixture
def running(committed: None, tmp_path: Path) -> Iterator[Running]:
    user = ensure_user(organization="A", username="fuzz", password="x", rights="superuser")
    with kept(), serving.served(tmp_path / "gunicorn.log") as wire:
        running = Running(wire, AccessToken.issue(user))
        running.furnish()
        with kept() as running.keeper:
            yield running


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(sent=mutations.sync_bodies(), natural=st.booleans(), strict=st.booleans())
def test_an_item_is_a_command_or_has_errors_with_places(sent: Any, natural: bool, strict: bool):
    note(str(sent)[:3000])
    try:
        body = orjson.loads(mutations.text(sent))
        asked = operations.read(body, family="", single=False)
    except (orjson.JSONDecodeError, FaultyError):
        return
    for item in asked.items:
        try:
            command = parsing.command(item, {"natural_keys": natural, "strict": strict})
            flaws = getattr(command, "flaws", ())
        except NotUnderstoodError as reason:
            flaws = reason.errors
            assert flaws
        record = Record(entity=item["entity"], payload=item["payload"], place="/op/0")
        assert all(told["detail"] and told["code"] for told in wording.errors(flaws, record))


def test_every_call_is_answered_in_form_and_done_whole_or_not_at_all(running: Running):
    @settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
    @given(call=mutations.calls())
    def each(call: Call) -> None:
        running.keeper.undo(lambda: check(running, call))

    each()


def check(running: Running, call: Call) -> set[str]:
    """The tables that the call has changed."""
    answer = running.send(call)
    changed = running.keeper.changed()
    assert answer.status in STATUSES, answer
    if answer.status >= 400:
        in_form(answer, call)
    if answer.status >= 400 or answer.status == 202 or call.only_reads or "Bulkhead-Dry-Run" in answer.headers:
        assert changed <= AFTERWARDS, (answer, changed)
    if answer.status == 202:
        engine.drain()
        changed = running.keeper.changed()
    elif answer.status == 200 and call.name == "sync":
        partly(answer, call)
    return changed


def in_form(answer: Answer, call: Call) -> None:
    """Errors of the request, or v3's result per record; each with its place in what was sent."""
    told = answer.json
    if "errors" not in told:
        assert (told["success"], call.name, answer.status) == (False, "sync", 400)
        partly(answer, call)
        return
    assert told["errors"]
    for error in told["errors"]:
        assert (error["status"], bool(error["code"])) == (str(answer.status), True) or call.name == "sync", error
        assert error["detail"] or error["title"]
        if call.name == "sync":
            stands(error, call.sent)
        elif pointer := error.get("source", {}).get("pointer"):
            asked = pointer.removeprefix("/") in call.parameters
            assert asked or pointer.startswith("/0") or call.name not in ("create", "update"), error


def partly(answer: Answer, call: Call) -> None:
    """What was refused beside what was stored."""
    for error in answer.json.get("errors", ()):
        assert error["detail"], error
        stands(error, call.sent)
    groups = answer.json["data"]
    for group in groups.values() if isinstance(groups, dict) else groups:
        for result in group["result"] if isinstance(group, dict) and "result" in group else ():
            assert all(error["detail"] for error in result["errors"])
            assert not (result["errors"] and result["entities"])


def stands(error: dict[str, Any], sent: Any) -> None:
    """The record that a pointer names is there; of a body that cannot be kept it is a place in the body itself."""
    pointer = error.get("source", {}).get("pointer")
    if not pointer or not isinstance(sent, dict | list) or error["code"] == "0":
        return
    key, *rest = pointer.split("/")[1:]
    assert key.replace("~1", "/").replace("~0", "~") in _keys(sent) or key.isdecimal(), pointer
    assert not rest or rest[0].isdecimal() or rest[0] == "criteria", pointer


def _keys(sent: Any) -> set[str]:
    if isinstance(sent, dict):
        return set(sent)
    return {str(each["key"]) for each in sent if isinstance(each, dict) and "key" in each}
