"""A job as Shoptet shows it: in the list, and in the detail with its result and log (contract 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from asyncops import jobids
from asyncops.models import Operation
from asyncops.states import State
from catalog.commands import Json
from syncapi.shoptet import addresses, names
from syncapi.shoptet.moments import written
from syncapi.shoptet.names import DIALECT, Status


def job(operation: Operation, *, now: datetime, base: str, log: str | None) -> dict[str, Json]:
    """`base`: the scheme and host at which the client reaches this server."""
    shown = status(operation, now=now)
    path = addresses.path(operation) if shown is Status.COMPLETED else None
    return {
        "jobId": jobids.of(operation.pk),
        "endpoint": endpoint(operation),
        "creationTime": written(operation.accepted_at),
        "completionTime": written(operation.finished_at),
        "duration": _duration(operation),
        "status": shown.value,
        "resultUrl": f"{base}{path}" if path else None,
        "validUntil": written(valid_until(operation, shown)),
        "log": log,
        "language": operation.context.get("language"),
        **_marked(operation),
    }


def row(operation: Operation, *, now: datetime) -> dict[str, Json]:
    shown = status(operation, now=now)
    return {
        "jobId": jobids.of(operation.pk),
        "endpoint": endpoint(operation),
        "creationTime": written(operation.accepted_at),
        "completionTime": written(operation.finished_at),
        "status": shown.value,
        "validUntil": written(valid_until(operation, shown)),
        "language": operation.context.get("language"),
        **_marked(operation),
    }


def _marked(operation: Operation) -> dict[str, Json]:
    """Only a dry run has this member, which is ours."""
    return {"dryRun": True} if operation.dry_run else {}


def status(operation: Operation, *, now: datetime) -> Status:
    """Of two that ended well, an upload without a single file has failed, and a result may be out of date."""
    match State(operation.state):
        case State.NEW:
            return Status.PENDING
        case State.RUNNING:
            return Status.RUNNING
        case State.CANCELLED:
            return Status.KILLED
        case State.FAILED:
            return Status.FAILED
    if operation.dialect == DIALECT and operation.kind in names.UPLOADS and 0 < operation.total == operation.refused:
        return Status.FAILED
    ends = result_ends(operation)
    return Status.EXPIRED if ends is not None and ends <= now else Status.COMPLETED


def result_ends(operation: Operation) -> datetime | None:
    """When the result of an ended operation can no longer be fetched; None without one."""
    if operation.finished_at is None or not names.extension(operation.dialect, operation.kind):
        return None
    return operation.finished_at + timedelta(hours=settings.RESULT_HOURS)


def valid_until(operation: Operation, shown: Status) -> datetime | None:
    return result_ends(operation) if shown in {Status.COMPLETED, Status.EXPIRED} else None


def endpoint(operation: Operation) -> str:
    """The path of its request. What came without one has the name of its kind."""
    return operation.endpoint or operation.kind


def _duration(operation: Operation) -> str | None:
    """Seconds of work, as a text with three decimals."""
    if operation.finished_at is None:
        return None
    began = operation.started_at or operation.finished_at
    return f"{max(0.0, (operation.finished_at - began).total_seconds()):.3f}"
