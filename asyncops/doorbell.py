"""The doorbell: an RQ job that carries no data. What there is to do stands in PostgreSQL."""

from __future__ import annotations

import time
from functools import cache

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

JOB = "asyncops.jobs.drain"
ENOUGH = 8  # waiting doorbells: each wakes one worker, which drains everything there is
FULL_SECONDS = 0.02  # for which a queue with enough of them is not looked at: no worker takes one and is done by then
JOB_SECONDS = 3600  # far above what a round takes with its exchanges and exports: only a hung worker meets it

log = structlog.get_logger(__name__)
_full_until: dict[str, float] = {}  # by queue, on this process's clock


def ring(name: str = "default") -> None:
    """Wake a worker that listens to this queue. Failing to is harmless, the sweeper rings again: no error is raised."""
    try:
        if time.monotonic() < _full_until.get(name, 0.0):
            return
        bells = queue(name)
        if bells.count < ENOUGH:
            bells.enqueue(JOB, result_ttl=0, failure_ttl=3600, job_timeout=JOB_SECONDS)
        else:
            _full_until[name] = time.monotonic() + FULL_SECONDS
    except RedisError as reason:
        log.warning("doorbell_failed", queue=name, reason=str(reason))


@cache
def queue(name: str = "default") -> Queue:
    """A connection of its own: redis-py's defaults would hold an accepted request for up to a minute."""
    connection = Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )
    return Queue(name, connection=connection, serializer=JSONSerializer)
