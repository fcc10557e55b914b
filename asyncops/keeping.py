"""Contents of files: kept before the record that shows them is written, swept when nobody can ask for them any more.

A record may come long after its file: from a chunk that waits, a retry, a revert. So what no record shows is marked at
first, and goes only when no operation is left that was accepted before the mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from catalog import storing
from catalog.commands import File
from catalog.sql import run

FRESH: Final = timedelta(hours=1)  # what was kept since needs no new note, so that nobody waits for who keeps the same
SETTLED: Final = timedelta(days=1)  # after which the operation for which a file was kept is surely there
MARKS: Final = 10_000  # of one sweep
FILES: Final = 100  # of one transaction
FETCH_LOCK: Final = 0x66657463  # "fetc": shared by who leases downloads, whose files are noted after they were kept

_NOTE: Final = """
    INSERT INTO asyncops_keptfile (path, kept_at)
    SELECT DISTINCT u.path, %b::timestamptz FROM unnest(%b::text[]) AS u (path)
     WHERE NOT EXISTS (SELECT 1 FROM asyncops_keptfile k
                        WHERE k.path = u.path AND k.kept_at > %b AND k.unused_since IS NULL)
     ORDER BY u.path
        ON CONFLICT (path) DO UPDATE SET kept_at = excluded.kept_at, unused_since = NULL"""
_SHOWN: Final = "EXISTS (SELECT 1 FROM catalog_media m WHERE m.path = k.path)"
_MARK: Final = f"""
    UPDATE asyncops_keptfile SET unused_since = %b::timestamptz WHERE path = ANY(ARRAY(
        SELECT k.path FROM asyncops_keptfile k
         WHERE k.unused_since IS NULL AND k.kept_at <= %b AND NOT {_SHOWN}
         LIMIT %b::int FOR UPDATE SKIP LOCKED))"""
_UNMARK: Final = f"UPDATE asyncops_keptfile k SET unused_since = NULL WHERE k.unused_since IS NOT NULL AND {_SHOWN}"
_OVER: Final = f"""
    k.unused_since <= %b AND NOT {_SHOWN}
    AND NOT EXISTS (SELECT 1 FROM asyncops_operation o WHERE o.accepted_at <= k.unused_since)"""
_FETCHING: Final = "SELECT 1 FROM asyncops_download WHERE state = 'waiting' AND lease_until IS NOT NULL LIMIT 1"
_LOCK: Final = f"SELECT k.path FROM asyncops_keptfile k WHERE {_OVER} LIMIT {FILES} FOR UPDATE SKIP LOCKED"


def keep(files: Iterable[File], *, now: datetime) -> None:
    """Store what is not there yet. Noted first: a sweep that is about to delete one has done so before we look."""
    some = list(files)
    note([file.path for file in some], now=now)
    storing.keep(some)


def note(paths: Sequence[str], *, now: datetime) -> None:
    """Somebody wants these files."""
    if paths:
        run(_NOTE, [now, list(paths), now - FRESH])


def leasing_downloads() -> None:
    """No sweep deletes anything until the end of this transaction, nor then until the downloads have ended."""
    run(f"SELECT pg_advisory_xact_lock_shared({FETCH_LOCK})")


def unused(*, now: datetime) -> int:
    """How many files a sweep would delete now."""
    [(count,)] = run(f"SELECT count(*) FROM asyncops_keptfile k WHERE {_OVER}", [_grace(now)])
    return int(count)


def sweep(*, now: datetime) -> Iterator[int]:
    """Delete what was found unused long ago, mark what is found unused now; how many went, a transaction at a time."""
    run(_UNMARK)
    while paths := _delete(now):
        yield len(paths)
    run(_MARK, [now, now - SETTLED, MARKS])


def _delete(now: datetime) -> Sequence[str]:
    """The files go before the rows by which they are found; who keeps one of them anew waits for the end of this.

    None go while images are being downloaded: their files may be among these, and are noted at the end only.
    """
    with transaction.atomic():
        run(f"SELECT pg_advisory_xact_lock({FETCH_LOCK})")
        if run(_FETCHING):
            return []
        paths = [path for (path,) in run(_LOCK, [_grace(now)])]
        for path in paths:
            storing.media().delete(path)
        if paths:
            run("DELETE FROM asyncops_keptfile WHERE path = ANY(%b::text[])", [paths])
    return paths


def _grace(now: datetime) -> datetime:
    return now - timedelta(days=settings.UNUSED_FILE_DAYS)
