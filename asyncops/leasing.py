"""Leases of network work, like those of chunks: by the database's clock, with a fencing token, kept up meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from catalog.sql import run

# What may be leased: nobody has it, or whoever had it is gone.
FREE: Final = "(lease_until IS NULL OR lease_until < statement_timestamp())"
_UNTIL: Final = "statement_timestamp() + make_interval(secs => %b::float8)"

_LEASE: Final = f"""
    UPDATE {{table}} SET attempt = attempt + 1, lease_until = {_UNTIL}, lease_owner = %b
     WHERE id = ANY(%b::bigint[]) RETURNING id"""
_RENEW: Final = f"""
    UPDATE {{table}} w SET lease_until = {_UNTIL} FROM unnest(%b::bigint[], %b::int[]) AS u (id, attempt)
     WHERE w.id = u.id AND w.attempt = u.attempt AND w.lease_until IS NOT NULL"""
_RELEASE: Final = """
    UPDATE {table} w SET lease_until = NULL FROM unnest(%b::bigint[], %b::int[]) AS u (id, attempt)
     WHERE w.id = u.id AND w.attempt = u.attempt"""
_RELEASE_ALL_OF: Final = """
    UPDATE {table} SET lease_until = statement_timestamp() WHERE lease_until IS NOT NULL AND lease_owner = %b"""

Held = Sequence[tuple[int, int]]  # id and attempt of rows that were leased


def lease(table: str, ids: Sequence[int], *, owner: str) -> list[int]:
    """Inside the transaction that has locked them."""
    return [id for (id,) in run(_LEASE.format(table=table), [float(settings.LEASE_SECONDS), owner, list(ids)])]


def renew(table: str, held: Held) -> None:
    """Those that were lost meanwhile stay with their new holder."""
    ids, attempts = [id for id, _ in held], [attempt for _, attempt in held]
    run(_RENEW.format(table=table), [float(settings.LEASE_SECONDS), ids, attempts])


def release(table: str, held: Held) -> None:
    """Give back what was not begun."""
    run(_RELEASE.format(table=table), [[id for id, _ in held], [attempt for _, attempt in held]])


def release_all_of(table: str, owner: str) -> None:
    """End the leases of a process that is known to be dead: unlike what was given back, they are over, not away."""
    run(_RELEASE_ALL_OF.format(table=table), [owner])
