"""What RQ runs: it ends in time, survives a lost connection, and is no way in for foreign code."""

from __future__ import annotations

from itertools import chain, repeat

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from redis import Redis
from rq.serializers import JSONSerializer

from asyncops import doorbell, engine, jobs
from asyncops.models import Chunk
from asyncops.states import ChunkState
from asyncops.worker import NamedJob
from catalog.models import Product
from tests.asyncops.plain import item, send


@pytest.fixture
def rung(monkeypatch) -> list[int]:
    """One entry for every ring."""
    found: list[int] = []
    monkeypatch.setattr(doorbell, "ring", lambda name="default": found.append(1))
    return found


def left() -> int:
    return Chunk.objects.filter(state=ChunkState.QUEUED).count()


def test_a_job_ends_after_so_many_chunks_and_rings_for_the_rest(committed, caller, settings, rung):
    settings.CHUNK_RECORDS, settings.DRAIN_CHUNKS = 1, 2
    send(caller, item("A"), item("B"), item("C"))
    rung.clear()
    jobs.drain()
    assert (left(), rung) == (1, [1])
    jobs.drain()
    assert (left(), rung) == (0, [1])


@pytest.mark.django_db
def test_a_job_ends_after_so_many_seconds(caller, settings):
    settings.CHUNK_RECORDS = 1
    send(caller, item("A"), item("B"))
    assert engine.drain(seconds=0) is True
    assert left() == 1


@pytest.mark.django_db
def test_a_job_that_is_asked_to_stop_begins_no_further_chunk(caller, settings, rung):
    settings.CHUNK_RECORDS = 1
    send(caller, item("A"), item("B"))
    answers = chain([False], repeat(True))
    assert engine.drain(stopping=lambda: next(answers)) is True
    assert left() == 1


def test_a_job_begins_with_a_living_connection(committed, caller, settings):
    """A worker that does not fork keeps its connection between jobs, also over a restart of PostgreSQL."""
    connection.close_if_unusable_or_obsolete()
    send(caller, item("A"))
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.errors_occurred = False  # as if it had happened while nobody used it
    connection.health_check_done = True  # type: ignore[attr-defined]
    jobs.drain()
    assert Product.objects.get().sku == "A"


def test_a_worker_runs_nothing_but_this_project_s_own_jobs():
    redis = Redis.from_url(django_settings.REDIS_URL)
    planted = NamedJob.create("os.system", args=["true"], connection=redis, serializer=JSONSerializer)
    with pytest.raises(PermissionError):
        planted.perform()
    assert NamedJob.create(doorbell.JOB, connection=redis, serializer=JSONSerializer).func is jobs.drain
