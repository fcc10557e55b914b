"""Checks that the engine's tables are as they must be."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from asyncops import auditing


class Command(BaseCommand):
    help = "Checks the engine's invariants in the database. Ends with an error if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--grace", type=float, default=300, help="seconds that a sweeper or a lease may take")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, grace: float, json: bool, **options: Any) -> None:
        findings = list(auditing.audit(grace=grace))
        self.stdout.write(_as_json(findings) if json else _as_text(findings))
        if findings:
            raise CommandError(f"{len(findings)} of {len(auditing.INVARIANTS)} invariants do not hold.")


def _as_json(findings: list[auditing.Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings])


def _as_text(findings: list[auditing.Finding]) -> str:
    if not findings:
        return f"{len(auditing.INVARIANTS)} invariants hold."
    return "\n".join(
        f"BROKEN: {finding.invariant}: {finding.count} operations, e.g. {', '.join(map(str, finding.operations))}"
        for finding in findings
    )
