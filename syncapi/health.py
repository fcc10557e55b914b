"""Whether this process lives, and whether it can take requests. It can without Redis, whose state is only told."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from asyncops import liveness


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Without workers it is ready all the same, since operations are accepted, unless READY_NEEDS_WORKERS."""
    checks = {"database": _database(), "redis": _redis(), "workers": _workers()}
    ready = checks["database"] == "ok" and (checks["workers"] == "ok" or not settings.READY_NEEDS_WORKERS)
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _require_migrations()
    except DatabaseError:
        return "away"
    except MigrationsMissingError:
        return "migrations are missing"
    return "ok"


class MigrationsMissingError(Exception):
    """Some migrations are not applied."""


@cache
def _require_migrations() -> None:
    """Looks until the answer is good, which is then remembered. Raises MigrationsMissingError."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MigrationsMissingError


@cache
def _client() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )


def _workers() -> str:
    try:
        signs = liveness.workers()
    except liveness.RedisAwayError:
        return "unknown"
    return "ok" if any(sign.is_alive(now=timezone.now()) for sign in signs) else "none"


def _redis() -> str:
    try:
        _client().ping()
    except RedisError:
        return "away"
    return "ok"
