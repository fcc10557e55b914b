"""Webhooks on their way: due deliveries are leased, sent, and their attempts written down."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from asyncops import fanning, fetching, leasing, schedule, signing, tallying, webhooks
from asyncops.fetching import FetchFailed
from asyncops.network import Kind, Work
from asyncops.network_models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookFanout, WebhookKey
from catalog.sql import run

BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
OURS: Final = "An error of this server; its log has the details"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending(Work):
    endpoint: int
    message: UUID
    url: str
    body: bytes
    keys: Sequence[str]
    attempts: int  # scheduled ones before this one
    by: UUID | None
    is_manual: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One attempt. `status` None: no answer."""

    at: datetime
    ended_at: datetime
    headers: Mapping[str, str]
    status: int | None = None
    error: str = ""
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""

    @property
    def is_acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_of_the_receiver(self) -> bool:
        """Whether it says anything about the receiver's health."""
        return self.error != OURS


# Each endpoint has its own share of the leases, and one that fails only a single one: a receiver that is down delays
# no other.
_SCHEDULED: Final = f"""
    SELECT p.id
      FROM asyncops_webhookendpoint e
     CROSS JOIN LATERAL (
           SELECT d.id, d.due_at
             FROM asyncops_webhookdelivery d
            WHERE d.endpoint_id = e.id AND d.due_at <= statement_timestamp() AND {leasing.FREE}
            ORDER BY d.due_at
            LIMIT greatest(CASE WHEN e.failing_since IS NULL THEN %b::int ELSE 1 END
                           - (SELECT count(*) FROM asyncops_webhookdelivery l
                               WHERE l.endpoint_id = e.id AND l.lease_until >= statement_timestamp()), 0)
              FOR UPDATE SKIP LOCKED) p
     WHERE e.enabled
     ORDER BY e.failing_since IS NOT NULL, p.due_at
     LIMIT %b::int"""
_MANUAL: Final = f"""
    SELECT id FROM asyncops_webhookdelivery d
     WHERE resend_at IS NOT NULL AND {leasing.FREE}
       AND EXISTS (SELECT 1 FROM asyncops_webhookendpoint e WHERE e.id = d.endpoint_id)
     ORDER BY resend_at LIMIT %b::int FOR UPDATE SKIP LOCKED"""

_STORE: Final = """
    UPDATE asyncops_webhookdelivery d
       SET status = CASE WHEN u.acknowledged THEN 'success' WHEN u.manual THEN d.status ELSE 'failed' END,
           attempts = d.attempts + (NOT u.manual)::int,
           due_at = CASE WHEN u.acknowledged OR d.due_at IS NULL THEN NULL
                         WHEN u.manual THEN d.due_at ELSE u.next END,
           resend_at = CASE WHEN u.manual THEN NULL ELSE d.resend_at END,
           attempted_at = u.at, lease_until = NULL
      FROM unnest(%b::bigint[], %b::int[], %b::bool[], %b::bool[], %b::timestamptz[], %b::timestamptz[])
           AS u (id, attempt, acknowledged, manual, next, at)
     WHERE d.id = u.id AND d.attempt = u.attempt AND d.lease_until IS NOT NULL
    RETURNING d.id"""


class Webhooks(Kind[Sending, Sent]):
    queue = "webhooks"
    table = "asyncops_webhookdelivery"

    @property
    def parallel(self) -> int:
        return int(settings.WEBHOOKS_PARALLEL)

    def claim(self, most: int, *, owner: str) -> list[Sending]:
        fanning.fan_out()
        while not (found := self._lease(most, owner)) and fanning.fan_out():
            pass  # a slice may hold nothing to tell
        return found

    def _lease(self, most: int, owner: str) -> list[Sending]:
        with transaction.atomic():
            manual = [id for (id,) in run(_MANUAL, [most])]
            share = max(self.parallel, 1)
            scheduled = [id for (id,) in run(_SCHEDULED, [share, most - len(manual)]) if id not in manual]
            leased = leasing.lease(self.table, [*manual, *scheduled], owner=owner) if manual or scheduled else []
            return _sendings(leased, manual=frozenset(manual)) if leased else []

    def act(self, work: Sending) -> Sent:
        at = datetime.now(UTC)
        signed = signing.headers(work.body, message=work.message, at=at, keys=work.keys)
        headers = {"Content-Type": "application/json", **signed}
        begun = time.monotonic()
        try:
            answer = fetching.post(work.url, body=work.body, headers=headers, seconds=settings.WEBHOOK_SECONDS)
        except FetchFailed as failure:
            return Sent(at=at, ended_at=_after(at, begun), headers=headers, error=failure.message)
        except Exception:
            log.exception("webhook_failed", delivery=work.id)
            return Sent(at=at, ended_at=_after(at, begun), headers=headers, error=OURS)
        return Sent(
            at=at,
            ended_at=_after(at, begun),
            headers=headers,
            status=answer.status,
            answer_headers=answer.headers,
            answer=answer.body,
        )

    def store(self, done: Sequence[tuple[Sending, Sent]]) -> None:
        with transaction.atomic():
            ours = _store(done)
            kept = [(work, sent) for work, sent in done if work.id in ours]
            WebhookAttempt.objects.bulk_create([_attempt(work, sent) for work, sent in kept])
            acknowledged = sum(sent.is_acknowledged for _, sent in kept)
            tallying.webhooks(acknowledged=acknowledged, failed=len(kept) - acknowledged)
            _judge([(work, sent) for work, sent in kept if not work.is_manual and sent.is_of_the_receiver])

    def is_due(self) -> bool:
        now = timezone.now()
        enabled = WebhookEndpoint.objects.filter(enabled=True)
        due = WebhookDelivery.objects.filter(due_at__lte=now, endpoint__in=enabled)
        if due.exists() or WebhookFanout.objects.exists():
            return True
        return WebhookDelivery.objects.filter(resend_at__lte=now).exists()


