"""The first page of the admin: is everything alive, what is going on, what went wrong. Works while Redis is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from asyncops import control, liveness, overview
from asyncops.admin import charts
from asyncops.liveness import RedisAwayError, SignOfLife
from asyncops.models import Operation, OperationQuerySet, Pause, WebhookDelivery
from asyncops.network_models import DeliveryStatus
from asyncops.overview import Overview
from catalog.admin.reading import staff
from catalog.models import Organization, User

WORKING_SECONDS = 3  # between two looks while operations are live
IDLE_SECONDS = 30  # else: a worker may die, and a new operation come


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhooks:
    """Deliveries, each number at most overview.MOST_COUNTED + 1."""

    waiting: int  # for their first or another attempt
    given_up: int  # of the last day: never acknowledged, and no attempt is left


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    now: datetime
    overview: Overview
    workers: Sequence[SignOfLife]
    redis_is_away: bool
    webhooks: Webhooks
    pauses: Sequence[Pause]  # that concern the reader
    may_pause: bool
    may_manage: bool
    scope: Organization | None  # whose operations these are; None: everybody's
    chart: SafeString

    @property
    def alive(self) -> Sequence[SignOfLife]:
        return [worker for worker in self.workers if worker.is_alive(now=self.now)]

    @property
    def silent(self) -> Sequence[SignOfLife]:
        return [worker for worker in self.workers if not worker.is_alive(now=self.now)]

    @property
    def nobody_works(self) -> bool:
        return not self.redis_is_away and not self.alive

    @property
    def own_pause(self) -> Pause | None:
        """The one that the reader can end."""
        scope = self.scope.pk if self.scope else None
        return next((pause for pause in self.pauses if pause.organization_id == scope), None)

    @property
    def seconds(self) -> int:
        return WORKING_SECONDS if self.overview.live_count else IDLE_SECONDS


def may_see(request: HttpRequest) -> bool:
    return request.user.is_active and staff(request).has_perm("asyncops.view_operation")


def may_pause(request: HttpRequest) -> bool:
    return may_see(request) and staff(request).has_perm("asyncops.pause_queue")


def may_manage(request: HttpRequest) -> bool:
    return request.user.has_perm("asyncops.manage_queue")


def of(request: HttpRequest) -> Dashboard:
    user, now = staff(request), timezone.now()
    seen = overview.of(_visible(user), now=now)
    workers, redis_is_away = _workers()
    return Dashboard(
        now=now,
        overview=seen,
        workers=workers,
        redis_is_away=redis_is_away,
        webhooks=_webhooks(user, now),
        pauses=[pause for pause in control.pauses() if _concerns(pause, user)],
        may_pause=may_pause(request),
        may_manage=may_manage(request),
        scope=scope(user),
        chart=charts.operations_by_hour(seen.hours),
    )


def _webhooks(user: User, now: datetime) -> Webhooks:
    own = scope(user)
    deliveries = WebhookDelivery.objects.filter(**({"organization": own} if own else {})).order_by()
    waiting = deliveries.filter(due_at__isnull=False)
    lost = deliveries.filter(status=DeliveryStatus.FAILED, due_at=None, created_at__gte=now - timedelta(days=1))
    most = overview.MOST_COUNTED + 1
    return Webhooks(waiting=waiting[:most].count(), given_up=lost[:most].count())


def _workers() -> tuple[Sequence[SignOfLife], bool]:
    try:
        return liveness.workers(), False
    except RedisAwayError:
        return (), True


def _visible(user: User) -> OperationQuerySet:
    everything = Operation.objects.select_related(None)
    assert isinstance(everything, OperationQuerySet)
    own = scope(user)
    return everything.of(own) if own else everything


def scope(user: User) -> Organization | None:
    """Whose operations and queue a user sees and pauses; None: everybody's."""
    return None if user.is_superuser else user.organization


def _concerns(pause: Pause, user: User) -> bool:
    return user.is_superuser or pause.organization_id in {None, user.organization_id}
