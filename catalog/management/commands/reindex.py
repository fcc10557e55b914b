"""Derived data anew: everything, or only what was held back."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog import indexing
from catalog.marking import INPUTS
from catalog.progress_bar import ProgressBar


class Command(BaseCommand):
    help = (
        "Derives trees, lists of ids, counts and search documents anew. May run beside anything, any number of times."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entity", nargs="*", metavar="ENTITY", help=f"{', '.join(INPUTS)}; all, if none is named")
        parser.add_argument("--stale", action="store_true", help="only what was held back when it was written")

    def handle(self, *args: Any, entity: list[str], stale: bool, **options: Any) -> None:
        if unknown := set(entity) - set(INPUTS):
            raise CommandError(f"Nothing is derived for: {', '.join(sorted(unknown))}.")
        chosen = [name for name in INPUTS if name in entity or not entity]
        _release(chosen)
        if not stale:
            for name in chosen:
                _rebuild(name)


def _release(entities: list[str]) -> None:
    total = sum(indexing.release(name) for name in entities)
    bar, done = ProgressBar("held back", out=sys.stderr), 0
    while worked := indexing.drain(limit=indexing.BATCH):
        done += worked
        bar.show(done / max(total, done, 1), records=done)
    bar.end(records=done)


def _rebuild(entity: str) -> None:
    total = indexing.size(entity)
    bar, done = ProgressBar(entity, out=sys.stderr), 0
    for records in indexing.rebuild(entity):
        done += records
        bar.show(done / max(total, done, 1), records=done)
    bar.end(records=done)
