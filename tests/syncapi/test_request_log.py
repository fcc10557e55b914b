"""The lines of a request in the log, and its id."""

from __future__ import annotations

from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from asyncops.models import Operation
from tests.syncapi.conftest import Program

BULK = "/rest/all/async/bulk/V1/products"


def test_a_request_that_brings_a_sane_id_gets_it_back(program):
    assert program.get("/operations", HTTP_X_REQUEST_ID="trace-1").headers["X-Request-Id"] == "trace-1"
    for forged in ("a b\t{}", "x" * 129, ""):
        assert "X-Request-Id" not in program.get("/operations", HTTP_X_REQUEST_ID=forged).headers


def test_a_request_without_one_is_given_one_of_its_own(program):
    with capture_logs(processors=[merge_contextvars]) as lines:
        program.get("/operations")
        program.get("/operations", HTTP_X_REQUEST_ID="not sane")
    first, second = (line["request_id"] for line in lines if line["event"] == "request")
    assert (len(first), len(second)) == (32, 32)
    assert first != second


def test_its_line_names_what_it_was_and_the_operations_that_it_made(program):
    with capture_logs(processors=[merge_contextvars]) as lines:
        answer = program.post(BULK, [], HTTP_X_REQUEST_ID="trace-2")
    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"], line["request_id"]) == ("POST", BULK, 202, "trace-2")
    assert line["operations"] == [str(Operation.objects.get().uuid)] == [answer.json["bulk_uuid"]]
    assert line["ms"] > 0


def test_what_is_asked_every_few_seconds_leaves_no_line(db):
    with capture_logs() as lines:
        assert Program().get("/healthz").status == 200
    assert lines == []
