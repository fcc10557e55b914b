"""Results: a link that nobody guesses, for a day."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.utils import timezone

from asyncops.models import Operation
from tests.syncapi.conftest import Answer, Program, work_off
from tests.syncapi.shoptet.conftest import Shoptet
from tests.syncapi.shoptet.test_jobs import magento

STRANGER = Program()


@pytest.fixture
def url(shoptet: Shoptet, program: Program) -> str:
    job = magento(program)
    work_off()
    return str(shoptet.job(job)["resultUrl"].removeprefix("http://testserver"))


def fault(answer: Answer) -> tuple[int, str]:
    assert set(answer.json) == {"data", "errors", "metadata"}
    [error] = answer.json["errors"]
    return answer.status, error["errorCode"]


def test_the_result_needs_no_token(url: str):
    answer = STRANGER.get(url)
    assert answer.status == 200
    assert [orjson.loads(line)["outcome"] for line in answer.body.splitlines()] == ["updated"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_its_name_has_128_bits_that_nobody_knows(url: str):
    secret = url.rpartition("-")[2].partition(".")[0]
    assert (len(secret), int(secret, 16) > 0) == (32, True)
    changed = "0" if secret[0] != "0" else "1"
    assert fault(STRANGER.get(url.replace(secret, changed + secret[1:]))) == (404, "result-not-found")
    own = url.rpartition("/")[2]
    for name in ("", "x", "a/b", f"{own}x", f"0000000-{secret}.jsonl", own[:-1]):
        assert fault(STRANGER.get(f"/api-results/{name}")) == (404, "result-not-found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_a_result_is_only_read(url: str, method: str):
    answer = STRANGER.call(method, url)
    assert fault(answer) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert STRANGER.get(url + "/").body == STRANGER.get(url).body


def test_after_a_day_the_link_is_gone(url: str):
    Operation.objects.update(finished_at=timezone.now() - timedelta(hours=24))
    assert fault(STRANGER.get(url)) == (410, "result-expired")
    Operation.objects.update(finished_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert STRANGER.get(url).status == 200


def test_a_job_that_has_not_ended_has_no_result_yet(url: str):
    Operation.objects.update(state="running", finished_at=None)
    assert fault(STRANGER.get(url)) == (404, "result-not-found")
