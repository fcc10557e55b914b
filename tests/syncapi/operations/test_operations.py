"""This product's own view of an operation, whatever dialect accepted it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from asyncops.models import Operation
from tests.syncapi.conftest import CLIENT, Program, work_off

BULK = "/rest/all/async/bulk/V1/products"


def product(sku: str, **values: Any) -> dict[str, Any]:
    return {"product": {"sku": sku, "name": sku, "attribute_set_id": 4, "price": 1, **values}}


@pytest.fixture
def accepted(program: Program) -> str:
    answer = program.post(BULK, [product("A"), product("B", price=-1)])
    return str(answer.json["bulk_uuid"])


def lines(program: Program, path: str) -> list[dict[str, Any]]:
    response = fetch(CLIENT, program, path)
    assert response.status_code == 200
    return [orjson.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def fetch(client: Client, program: Program, path: str) -> Any:
    return client.get(path, HTTP_AUTHORIZATION=f"Bearer {program.token}")


def test_an_operation_shows_its_state_counts_progress_times_and_links(program, accepted):
    before = timezone.now()
    work_off()
    shown = program.get(f"/operations/{accepted}").json
    assert (shown["operation"], shown["dialect"], shown["kind"]) == (accepted, "magento", "POST products")
    assert (shown["state"], shown["is_final"], shown["policy"]) == ("success", True, "each")
    assert shown["counts"] == {
        "total": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "deleted": 0,
        "refused": 1,
        "untouched": 0,
    }
    assert (shown["progress"]["processed"], shown["progress"]["total"]) == (2, 2)
    assert shown["accepted_at"] <= shown["started_at"] <= shown["finished_at"] < shown["expires_at"]
    assert shown["cancel_requested_at"] is None
    assert datetime.fromisoformat(shown["finished_at"]) >= before
    for name in ("self", "written", "refused", "untouched"):
        assert fetch(CLIENT, program, shown["links"][name]).status_code == 200


def test_before_it_is_done_it_says_so(program, accepted):
    shown = program.get(f"/operations/{accepted}/").json
    assert (shown["state"], shown["is_final"], shown["progress"]["processed"]) == ("new", False, 0)
    assert (shown["started_at"], shown["finished_at"]) == (None, None)


def test_the_result_sets_are_json_lines(program, accepted):
    work_off()
    address = f"/operations/{accepted}"
    [written], [refused] = lines(program, f"{address}/written.jsonl"), lines(program, f"{address}/refused.jsonl")
    assert (written["index"], written["outcome"], written["input"]) == (0, "created", product("A"))
    assert (refused["index"], refused["input"]) == (1, product("B", price=-1))
    assert [error["path"] for error in refused["errors"]] == ["/price_gross"]
    assert lines(program, f"{address}/untouched.jsonl") == []


def test_a_result_set_is_a_file_that_no_cache_keeps(program, accepted):
    response = fetch(CLIENT, program, f"/operations/{accepted}/refused.jsonl")
    assert response.streaming
    assert response["Content-Type"] == "application/jsonl"
    assert response["Content-Disposition"] == f'attachment; filename="{accepted}.refused.jsonl"'
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("part", ["", "/written.jsonl", "/refused.jsonl", "/untouched.jsonl"])
def test_another_organizations_operation_is_not_told_from_an_unknown_one(program, other_program, accepted, part):
    answers = [
        other_program.get(f"/operations/{accepted}{part}"),
        program.get(f"/operations/{uuid.uuid4()}{part}"),
        program.get(f"/operations/nonsense{part}"),
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].json["code"] == "not_found"


@pytest.mark.parametrize("part", ["", "/written.jsonl"])
def test_reading_takes_a_token_and_the_permission(limited_program, expired_program, accepted, part):
    path = f"/operations/{accepted}{part}"
    assert [caller.get(path).status for caller in (Program(), expired_program, limited_program)] == [401, 401, 403]
    assert Program().get(path).headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written_here(program, accepted, method):
    answer = program.call(method, f"/operations/{accepted}", {})
    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert (answer.json["title"], answer.headers["Allow"]) == (f'Method "{method}" not allowed.', "GET, HEAD")
    assert Operation.objects.get().state == "new"
