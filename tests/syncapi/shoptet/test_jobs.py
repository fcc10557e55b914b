"""Jobs: one in detail, many in a list, whatever dialect accepted them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from asyncops import control, jobids
from asyncops.models import Operation
from asyncops.states import LIVE, State
from asyncops.submissions import Caller
from catalog.models import User
from syncapi.shoptet import names
from tests.syncapi.conftest import Program, work_off
from tests.syncapi.shoptet.conftest import P2, TIME, P, Shoptet, batch, errors, message

FIELDS = {
    "jobId", "endpoint", "creationTime", "completionTime", "duration", "status", "resultUrl", "validUntil", "log",
    "language",
}  # fmt: skip
PRICE = {"product": {"price": 29, "attribute_set_id": 4}}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def job_of(operation: Operation) -> str:
    return jobids.of(operation.pk)


def magento(program: Program) -> str:
    """A job that another dialect accepted."""
    assert program.put("/rest/all/async/V1/products/24-MB01", PRICE).status == 202
    return job_of(Operation.objects.latest("seq"))


def test_a_job_that_waits(shoptet: Shoptet, caller: Caller):
    answer = shoptet.get(f"system/jobs/{job_of(batch(caller, {'guid': P}))}")
    job = answer.json["data"]["job"]
    assert set(job) == FIELDS
    assert (job["status"], job["endpoint"]) == ("pending", "/api/products/batch")
    assert [job[name] for name in ("completionTime", "duration", "resultUrl", "validUntil", "log")] == [None] * 5
    assert TIME.fullmatch(job["creationTime"])
    assert answer.headers["Retry-After"] == "2"


def test_the_fields_stand_in_both_places(shoptet: Shoptet, caller: Caller):
    data = shoptet.job(job_of(batch(caller, {"guid": P})))
    job = data.pop("job")
    assert data == job


def test_a_job_that_another_dialect_accepted(shoptet: Shoptet, program: Program):
    job = magento(program)
    work_off()
    shown = shoptet.job(job)
    completed, valid = (datetime.fromisoformat(shown[name]) for name in ("completionTime", "validUntil"))
    assert (shown["status"], shown["endpoint"]) == ("completed", "/rest/all/async/V1/products/24-MB01")
    assert valid - completed == timedelta(hours=24)
    assert isinstance(shown["duration"], str)
    assert float(shown["duration"]) >= 0
    assert shown["duration"].partition(".")[2].isdigit()
    assert shown["log"] == "Summary: 1 items, 1 ok, 0 failed"
    assert shown["resultUrl"].startswith(f"http://testserver/api-results/{job}-")


def test_a_batch_has_a_log_and_no_result(shoptet: Shoptet, caller: Caller):
    operation = batch(caller, {"guid": P, "name": "A"}, {"guid": UNKNOWN, "name": "B"}, {"guid": P2, "colour": 1})
    work_off()
    shown = shoptet.get(f"system/jobs/{job_of(operation)}")
    job = shown.json["data"]
    assert (job["status"], job["resultUrl"], job["validUntil"]) == ("completed", None, None)
    assert job["log"].splitlines() == [
        f"1: OK product {P} updated",
        f'2: ERROR product-not-found Product with identificator "{UNKNOWN}" not found.',
        "3: ERROR invalid-request-data The property colour is not defined and the definition does not allow "
        "additional properties (colour)",
        "Summary: 3 rows, 1 ok, 2 failed",
    ]
    assert shown.headers["X-Job-Errors"] == "2"


def test_a_long_log_says_what_it_leaves_out(shoptet: Shoptet, caller: Caller, settings):
    settings.SHOPTET_LOG_LINES = 1
    operation = batch(caller, {"guid": P, "name": "A"}, {"guid": P2, "name": "B"})
    work_off()
    assert shoptet.job(job_of(operation))["log"].splitlines() == [
        f"1: OK product {P} updated",
        f"... 1 more rows, see /operations/{operation.uuid}/refused.jsonl",
        "Summary: 2 rows, 2 ok, 0 failed",
    ]


def test_staff_kill_a_job(shoptet: Shoptet, caller: Caller, admin: User):
    operation = batch(caller, {"guid": P, "name": "A"})
    control.cancel(Operation.objects.all(), by=admin)
    work_off()
    job = shoptet.job(job_of(operation))
    assert (job["status"], job["resultUrl"], job["validUntil"]) == ("killed", None, None)
    killed, row, summary = job["log"].splitlines()
    assert killed.startswith("Killed by admin at 20")
    assert (row, summary) == ("1: NOT PROCESSED", "Summary: 1 rows, 0 ok, 0 failed, 1 not processed")


def test_after_a_day_the_result_is_over(shoptet: Shoptet, program: Program):
    job, batched = magento(program), shoptet
    work_off()
    Operation.objects.update(finished_at=timezone.now() - timedelta(hours=24))
    shown = batched.job(job)
    assert (shown["status"], shown["resultUrl"]) == ("expired", None)
    assert shown["validUntil"] is not None
    assert shown["log"] == "Summary: 1 items, 1 ok, 0 failed"
    assert (shoptet.jobs("?status=expired"), shoptet.jobs("?status=completed")) == ([job], [])


def test_an_upload_without_a_single_file_has_failed(shoptet: Shoptet, caller: Caller):
    operation = batch(caller, {"guid": UNKNOWN})
    work_off()
    Operation.objects.update(kind=names.IMAGES)
    job = shoptet.job(job_of(operation))
    assert (job["status"], job["resultUrl"], job["validUntil"]) == ("failed", None, None)
    assert job["log"].splitlines()[0] == "1 images, 0 stored, 1 failed"
    assert (len(shoptet.jobs("?status=failed")), len(shoptet.jobs("?status=completed"))) == (1, 0)


def test_an_unknown_job(shoptet: Shoptet):
    answer = shoptet.get("system/jobs/1xv8s4c")
    assert errors(answer) == (404, [("job-not-found", "1xv8s4c")])
    assert message(answer) == 'Job with ID "1xv8s4c" not found.'


def test_another_organizations_job_is_an_unknown_one(shoptet: Shoptet, other_shoptet: Shoptet, caller: Caller):
    job = job_of(batch(caller, {"guid": P}))
    assert errors(other_shoptet.get(f"system/jobs/{job}")) == (404, [("job-not-found", job)])
    assert other_shoptet.jobs() == []
    assert shoptet.jobs() == [job]


def test_each_status_finds_its_own(shoptet: Shoptet, caller: Caller):
    made = {state: job_of(batch(caller, {"guid": P})) for state in State}
    for operation, state in zip(Operation.objects.order_by("seq"), made, strict=True):
        operation.state, operation.finished_at = state, None if state in LIVE else timezone.now()
        operation.save()
    words = {"pending": "new", "running": "running", "completed": "success", "failed": "failed", "killed": "cancelled"}
    for word, name in words.items():
        assert shoptet.jobs(f"?status={word}") == [made[State(name)]]
        assert shoptet.job(made[State(name)])["status"] == word


@pytest.mark.parametrize(
    ("query", "instance"),
    [
        ("status=foo", "status"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=99999999999", "page"),
        ("itemsPerPage=-1", "itemsPerPage"),
        ("creationTimeFrom=yesterday", "creationTimeFrom"),
        ("completionTimeTo=2026-13-01", "completionTimeTo"),
    ],
)
def test_parameters_that_mean_nothing(shoptet: Shoptet, query: str, instance: str):
    assert errors(shoptet.get(f"system/jobs?{query}")) == (400, [("invalid-parameter", instance)])


def test_pages(shoptet: Shoptet, caller: Caller):
    jobs = [job_of(batch(caller, {"guid": P})) for _ in range(3)][::-1]
    first = shoptet.data("system/jobs?itemsPerPage=2")
    assert [job["jobId"] for job in first["jobs"]] == jobs[:2]
    assert set(first["jobs"][0]) == FIELDS - {"duration", "resultUrl", "log"}
    assert first["paginator"] == {
        "totalCount": 3, "page": 1, "pageCount": 2, "itemsOnPage": 2, "itemsPerPage": 2,
    }  # fmt: skip
    assert shoptet.jobs("?itemsPerPage=2&page=2") == jobs[2:]
    beyond = shoptet.data("system/jobs?page=99&itemsPerPage=9999")
    assert (beyond["jobs"], beyond["paginator"]["itemsOnPage"]) == ([], 0)
    assert (beyond["paginator"]["itemsPerPage"], beyond["paginator"]["totalCount"]) == (500, 3)


def test_no_jobs_are_no_pages(shoptet: Shoptet):
    expected = {"totalCount": 0, "page": 1, "pageCount": 0, "itemsOnPage": 0, "itemsPerPage": 100}
    assert shoptet.data("system/jobs")["paginator"] == expected


def test_bounds_of_time_are_inclusive(shoptet: Shoptet, caller: Caller):
    early, late, waiting = (batch(caller, {"guid": P}) for _ in range(3))
    moment = datetime.fromisoformat("2026-11-22T10:00:00.75+00:00")  # shown in whole seconds
    for hours, operation in enumerate((early, late)):
        then = moment + timedelta(hours=hours)
        Operation.objects.filter(pk=operation.pk).update(accepted_at=then, finished_at=then, state=State.SUCCESS)
    between = "2026-11-22T10:00:00%2B0000"
    assert shoptet.jobs(f"?creationTimeFrom={between}&creationTimeTo={between}") == [job_of(early)]
    assert shoptet.jobs(f"?completionTimeFrom={between}") == [job_of(late), job_of(early)]
    assert shoptet.jobs("?completionTimeTo=2026-11-22T10:00:00+0000") == [job_of(early)]  # a plus that is a space
    assert shoptet.jobs("?creationTimeTo=2026-11-22T10:00:00.5Z") == []
    assert job_of(waiting) in shoptet.jobs()


def test_polling_is_free_unless_it_is_limited(shoptet: Shoptet, caller: Caller, settings):
    operation = batch(caller, {"guid": P, "name": "A"})
    path = f"system/jobs/{job_of(operation)}"
    assert {shoptet.get(path).status for _ in range(12)} == {200}
    settings.SHOPTET_UNFINISHED_DETAIL_LIMIT = 10
    caches["default"].delete(f"shoptet-looks:{operation.uuid}")
    assert [shoptet.get(path).status for _ in range(11)] == [200] * 10 + [403]
    assert errors(shoptet.get(path))[1] == [("job-detail-try-counter-exceeded-limit", job_of(operation))]
    work_off()
    assert shoptet.get(path).status == 200


def test_waiting_for_a_job_that_ends_too_late(shoptet: Shoptet, caller: Caller):
    answer = shoptet.get(f"system/jobs/{job_of(batch(caller, {'guid': P}))}?wait=1")
    assert answer.json["data"]["status"] == "pending"
