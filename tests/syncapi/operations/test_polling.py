"""Asking again politely: an ETag, a time to wait, or a stream of events instead."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asyncops import waiting
from asyncops.models import Operation
from syncapi.operations.events import Events
from tests.syncapi.conftest import CLIENT, work_off
from tests.syncapi.operations.test_operations import BULK, fetch, product


@pytest.fixture
def accepted(program) -> str:
    return str(program.post(BULK, [product("A"), product("B")]).json["bulk_uuid"])


def test_who_knows_the_state_already_is_told_so_until_it_is_another(program, accepted):
    etag = program.get(f"/operations/{accepted}").headers["ETag"]
    known = program.get(f"/operations/{accepted}", HTTP_IF_NONE_MATCH=f'"other", {etag}')
    assert (known.status, known.body, known.headers["ETag"]) == (304, b"", etag)
    work_off()
    fresh = program.get(f"/operations/{accepted}", HTTP_IF_NONE_MATCH=etag)
    assert (fresh.status, fresh.json["state"]) == (200, "success")
    assert fresh.headers["ETag"] != etag


def test_a_time_to_wait_is_named_until_it_has_ended(program, accepted):
    assert program.get(f"/operations/{accepted}").headers["Retry-After"] == "1"
    work_off()
    assert "Retry-After" not in program.get(f"/operations/{accepted}").headers


def test_looking_takes_two_queries(program, accepted):
    with CaptureQueriesContext(connection) as queries:
        program.get(f"/operations/{accepted}")
    assert len([query for query in queries if query["sql"].startswith("SELECT")]) == 2  # the token, the operation


def events(content: bytes) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in content.decode().strip().split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines())
        found.append((lines["event"], orjson.loads(lines["data"])))
    return found


def test_events_tell_each_change_and_the_end(accepted):
    operation = Operation.objects.select_related("parent", "user").get()
    told = events(b"".join(Events(operation, seconds=60, sleep=lambda _: work_off())))
    assert [(name, data["state"]) for name, data in told] == [("progress", "new"), ("end", "success")]
    assert told[-1][1]["counts"]["created"] == 2


def test_who_listens_keeps_a_place_until_the_answer_is_closed(program, accepted, settings):
    work_off()
    answers = [fetch(CLIENT, program, f"/operations/{accepted}/events") for _ in range(settings.WAITING_REQUESTS)]
    refused = fetch(CLIENT, program, f"/operations/{accepted}/events")
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert orjson.loads(refused.content)["code"] == "too_many_wait"
    [only] = events(b"".join(answers[0].streaming_content))
    assert (only[0], answers[0]["Content-Type"], answers[0]["Cache-Control"]) == (
        "end",
        "text/event-stream",
        "no-store",
    )
    for answer in answers:
        answer.close()
    with waiting.place() as free:
        assert free


def test_a_stream_ends_after_its_time(accepted):
    operation = Operation.objects.select_related("parent", "user").get()
    assert [name for name, _ in events(b"".join(Events(operation, seconds=0)))] == ["progress"]
    with waiting.place() as free:
        assert free
