"""What Prometheus reads."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from asyncops import claims, liveness, tallying
from tests.syncapi.conftest import Answer, Program, work_off

BULK = "/rest/all/async/bulk/V1/products"
READER = Program(token="t0ken")


@pytest.fixture(autouse=True)
def _allowed(settings, db):
    settings.METRICS_TOKEN = "t0ken"


def product(sku: str, price: int = 1) -> dict[str, object]:
    return {"product": {"sku": sku, "name": sku, "attribute_set_id": 4, "price": price}}


def figures(answer: Answer) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        for sample in family.samples:
            labels = ",".join(f"{value}" for value in sample.labels.values())
            found[f"{sample.name.removeprefix('bulkhead_')}{f'[{labels}]' if labels else ''}"] = sample.value
    return found


def read() -> dict[str, float]:
    answer = READER.get("/metrics")
    assert answer.status == 200
    return figures(answer)


def test_what_waits_is_told_with_its_age(program):
    program.post(BULK, [product("A"), product("B")])
    told = read()
    assert (told["operations[new]"], told["queue_chunks[queued]"], told["queue_items[queued]"]) == (1, 1, 2)
    assert told["queue_oldest_wait_seconds"] >= 0
    claims.claim("me")
    told = read()
    assert (told["operations[running]"], told["queue_chunks[leased]"], told["queue_oldest_wait_seconds"]) == (1, 1, 0)


def test_what_ended_is_counted_by_outcome_also_when_its_operation_is_gone(program):
    program.post(BULK, [product("A"), product("B", price=-1)])
    work_off()
    program.post("/rest/all/V1/products", product("C"))
    program.post("/rest/all/V1/products", product("C", price=-1))
    told = read()
    assert (told["records_total[created]"], told["records_total[refused]"]) == (2, 2)
    assert told["operations_ended_total[success]"] == 3
    assert told["chunk_seconds_count"] == told["chunk_seconds_bucket[+Inf]"] == 1
    assert 0 < told["chunk_seconds_sum"] < 60
    assert (told["operations[new]"], told["queue_chunks[queued]"]) == (0, 0)


def test_a_dry_run_writes_no_records(program):
    program.post(BULK, [product("A")], HTTP_BULKHEAD_DRY_RUN="1")
    work_off()
    program.post("/rest/all/V1/products", product("C"), HTTP_BULKHEAD_DRY_RUN="1")
    told = read()
    assert (told["records_total[created]"], told["operations_ended_total[success]"]) == (0, 1)


def test_webhooks_are_counted_by_result():
    tallying.webhooks(acknowledged=2, failed=1)
    tallying.webhooks(acknowledged=1, failed=0)
    told = read()
    assert (told["webhook_attempts_total[acknowledged]"], told["webhook_attempts_total[failed]"]) == (3, 1)
    assert told["webhooks_due"] == 0


def test_without_redis_nobody_knows_how_many_workers_live(monkeypatch):
    assert read()["workers"] == 0

    def away() -> None:
        raise liveness.RedisAwayError

    monkeypatch.setattr(liveness, "workers", away)
    assert "workers" not in read()


def test_only_who_has_the_operators_token_reads_it(program, settings):
    assert [caller.get("/metrics").status for caller in (Program(), Program(token="t0ke"), program)] == [401, 401, 401]
    settings.METRICS_TOKEN = ""
    assert [caller.get("/metrics").status for caller in (Program(), READER, Program(token=""))] == [403, 403, 403]
    assert READER.post("/metrics").status == 405
