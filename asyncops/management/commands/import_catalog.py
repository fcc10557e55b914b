"""Import a file of records: it becomes an operation, which this process then works off."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from asyncops import importing, importing_faults, importing_lines
from asyncops.importing import LinesRefused, TooMuchAtOnce
from asyncops.importing_faults import Refusal, Report
from asyncops.importing_lines import FileUnreadable, Source
from asyncops.journal import COUNTED
from asyncops.models import Operation
from asyncops.states import State
from asyncops.submissions import Caller
from catalog.commands import Json, Policy
from catalog.entities import ENTITIES
from catalog.models import User
from catalog.outcomes import OutcomeKind
from catalog.progress_bar import ProgressBar
from catalog.rights import Rights

WRITABLE: Final = sorted(name for name, spec in ENTITIES.items() if not spec.read_only)


class Command(BaseCommand):
    help = "Imports records from JSON Lines: one record of an entity per line (docs/operations.md has the format)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON Lines, packed with gzip or not")
        parser.add_argument("--entity", required=True, choices=WRITABLE, metavar="ENTITY", help=", ".join(WRITABLE))
        parser.add_argument("--policy", choices=[*map(str, Policy)], default="each", help="all: everything or nothing")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, keep nothing")
        parser.add_argument("--username", help="whose rights and organization count (default: the only superuser)")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="where refused lines go, as JSON Lines")

    def handle(self, *args: Any, **options: Any) -> None:
        user, policy = _user(options["username"]), Policy(options["policy"])
        chosen = {"entity": options["entity"], "policy": policy}
        report = Report()
        with ExitStack() as stack:
            try:
                source = stack.enter_context(importing_lines.opened(options["file"]))
                errors = stack.enter_context(options["errors"].open("wb")) if options["errors"] else None
                parts = self._watched(source, policy)
                if options["dry_run"]:
                    self._rehearse(importing.rehearse(parts, **chosen, rights=Rights.of(user)), report, errors)
                    return
                caller = Caller(user=user, rights=Rights.of(user))
                operation = importing.accept(parts, **chosen, file=options["file"].name, by=caller)
            except LinesRefused as refused:
                _tell(refused.refusals, report, errors)
                raise CommandError(f"Nothing was imported.\n{report}") from None
            except (FileUnreadable, TooMuchAtOnce) as reason:
                raise CommandError(f"Nothing was imported: {reason}.") from None
            self._work_off(operation)
            _tell(importing_faults.refusals(operation), report, errors)
        self._sum_up(operation, report)

    def _watched(self, source: Source, policy: Policy) -> Iterator[list[Json]]:
        """The parts of the file, with a bar that shows how far it was read."""
        bar = ProgressBar("reading", out=sys.stderr)
        records = 0
        lines = importing_lines.read(source.content, limits=importing.limits())
        for part in importing.batches(lines, policy=policy):
            records += len(part)
            bar.show(source.share, records=records)
            yield part
        bar.end(records=records)

    def _rehearse(self, parts: Iterable[Sequence[importing.Judged]], report: Report, errors: BinaryIO | None) -> None:
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(judged.outcome.kind.value for judged in part)
            bad = (judged for judged in part if judged.outcome.kind is OutcomeKind.REFUSED)
            _tell((importing_faults.of_item(judged.item, judged.outcome.errors) for judged in bad), report, errors)
        self.stdout.write(f"Nothing was written. It would be: {_figures(counts)}.")
        if report.records:
            raise CommandError(f"Records that would be refused: {report.records:,}\n{report}")

    def _work_off(self, operation: Operation) -> None:
        bar = ProgressBar("writing", out=sys.stderr)
        try:
            importing.work_off(operation, seen=lambda o: bar.show(o.processed / max(o.total, 1), records=o.processed))
        except KeyboardInterrupt:
            raise CommandError(f"Operation {operation.uuid} is accepted: the workers go on with it.") from None
        bar.end(records=operation.processed)

    def _sum_up(self, operation: Operation, report: Report) -> None:
        counts = Counter({name: getattr(operation, name) for name in (*COUNTED, "untouched")})
        self.stdout.write(f"Operation {operation.uuid} ended as {operation.state}: {_figures(counts)}.")
        if report.records or operation.state != State.SUCCESS:
            raise CommandError(f"Refused records: {report.records:,}\n{report}")


def _tell(refusals: Iterable[Refusal], report: Report, errors: BinaryIO | None) -> None:
    for refusal in refusals:
        report.add(refusal)
        if errors is not None:
            errors.write(refusal.as_json())


def _figures(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "no records"


def _user(username: str | None) -> User:
    users = User.objects.filter(is_active=True).select_related("organization")
    if username is not None:
        if (user := users.filter(username=username).first()) is None:
            raise CommandError(f"There is no active user {username}.")
        return user
    superusers = users.filter(is_superuser=True)[:2]
    if len(superusers) != 1:
        raise CommandError("Say with --username whose rights count: there is no superuser, or more than one.")
    return superusers[0]
