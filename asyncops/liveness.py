"""Which workers live: each tells Redis every few seconds that it is there; who was silent for long counts as dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from redis.exceptions import RedisError
from rq import worker_registration
from rq.utils import utcparse

from asyncops import doorbell

SILENT_SECONDS: Final = 20  # several heartbeats of a busy worker; RQ itself forgets one after 77 s
_FIELDS: Final = ("hostname", "pid", "state", "queues", "birth", "last_heartbeat", "successful_job_count")


class RedisAwayError(Exception):
    """Redis cannot be reached, so nobody knows which workers live."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignOfLife:
    """What a worker last told of itself."""

    host: str
    pid: str
    state: str  # RQ's word: idle, busy, started, suspended
    queues: str
    born_at: datetime | None
    seen_at: datetime
    jobs: int  # turns at the queue that it ended well

    def is_alive(self, *, now: datetime) -> bool:
        return (now - self.seen_at).total_seconds() < SILENT_SECONDS


def workers() -> Sequence[SignOfLife]:
    """Every worker that Redis knows, the latest heard of first. Raises RedisAwayError."""
    redis = doorbell.queue().connection
    try:
        keys = sorted(worker_registration.get_keys(connection=redis))
        with redis.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hmget(key, _FIELDS)
            told = pipeline.execute()
    except RedisError as reason:
        raise RedisAwayError from reason
    known = (dict(zip(_FIELDS, (value and value.decode() for value in values), strict=True)) for values in told)
    return sorted(
        (_sign(fields) for fields in known if fields["last_heartbeat"]), key=lambda sign: sign.seen_at, reverse=True
    )


def _sign(fields: Mapping[str, str | None]) -> SignOfLife:
    born, seen = fields["birth"], fields["last_heartbeat"]
    return SignOfLife(
        host=fields["hostname"] or "?",
        pid=fields["pid"] or "?",
        state=fields["state"] or "?",
        queues=fields["queues"] or "",
        born_at=utcparse(born) if born else None,
        seen_at=utcparse(seen or ""),
        jobs=int(fields["successful_job_count"] or 0),
    )
