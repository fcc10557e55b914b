"""What a load balancer asks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from asyncops import liveness
from asyncops.liveness import SignOfLife
from syncapi import health
from tests.syncapi.conftest import Program


def test_a_process_that_answers_lives(db: None):
    answer = Program().get("/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_it_is_ready_with_a_migrated_database(db: None):
    answer = Program().get("/readyz")
    assert (answer.status, answer.json["database"]) == (200, "ok")


def test_it_is_ready_without_redis(db: None, settings, monkeypatch: pytest.MonkeyPatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    health._client.cache_clear()
    answer = Program().get("/readyz")
    health._client.cache_clear()
    assert (answer.status, answer.json) == (
        200,
        {"status": "ok", "database": "ok", "redis": "away", "workers": "none"},
    )


def test_it_is_not_ready_without_its_database(db: None, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(health, "_require_migrations", away)
    answer = Program().get("/readyz")
    assert (answer.status, answer.json["database"]) == (503, "away")


def test_it_is_not_ready_before_its_migrations(db: None, monkeypatch: pytest.MonkeyPatch):
    def missing() -> None:
        raise health.MigrationsMissingError

    monkeypatch.setattr(health, "_require_migrations", missing)
    answer = Program().get("/readyz")
    assert (answer.status, answer.json["database"]) == (503, "migrations are missing")


@pytest.mark.parametrize(("needed", "status"), [(False, 200), (True, 503)])
def test_whether_it_is_ready_without_workers_is_a_setting(db: None, settings, needed: bool, status: int):
    settings.READY_NEEDS_WORKERS = needed
    answer = Program().get("/readyz")
    assert (answer.status, answer.json["workers"]) == (status, "none")


def test_a_living_worker_is_enough_and_an_old_sign_of_life_is_none(db: None, settings, monkeypatch: pytest.MonkeyPatch):
    settings.READY_NEEDS_WORKERS = True
    signs = [sign(timezone.now())]
    monkeypatch.setattr(liveness, "workers", lambda: signs)
    assert Program().get("/readyz").status == 200
    signs[:] = [sign(timezone.now() - timedelta(minutes=1))]
    assert Program().get("/readyz").status == 503


def test_workers_that_nobody_knows_of_do_not_count(db: None, settings, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise liveness.RedisAwayError

    settings.READY_NEEDS_WORKERS = True
    monkeypatch.setattr(liveness, "workers", away)
    answer = Program().get("/readyz")
    assert (answer.status, answer.json["workers"]) == (503, "unknown")


def sign(seen_at: datetime) -> SignOfLife:
    return SignOfLife(host="h", pid="1", state="idle", queues="default", born_at=None, seen_at=seen_at, jobs=0)
