"""What a load balancer asks."""

from __future__ import annotations

import pytest
from django.db import OperationalError

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
    assert (answer.status, answer.json) == (200, {"status": "ok", "database": "ok", "redis": "away"})


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
