"""Limits that are off unless they are set: the bucket, and the lock of two equal writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from catalog.accounts import ensure_user
from catalog.models import User
from syncapi.shoptet import limiting
from syncapi.shoptet.refusals import Refusal
from tests.foreign import Foreign, Reply
from tests.syncapi.conftest import Answer
from tests.syncapi.shoptet.conftest import Shoptet, errors

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_without_a_limit_the_bucket_stays_empty(shoptet: Shoptet):
    assert {shoptet.get("system/jobs").headers["X-RateLimit-Bucket-Filling"] for _ in range(3)} == {"0/200"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "system/nothing"), ("PUT", "system/jobs"), ("GET", "system/jobs/x")]
)
def test_every_answer_tells_how_full_the_bucket_is(shoptet: Shoptet, limited: User, method: str, path: str):
    for client in (shoptet, Shoptet(limited), Shoptet(None)):
        assert client.call(method, path, {}).headers["X-RateLimit-Bucket-Filling"] == "0/200"


def test_a_full_bucket(shoptet: Shoptet, settings):
    settings.SHOPTET_BUCKET_DROPS = 2
    answers = [shoptet.get("system/jobs") for _ in range(20)]
    assert answers[0].headers["X-RateLimit-Bucket-Filling"] == "1/2"
    refused = next(answer for answer in answers if answer.status == 429)
    assert errors(refused) == (429, [("too-many-requests", "unknown")])
    assert parsedate_to_datetime(refused.headers["Retry-After"]) >= timezone.now() - timedelta(seconds=5)
    assert refused.headers["X-RateLimit-Bucket-Filling"] == "2/2"


def test_waiting_helps(settings):
    settings.SHOPTET_BUCKET_DROPS = 2
    token = f"a token of {timezone.now().isoformat()}"
    assert [limiting.pour(token, now=NOW) for _ in range(2)] == [1, 2]
    with pytest.raises(Refusal):
        limiting.pour(token, now=NOW)
    assert limiting.pour(token, now=NOW + timedelta(seconds=0.1)) == pytest.approx(2)
    assert limiting.pour(token, now=NOW + timedelta(seconds=60)) == 1


def test_an_identical_write_is_told_to_wait(committed: None, foreign: Foreign):
    """The second comes while the first one looks for its file; a third, afterwards, is a job of its own."""
    shoptet = Shoptet(ensure_user(organization="A", username="boss", password="correct horse", rights="superuser"))
    sent = {"batchFileUrlPath": foreign.url("/rows.jsonl")}
    meanwhile: list[Answer] = []

    def answer(handler: Any) -> None:
        if not meanwhile:
            meanwhile.append(shoptet.call("PATCH", "products/batch", sent))
            connection.close()
        Reply(body=b"{}")(handler)

    foreign.on("/rows.jsonl", answer)
    first = shoptet.accept("PATCH", "products/batch", sent)
    assert errors(meanwhile[0]) == (423, [("locked", "/api/products/batch")])
    assert meanwhile[0].headers["Retry-After"] == "1"
    assert shoptet.jobs() == [first]
    assert errors(shoptet.call("PATCH", "products/batch", sent))[0] == 409  # no longer 423: the first has its answer
