"""The answer to a write is kept under the key that its sender chose, in the transaction of the write itself.

So a crash leaves neither, and who sends the same request again gets the same answer and nothing is done twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable
from psycopg.types.json import Jsonb

from asyncops.models import IdempotencyKey
from catalog.sql import run

PATIENCE_MS: Final = 300  # for a request with the same key that is about to end
RETRY_SECONDS: Final = 1
GRACE_SECONDS: Final = 5  # after which a sender who waited is taken for dead


class IdempotencyError(Exception):
    """The key cannot be used for this request."""


class KeyReused(IdempotencyError):
    """The key belongs to another request."""


class KeyBusy(IdempotencyError):
    """A request with this key is in progress."""

    def __init__(self, *, retry_after: int = RETRY_SECONDS) -> None:
        super().__init__(self.__doc__)
        self.retry_after = retry_after  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """What a request calls itself: unique within its organization."""

    organization_id: UUID
    value: str
    fingerprint: bytes

    @property
    def number(self) -> int:
        """For the advisory lock. Two keys with one number only wait for each other."""
        digest = blake2b(f"{self.organization_id}\0{self.value}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def find(key: Key, *, now: datetime) -> Answer | None:
    """The answer kept under this key; None: there is none, and nobody else can use the key in this transaction.

    Raises KeyReused, KeyBusy; the transaction must then be rolled back.
    """
    _lock(key)
    rows = run(_FIND, [key.organization_id, key.value, now])
    if not rows:
        return None
    fingerprint, status, headers, body, open_until = rows[0]
    if fingerprint != key.fingerprint:
        raise KeyReused
    if open_until is not None and open_until > now:
        raise KeyBusy(retry_after=math.ceil((open_until - now).total_seconds()))
    return Answer(status=status, headers=headers, body=body)


def keep(key: Key, answer: Answer, *, now: datetime, wait: int = 0) -> None:
    """Keep the answer in the transaction that called `find`. For `wait` seconds a later form of it may still come."""
    open_until = now + timedelta(seconds=wait + GRACE_SECONDS) if wait else None
    expires_at = now + timedelta(hours=settings.IDEMPOTENCY_HOURS)
    values = [answer.status, Jsonb(dict(answer.headers)), answer.body, open_until, expires_at]
    run(_KEEP, [key.organization_id, key.value, key.fingerprint, *values])


_FIND: Final = """
    SELECT fingerprint, status, headers, body, open_until FROM asyncops_idempotencykey
     WHERE organization_id = %b AND key = %b AND expires_at > %b"""
# An expired row may still be there.
_KEEP: Final = """
    INSERT INTO asyncops_idempotencykey
           (organization_id, key, fingerprint, status, headers, body, open_until, expires_at)
    VALUES (%b, %b, %b, %b::int4, %b, %b, %b, %b)
    ON CONFLICT (organization_id, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers,
           body = excluded.body, open_until = excluded.open_until, expires_at = excluded.expires_at"""


def settle(key: Key, answer: Answer) -> None:
    """The last form of a kept answer, once its sender waits no longer."""
    rows = IdempotencyKey.objects.filter(organization_id=key.organization_id, key=key.value)
    kept = rows.filter(fingerprint=key.fingerprint, open_until__isnull=False)
    kept.update(status=answer.status, headers=dict(answer.headers), body=answer.body, open_until=None)


def _lock(key: Key) -> None:
    """Held until the end of the transaction, however that comes."""
    lock = f"SELECT pg_advisory_xact_lock({key.number})"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}; {lock}; SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise KeyBusy from None
        raise
