"""Import a file of records: it becomes an operation, which this process then works off."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from asyncops import importing, importing_faults, importing_lines
from asyncops.importing import TooMuchAtOnce
from asyncops.importing_faults import Refusal, Report
from asyncops.intake import ItemsRefused, TooManyItems
from asyncops.models import Operation
from asyncops.states import State
from asyncops.submissions import Caller
from catalog.commands import Json, Policy
from catalog.entities import ENTITIES
from catalog.models import User
from catalog.progress_bar import ProgressBar
from catalog.rights import Rights

WRITABLE: Final = sorted(name for name, spec in ENTITIES.items() if not spec.read_only)
_GZIP: Final = b"\x1f\x8b"


class Command(BaseCommand):
    help = "Imports records from JSON Lines: one record of an entity per line (docs/operations.md has the format)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON Lines, gzip or not")
        parser.add_argument("--entity", required=True, choices=WRITABLE, metavar="ENTITY", help=", ".join(WRITABLE))
        parser.add_argument("--policy", choices=list(Policy), default=Policy.EACH, help="all: everything or nothing")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, keep nothing")
        parser.add_argument("--username", help="whose rights and organization count (default: the only superuser)")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write the refused lines to FILE, as JSON Lines")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _user(options["username"])
        chosen = {"entity": options["entity"], "policy": Policy(options["policy"])}
        with ExitStack() as opened:
            self.errors = opened.enter_context(options["errors"].open("wb")) if options["errors"] else None
            self.report = Report()
            try:
                source = opened.enter_context(_Source(options["file"], ProgressBar("reading", out=self.stderr)))  # type: ignore[arg-type]
                if options["dry_run"]:
                    self._rehearse(source, chosen, Rights.of(user))
                else:
                    self._import(source, chosen, Caller(user=user, rights=Rights.of(user)))
            except (OSError, EOFError, zlib.error) as reason:
                raise CommandError(f"{options['file']} cannot be read: {reason}. Nothing was imported.") from None
            except (TooMuchAtOnce, TooManyItems) as reason:
                raise CommandError(f"Nothing was imported. {_explained(reason)}") from None