def _sendings(ids: Sequence[int], *, manual: frozenset[int]) -> list[Sending]:
    rows = WebhookDelivery.objects.filter(pk__in=ids).select_related("endpoint").order_by("due_at", "pk")
    found = list(rows)
    keys = WebhookKey.objects.in_bulk({row.organization_id for row in found})
    now = timezone.now()
    return [
        Sending(
            id=row.pk,
            attempt=row.attempt,
            endpoint=row.endpoint_id,
            message=row.message,
            url=row.endpoint.url,
            body=bytes(row.body),
            keys=webhooks.valid_keys(keys[row.organization_id], now=now),
            attempts=row.attempts,
            by=row.resend_by_id if row.pk in manual else None,
            is_manual=row.pk in manual,
        )
        for row in found
    ]


def _after(at: datetime, begun: float) -> datetime:
    return at + timedelta(seconds=time.monotonic() - begun)


def _store(done: Sequence[tuple[Sending, Sent]]) -> set[int]:
    """Those whose lease is still ours."""
    rows = [
        (work.id, work.attempt, sent.is_acknowledged, work.is_manual, _next(work, sent), sent.at)
        for work, sent in sorted(done, key=lambda entry: entry[0].id)
    ]
    return {id for (id,) in run(_STORE, [list(column) for column in zip(*rows, strict=True)])}


def _next(work: Sending, sent: Sent) -> datetime | None:
    asked = schedule.retry_after(sent.answer_headers, now=sent.ended_at) if sent.status in BUSY else None
    return schedule.following(work.attempts + 1, now=sent.ended_at, not_before=asked)


def _attempt(work: Sending, sent: Sent) -> WebhookAttempt:
    return WebhookAttempt(
        delivery_id=work.id,
        number=work.attempt,
        by_id=work.by,
        is_manual=work.is_manual,
        url=work.url,
        started_at=sent.at,
        duration_ms=round((sent.ended_at - sent.at).total_seconds() * 1000),
        request_headers=dict(sent.headers),
        status=sent.status,
        error=sent.error,
        response_headers={name: value.replace("\0", "") for name, value in sent.answer_headers.items()},
        response_body=sent.answer.decode(errors="replace").replace("\0", ""),
    )


_HEALTH: Final = """
    UPDATE asyncops_webhookendpoint e
       SET last_success_at = coalesce(u.success, e.last_success_at),
           last_failure_at = coalesce(u.failure, e.last_failure_at),
           failing_since = CASE WHEN u.failure IS NULL OR u.success > u.failure THEN NULL
                                ELSE coalesce(CASE WHEN u.success IS NULL THEN e.failing_since END, u.failure) END
      FROM unnest(%b::bigint[], %b::timestamptz[], %b::timestamptz[]) AS u (id, success, failure)
     WHERE e.id = u.id"""


def _judge(sent: Sequence[tuple[Sending, Sent]]) -> None:
    """How each endpoint is, and the end of those that are gone or have failed for days."""
    by_endpoint: dict[int, list[Sent]] = defaultdict(list)
    for work, attempt in sent:
        by_endpoint[work.endpoint].append(attempt)
    if not by_endpoint:
        return
    ids = sorted(by_endpoint)
    run("SELECT 1 FROM asyncops_webhookendpoint WHERE id = ANY(%b::bigint[]) ORDER BY id FOR NO KEY UPDATE", [ids])
    good = [max((s.at for s in by_endpoint[id] if s.is_acknowledged), default=None) for id in ids]
    bad = [max((s.at for s in by_endpoint[id] if not s.is_acknowledged), default=None) for id in ids]
    run(_HEALTH, [ids, good, bad])
    gone = [id for id in ids if any(attempt.status == HTTPStatus.GONE for attempt in by_endpoint[id])]
    _disable(gone, reason="The receiver answered 410 Gone.")
    if any(bad):
        days = settings.WEBHOOK_DISABLE_DAYS
        long_ago = timezone.now() - timedelta(days=days)
        failing = WebhookEndpoint.objects.filter(pk__in=ids, failing_since__lt=long_ago, enabled=True)
        _disable(list(failing.values_list("pk", flat=True)), reason=f"Nothing but failures for {days} days.")


def _disable(endpoints: Sequence[int], *, reason: str) -> None:
    """Loudly: the admin shows it on every page of webhooks."""
    for endpoint in WebhookEndpoint.objects.filter(pk__in=endpoints, enabled=True):
        webhooks.disable(endpoint, reason=reason)
        log.error("webhook_endpoint_disabled", endpoint=endpoint.pk, url=endpoint.url, reason=reason)
