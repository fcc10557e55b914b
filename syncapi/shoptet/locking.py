"""Two equal writes at the same time: the second is told to wait, since it is most likely a retry (contract 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b

from django.db import InterfaceError, OperationalError, connection

from catalog.sql import run
from syncapi.exchange import ApiRequest
from syncapi.shoptet.refusals import Fault, Refusal


@contextmanager
def alone(request: ApiRequest) -> Iterator[None]:
    """Holds an advisory lock of this very request. Raises Refusal 423 when an equal one is being processed."""
    message = "An identical request is being processed. Please try again later."
    fault = Fault(code="locked", message=message, instance=request.path)
    with _held(_key(request), Refusal(423, fault, headers={"Retry-After": "1"})):
        yield


@contextmanager
def only_one(name: str, *, otherwise: Refusal) -> Iterator[None]:
    """Holds an advisory lock of this name, or raises `otherwise`."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    with _held(int.from_bytes(digest, "big", signed=True), otherwise):
        yield


@contextmanager
def _held(key: int, otherwise: Refusal) -> Iterator[None]:
    in_transaction = connection.in_atomic_block
    lock = "pg_try_advisory_xact_lock" if in_transaction else "pg_try_advisory_lock"
    [(taken,)] = run(f"SELECT {lock}(%b::bigint)", [key])
    if not taken:
        raise otherwise
    try:
        yield
    finally:
        if not in_transaction:  # whose end gives it back
            with suppress(OperationalError, InterfaceError):  # a connection that was lost has taken it along
                run("SELECT pg_advisory_unlock(%b::bigint)", [key])


def _key(request: ApiRequest) -> int:
    told = (str(request.caller.user.organization_id), request.method or "", request.get_full_path())
    digest = blake2b("\0".join(told).encode(errors="surrogateescape") + b"\0\0", digest_size=8)
    digest.update(request.body_read)
    return int.from_bytes(digest.digest(), "big", signed=True)
