"""Deletes what has expired; to be run once a day, at any time: it blocks nobody."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from asyncops import retention

WIDTH: Final = 40  # of the bar, in characters


class Command(BaseCommand):
    help = "Deletes expired operations with their items, and expired idempotency keys. Live operations stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")
        parser.add_argument("--now", type=moment, help="the time to go by (ISO 8601; without a zone: UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["now"] or timezone.now()
        if options["dry_run"]:
            self._tell(retention.expired(now=now), "would be deleted")
            return
        bar = Bar(sum(retention.expired(now=now).values()), shown=options["verbosity"] > 0 and sys.stderr.isatty())
        self._tell(retention.purge(now=now, report=bar.advance), "deleted")

    def _tell(self, counts: dict[str, int], what: str) -> None:
        for kind, rows in counts.items():
            self.stdout.write(f"{kind.replace('_', ' ')}: {rows} {what}")


class Bar:
    """A progress bar on standard error, for people."""

    def __init__(self, total: int, *, shown: bool) -> None:
        self.total = total
        self.done = 0
        self.shown = shown and total > 0

    def advance(self, kind: str, rows: int) -> None:
        self.done = min(self.done + rows, self.total)
        if self.shown:
            sys.stderr.write(f"\r{self.text()}" + ("\n" if self.done == self.total else ""))
            sys.stderr.flush()

    def text(self) -> str:
        filled = WIDTH * self.done // self.total
        return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {100 * self.done // self.total:3} % {self.done:,} rows"


def moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no ISO 8601 time") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
