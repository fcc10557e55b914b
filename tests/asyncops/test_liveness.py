"""A worker is alive as long as it says so, by its own last word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rq.utils import utcformat

from asyncops import doorbell, liveness
from asyncops.liveness import SILENT_SECONDS, RedisAwayError
from asyncops.worker import Worker


@pytest.fixture
def bells():
    doorbell.queue().connection.flushdb()
    yield doorbell.queue()
    doorbell.queue().connection.flushdb()


def born(bells):
    worker = Worker([bells], connection=bells.connection)
    worker.register_birth()
    worker.heartbeat()
    return worker


def test_a_worker_tells_of_itself(bells):
    worker = born(bells)
    [sign] = liveness.workers()
    assert (sign.host, sign.pid, sign.queues) == (worker.hostname, str(worker.pid), "default")
    assert sign.is_alive(now=timezone.now())


def test_a_worker_that_was_silent_for_long_counts_as_dead(bells):
    worker = born(bells)
    silent_since = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    bells.connection.hset(worker.key, "last_heartbeat", utcformat(silent_since))
    [sign] = liveness.workers()
    assert not sign.is_alive(now=timezone.now())
    assert sign.is_alive(now=silent_since)


def test_the_latest_heard_of_is_first(bells):
    old, new = born(bells), born(bells)
    silent = timezone.now() - timedelta(seconds=61)
    bells.connection.hset(old.key, "last_heartbeat", utcformat(silent))
    assert [sign.seen_at.second for sign in liveness.workers()] == [new.last_heartbeat.second, silent.second]


def test_a_key_that_redis_forgot_is_no_worker(bells):
    worker = born(bells)
    bells.connection.delete(worker.key)
    assert liveness.workers() == []


def test_a_busy_worker_speaks_often_enough(bells):
    assert born(bells).job_monitoring_interval * 3 < SILENT_SECONDS


def test_without_redis_nobody_knows(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    doorbell.queue.cache_clear()
    try:
        with pytest.raises(RedisAwayError):
            liveness.workers()
    finally:
        doorbell.queue.cache_clear()
