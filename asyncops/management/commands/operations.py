"""What an operator does at a console: the same functions that the admin and the APIs call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Q
from django.utils import timezone

from asyncops import control, progress
from asyncops.models import Chunk, Operation
from asyncops.retrying import CannotRetry, Which
from asyncops.reverting import CannotRevert
from asyncops.states import State
from catalog.commands import Json
from catalog.models import Organization, User

Facts = Mapping[str, Json]
COLUMNS: Final = ("operation", "organization", "dialect", "kind", "state", "done", "refused", "accepted_at")


class Command(BaseCommand):
    help = "Lists, shows, cancels, retries and reverts operations; pauses and resumes the queue."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="the latest operations")
        listing.add_argument("--state", choices=State.values)
        listing.add_argument("--organization", metavar="NAME")
        listing.add_argument("--limit", type=int, default=20)
        show = verbs.add_parser("show", help="one operation, and how far its chunks are")
        show.add_argument("operation", metavar="UUID")
        cancel = verbs.add_parser("cancel", help="stop operations; what was written stays")
        cancel.add_argument("operations", metavar="UUID", nargs="+")
        retry = verbs.add_parser("retry", help="accept again what an ended operation did not write")
        retry.add_argument("operation", metavar="UUID")
        retry.add_argument("--which", choices=[*Which], default=Which.ALL_UNFINISHED)
        revert = verbs.add_parser("revert", help="bring back what an ended operation changed, where nobody wrote since")
        revert.add_argument("operation", metavar="UUID")
        pause = verbs.add_parser("pause", help="let nothing more begin; accepting goes on")
        resume = verbs.add_parser("resume", help="end a pause")
        for verb in (pause, resume):
            verb.add_argument("--organization", metavar="NAME", help="only this one's; else everything")
        for verb in (cancel, retry, revert, pause):
            verb.add_argument("--by", metavar="USERNAME", help="in whose name")
        for verb in verbs.choices.values():
            verb.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        told = getattr(self, f"_{verb}")(options)
        if options["json"]:
            self.stdout.write(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        elif isinstance(told, list):
            self._table(told)
        else:
            self._lines(told)

    def _list(self, options: Facts) -> list[Facts]:
        found = Operation.objects.select_related("organization").order_by("-seq")
        if options["state"]:
            found = found.filter(state=options["state"])
        if options["organization"]:
            found = found.filter(organization=_organization(options["organization"]))
        return [_row(operation) for operation in found[: options["limit"]]]

    def _show(self, options: Facts) -> Facts:
        operation = _operation(options["operation"])
        chunks = Chunk.objects.filter(operation=operation)
        states = chunks.values_list("state").annotate(Count("pk")).order_by("state")
        errors = chunks.exclude(last_error="").values_list("last_error", flat=True).distinct()
        return {**_facts(operation), "chunks": dict(states), "last_errors": sorted(errors)}

    def _cancel(self, options: Facts) -> Facts:
        keys = [_operation(name).pk for name in options["operations"]]
        return asdict(control.cancel(Operation.objects.filter(pk__in=keys), by=_user(options["by"])))

    def _retry(self, options: Facts) -> Facts:
        operation = _operation(options["operation"])
        by = _user(options["by"]) or operation.user
        try:
            child = control.retry(operation, which=Which(options["which"]), by=by)
        except CannotRetry as reason:
            raise CommandError(reason.__doc__ or "") from None
        return {"operation": child.uuid, "parent": operation.uuid, "total": child.total}

    def _revert(self, options: Facts) -> Facts:
        operation = _operation(options["operation"])
        try:
            child = control.revert(operation, by=_user(options["by"]) or operation.user)
        except CannotRevert as reason:
            raise CommandError(reason.__doc__ or "") from None
        return {"operation": child.uuid, "parent": operation.uuid, "total": child.total}

    def _pause(self, options: Facts) -> Facts:
        organization = _organization(options["organization"])
        begun = control.pause(organization=organization, by=_user(options["by"]))
        return {"paused": options["organization"] or "everything", "changed": begun}

    def _resume(self, options: Facts) -> Facts:
        ended = control.resume(organization=_organization(options["organization"]))
        return {"resumed": options["organization"] or "everything", "changed": ended}

    def _table(self, rows: Sequence[Facts]) -> None:
        for pause in control.pauses():
            who = pause.organization.name if pause.organization else "everything"
            self.stdout.write(f"paused since {pause.paused_at:%Y-%m-%d %H:%M}: {who}")
        shown = [COLUMNS, *([str(row[name]) for name in COLUMNS] for row in rows)]
        widths = [max(len(row[place]) for row in shown) for place in range(len(COLUMNS))]
        for row in shown:
            self.stdout.write("  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip())

    def _lines(self, facts: Facts) -> None:
        for name, value in facts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {_plain(value)}")


def _plain(value: Json) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items()) or "none"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(_plain, value)) or "none"
    return "" if value is None else str(value)


def _row(operation: Operation) -> Facts:
    return {
        "operation": str(operation.uuid),
        "number": operation.pk,
        "organization": operation.organization.name,
        "dialect": operation.dialect,
        "kind": operation.kind,
        "state": str(operation.state),
        "done": f"{operation.processed}/{operation.total}",
        "refused": operation.refused,
        "accepted_at": f"{operation.accepted_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _facts(operation: Operation) -> Facts:
    names = ("accepted_at", "started_at", "finished_at", "cancel_requested_at", "expires_at")
    return {
        **_row(operation),
        "user": operation.user.get_username(),
        "policy": str(operation.policy),
        "parent": operation.parent.uuid if operation.parent else None,
        "counts": operation.counts,
        "progress": asdict(progress.of(operation, now=timezone.now())),
        **{name: getattr(operation, name) for name in names},
    }


def _operation(name: str) -> Operation:
    """By uuid, or by number."""
    found = Operation.objects.select_related("organization", "user", "parent")
    try:
        operation = found.filter(Q(pk=int(name)) if name.isdecimal() else Q(uuid=UUID(name))).first()
    except (ValueError, OverflowError):
        operation = None
    if operation is None:
        raise CommandError(f"There is no operation {name}.")
    return operation


def _organization(name: str | None) -> Organization | None:
    if name is None:
        return None
    found = Organization.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no organization {name}.")
    return found


def _user(name: str | None) -> User | None:
    if name is None:
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no user {name}.")
    return found
