"""What can be done to an operation over this product's own API: cancel it, retry what it did not write."""

from __future__ import annotations

import pytest

from asyncops import claims
from asyncops.models import IdempotencyKey, Operation
from catalog.models import Product
from tests.syncapi.conftest import work_off
from tests.syncapi.operations.test_operations import BULK, lines, product


@pytest.fixture
def accepted(program) -> str:
    return str(program.post(BULK, [product("A"), product("B", price=-1)]).json["bulk_uuid"])


def test_what_has_not_begun_is_cancelled_at_once(program, accepted):
    answer = program.post(f"/operations/{accepted}/cancel")
    assert (answer.status, answer.json["state"], answer.json["counts"]["untouched"]) == (200, "cancelled", 2)
    assert answer.json["cancel_requested_at"] is not None
    work_off()
    assert Product.objects.count() == 0


def test_what_runs_finishes_its_chunk(program, accepted):
    claims.claim("me")
    answer = program.post(f"/operations/{accepted}/cancel")
    assert (answer.status, answer.json["state"]) == (202, "running")


def test_cancelling_again_changes_nothing(program, accepted):
    first, second = (program.post(f"/operations/{accepted}/cancel", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert second.json["cancel_requested_at"] == first.json["cancel_requested_at"]
    assert IdempotencyKey.objects.count() == 0


def test_what_has_ended_by_itself_cannot_be_cancelled(program, accepted):
    work_off()
    answer = program.post(f"/operations/{accepted}/cancel")
    assert (answer.status, answer.json["code"], answer.json["params"]) == (
        409,
        "already_finished",
        {"state": "success"},
    )
    assert Operation.objects.get().cancel_requested_at is None


def test_a_retry_is_a_child_that_repeats_what_was_refused(program, accepted):
    work_off()
    answer = program.post(f"/operations/{accepted}/retry", {"which": "refused"})
    child = answer.json
    assert (answer.status, answer.headers["Location"]) == (202, f"/operations/{child['operation']}")
    assert (child["parent"], child["repeats"], child["counts"]["total"]) == (accepted, "refused", 1)
    assert program.get(answer.headers["Location"]).json["state"] == "new"
    work_off()
    assert program.get(answer.headers["Location"]).json["counts"]["refused"] == 1


def test_a_retry_that_is_sent_again_is_done_once(program, accepted):
    work_off()
    first, second = (program.post(f"/operations/{accepted}/retry", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (first.status, second) == (202, first)
    assert Operation.objects.count() == 2


def test_whose_items_nobody_knows_must_be_sent_again(program):
    body, media = b'{"data": [%b]}' % b", ".join([b"{}"] * 50_000), "application/vnd.api+json"
    assert program.call("PATCH", "/api/accounts", body, CONTENT_TYPE=media).status == 202
    uuid = Operation.objects.get().uuid
    assert program.post(f"/operations/{uuid}/cancel").json["state"] == "cancelled"
    answer = program.post(f"/operations/{uuid}/retry")
    told = "The operation has no items that could be repeated. Send its request again."
    assert (answer.status, answer.json["params"]) == (409, {"reason": told})


@pytest.mark.parametrize(
    ("which", "before", "reason"),
    [
        ("refused", "", "The operation has not ended yet."),
        ("untouched", "work", "No item of the operation was left unwritten."),
        ("all_unfinished", "work retry", "These items are being repeated, or were, by another operation."),
    ],
)
def test_what_cannot_be_retried(program, accepted, which, before, reason):
    if "work" in before:
        work_off()
    if "retry" in before:
        program.post(f"/operations/{accepted}/retry")
    known = Operation.objects.count()
    answer = program.post(f"/operations/{accepted}/retry", {"which": which})
    assert (answer.status, answer.json["code"], answer.json["params"]) == (409, "cannot_retry", {"reason": reason})
    assert Operation.objects.count() == known


def test_an_action_is_posted_as_json(program, accepted):
    asked, sent = (
        program.get(f"/operations/{accepted}/cancel"),
        program.call("POST", f"/operations/{accepted}/cancel", b"all=1", CONTENT_TYPE="text/plain"),
    )
    assert (asked.status, asked.headers["Allow"], asked.json["title"]) == (405, "POST", 'Method "GET" not allowed.')
    assert (sent.status, sent.json["title"]) == (415, 'Unsupported media type "text/plain" in request.')
    assert Operation.objects.get().state == "new"


@pytest.mark.parametrize("body", [{"which": "all"}, {"whch": "refused"}, [], [1], "refused", {"which": None}])
@pytest.mark.parametrize("action", ["retry", "cancel", "revert"])
def test_a_body_that_says_something_else_is_refused(program, accepted, action, body):
    answer = program.post(f"/operations/{accepted}/{action}", body)
    assert (answer.status, answer.json["code"]) == (400, "bad_parameter")
    assert [operation.state for operation in Operation.objects.all()] == ["new"]


@pytest.mark.parametrize("action", ["retry", "cancel", "revert"])
def test_another_organizations_operation_is_not_there(other_program, accepted, action):
    answer = other_program.post(f"/operations/{accepted}/{action}")
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert Operation.objects.get().state == "new"


@pytest.mark.parametrize("action", ["retry", "cancel", "revert"])
def test_each_action_has_a_right_of_its_own(limited, limited_program, accepted, action):
    from django.contrib.auth.models import Permission

    limited.user_permissions.set(Permission.objects.filter(codename="view_operation"))
    assert limited_program.get(f"/operations/{accepted}").status == 200
    assert limited_program.post(f"/operations/{accepted}/{action}").status == 403
    limited.user_permissions.add(Permission.objects.get(codename=f"{action}_operation"))
    assert limited_program.post(f"/operations/{accepted}/{action}").status in {200, 409}


def test_a_revert_is_a_child_that_takes_back_what_was_written(program, accepted):
    work_off()
    answer = program.post(f"/operations/{accepted}/revert")
    child = answer.json
    assert (answer.status, child["parent"], child["repeats"], child["counts"]["total"]) == (202, accepted, "revert", 1)
    work_off()
    shown = program.get(child["links"]["self"]).json
    assert (shown["state"], shown["counts"]["deleted"], Product.objects.count()) == ("success", 1, 0)
    again = program.post(f"/operations/{accepted}/revert")
    assert (again.status, again.json["params"]["reason"]) == (409, "The operation is being reverted, or was.")


def test_what_each_item_changed_is_json_lines(program, accepted):
    work_off()
    program.put("/rest/all/V1/products/A", {"product": {"price": 7}})
    latest = program.get("/operations?limit=1").json["operations"][0]
    [line] = lines(program, latest["links"]["changes"])
    [entry] = line["changes"]
    assert (line["index"], line["outcome"], line["record"]) == (0, "updated", entry["id"])
    assert entry["fields"]["price_gross"] == [1, 7]
