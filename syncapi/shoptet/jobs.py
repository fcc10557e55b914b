"""Every operation of the caller's organization as a job, whatever dialect accepted it (contract 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import caches
from django.db.models import F, Q
from django.utils import timezone
from redis.exceptions import RedisError
from rest_framework.response import Response

from asyncops import jobids, waiting
from asyncops.models import Operation
from asyncops.states import LIVE, State
from syncapi.exchange import ApiRequest
from syncapi.shoptet import logs, moments, names, parameters, rendering
from syncapi.shoptet.envelope import answer
from syncapi.shoptet.names import DIALECT, Status
from syncapi.shoptet.queries import query_of
from syncapi.shoptet.refusals import Fault, Refusal
from syncapi.shoptet.routes import Call

USUAL_PAGE: Final = 100
LARGEST_PAGE: Final = 500
POLL_SECONDS: Final = 2  # what an unfinished job's Retry-After says
COUNTER_SECONDS: Final = 24 * 3600
_BOUNDS: Final[Mapping[str, str]] = {
    "creationTimeFrom": "accepted_at__gte",
    "creationTimeTo": "accepted_at__lte",
    "completionTimeFrom": "finished_at__gte",
    "completionTimeTo": "finished_at__lte",
}


def detail(request: ApiRequest, call: Call) -> Response:
    """Waits for the end up to `wait` seconds, if that is asked for."""
    operation = find(request, call.path["job"])
    wait = parameters.whole(query_of(request), "wait", default=0, least=0)
    if wait and operation.state in LIVE:
        waiting.until_final([operation], seconds=min(wait, settings.MAX_WAIT_SECONDS))
    if operation.state in LIVE:
        _count_look(operation)
    now = timezone.now()
    shown = rendering.job(operation, now=now, base=_base(request), log=logs.of(operation))
    headers = {"Retry-After": str(POLL_SECONDS)} if operation.state in LIVE else {}
    headers["X-Job-Errors"] = str(operation.refused)
    return answer({**shown, "job": shown}, headers=headers)


def listing(request: ApiRequest, call: Call) -> Response:
    query, now = query_of(request), timezone.now()
    page = parameters.page(query, usual=USUAL_PAGE, most=LARGEST_PAGE)
    found = Operation.objects.filter(organization=request.caller.user.organization_id)
    for name, lookup in _BOUNDS.items():
        if (bound := parameters.moment(query, name)) is not None:
            found = found.filter(**{lookup: moments.last(bound) if name.endswith("To") else bound})
    if (status := parameters.choice(query, "status", Status)) is not None:
        found = found.filter(_is(status, now=now))
    total = found.count()
    shown = found.order_by("-seq")[page.first : page.first + page.size]
    jobs = [rendering.row(operation, now=now) for operation in shown]
    return answer({"jobs": jobs, "paginator": page.paginator(total)})


def find(request: ApiRequest, job: str) -> Operation:
    """Raises Refusal: another organization's job is not told from an unknown one."""
    number = jobids.number_of(job)
    known = Operation.objects.filter(organization=request.caller.user.organization_id)
    operation = None
    if number is not None:
        operation = known.select_related("cancel_requested_by").filter(pk=number).first()
    if operation is None:
        raise Refusal(404, Fault(code="job-not-found", message=f'Job with ID "{job}" not found.', instance=job))
    return operation


def _base(request: ApiRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _is(status: Status, *, now: datetime) -> Q:
    """As `rendering.status` says it of one operation, so this says it to the database."""
    ours = Q(dialect=DIALECT)
    fruitless = ours & Q(kind__in=names.UPLOADS, total__gt=0, refused=F("total"))
    fruitful = Q(state=State.SUCCESS) & ~fruitless
    over = ~(ours & Q(kind__in=names.BATCHES)) & Q(finished_at__lte=now - timedelta(hours=settings.RESULT_HOURS))
    return {
        Status.PENDING: Q(state=State.NEW),
        Status.RUNNING: Q(state=State.RUNNING),
        Status.KILLED: Q(state=State.CANCELLED),
        Status.FAILED: Q(state=State.FAILED) | Q(state=State.SUCCESS) & fruitless,
        Status.EXPIRED: fruitful & over,
        Status.COMPLETED: fruitful & ~over,
    }[status]


def _count_look(operation: Operation) -> None:
    """Upstream's strictness, off unless it is set: who polls too often is turned away. Without Redis nobody is."""
    limit = settings.SHOPTET_UNFINISHED_DETAIL_LIMIT
    if not limit:
        return
    cache, key = caches["default"], f"shoptet-looks:{operation.uuid}"
    try:
        cache.add(key, 0, timeout=COUNTER_SECONDS)
        looks = cache.incr(key)
    except (RedisError, ValueError):  # away, or it forgot the key between the two calls
        return
    if looks > limit:
        job = jobids.of(operation.pk)
        raise Refusal(
            403,
            Fault(
                code="job-detail-try-counter-exceeded-limit",
                message=f'You have exceeded the limit of job detail request for unprocessed job "{job}". '
                "Please wait for job:finished event after job is completed!",
                instance=job,
            ),
        )
