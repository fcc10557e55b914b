"""Figures for Prometheus, read when they are asked for. They are the whole installation's, so only its operator may."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from asyncops import liveness, tallying
from catalog.sql import run

_LIVE: Final = "SELECT state, count(*) FROM asyncops_operation WHERE state IN ('new', 'running') GROUP BY state"
_CHUNKS: Final = "SELECT state, count(*), coalesce(sum(size), 0) FROM asyncops_chunk WHERE open GROUP BY state"
_OLDEST: Final = """
    SELECT extract(epoch FROM statement_timestamp() - o.accepted_at)::float8
      FROM asyncops_operation o
     WHERE o.state IN ('new', 'running')
       AND EXISTS (SELECT 1 FROM asyncops_chunk c WHERE c.operation_id = o.id AND c.open AND c.state = 'queued')
     ORDER BY o.seq LIMIT 1"""
_WEBHOOKS: Final = "SELECT count(*) FROM asyncops_webhookdelivery WHERE due_at <= statement_timestamp()"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """403 unless BULKHEAD_METRICS_TOKEN is set, 401 unless it is the bearer token of this request."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("BULKHEAD_METRICS_TOKEN is not set.\n", status=403, content_type="text/plain")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse("", status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    try:
        return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse("The database is away.\n", status=503, content_type="text/plain")


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Figures())
    return registry


class Figures(Collector):
    def describe(self) -> Iterator[Metric]:
        """Nothing: the names are known, and asking the database twice would not make them better."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        totals = tallying.read()
        live = {"new": 0, "running": 0} | dict(run(_LIVE))
        yield _gauge("operations", "Operations that have not ended.", "state", live)
        yield _counter("operations_ended", "Operations that have ended.", "state", _part(totals, tallying.ENDED))
        yield _counter("records", "Items by what became of them.", "outcome", _records(totals))
        yield _chunk_seconds(totals)
        yield from _queue()
        yield _counter("webhook_attempts", "Webhooks that were sent.", "result", _part(totals, tallying.WEBHOOKS))
        [(due,)] = run(_WEBHOOKS)
        yield GaugeMetricFamily("bulkhead_webhooks_due", "Webhooks that wait to be sent now.", value=due)
        yield from _workers()


def _queue() -> Iterator[Metric]:
    rows = run(_CHUNKS)
    chunks = {"queued": 0, "leased": 0} | {state: count for state, count, _ in rows}
    yield _gauge("queue_chunks", "Chunks that are not done yet.", "state", chunks)
    items = {"queued": 0, "leased": 0} | {state: size for state, _, size in rows}
    yield _gauge("queue_items", "Items of chunks that are not done yet.", "state", items)
    oldest = [seconds for (seconds,) in run(_OLDEST)]
    help = "How long the first operation of which a chunk is queued has waited."
    yield GaugeMetricFamily("bulkhead_queue_oldest_wait_seconds", help, value=oldest[0] if oldest else 0.0)


def _workers() -> Iterator[Metric]:
    """Nothing while Redis is away: nobody knows then."""
    try:
        signs = liveness.workers()
    except liveness.RedisAwayError:
        return
    alive = sum(sign.is_alive(now=timezone.now()) for sign in signs)
    yield GaugeMetricFamily("bulkhead_workers", "Workers that gave a sign of life lately.", value=alive)


def _chunk_seconds(totals: Mapping[str, float]) -> Metric:
    counts = [totals.get(f"{tallying.CHUNKS}:{bound}", 0) for bound in (*tallying.BOUNDS, "+Inf")]
    bounds = [str(bound) for bound in (*tallying.BOUNDS, "+Inf")]
    buckets = list(zip(bounds, accumulate(counts), strict=True))
    family = HistogramMetricFamily("bulkhead_chunk_seconds", "What a chunk took to apply and to journal.")
    family.add_metric([], buckets, totals.get(tallying.SECONDS, 0.0))
    return family


def _records(totals: Mapping[str, float]) -> dict[str, float]:
    return dict.fromkeys(tallying.OUTCOMES, 0.0) | _part(totals, tallying.RECORDS)


def _part(totals: Mapping[str, float], part: str) -> dict[str, float]:
    return {name.partition(":")[2]: value for name, value in totals.items() if name.startswith(f"{part}:")}


def _gauge(name: str, help: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"bulkhead_{name}", help, labels=[label])
    for value in sorted(values):
        family.add_metric([value], values[value])
    return family


def _counter(name: str, help: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"bulkhead_{name}", help, labels=[label])
    for value in sorted(values):
        family.add_metric([value], values[value])
    return family
