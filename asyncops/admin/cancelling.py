"""Asking before operations are cancelled, and saying what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest

from asyncops import control
from asyncops.models import Operation, OperationQuerySet
from catalog.admin.reading import MOST_COUNTED, staff

MOST_SHOWN: Final = 20
_NUMBERS: Final = re.compile(r"[0-9]{1,18}(,[0-9]{1,18})*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The operations that a confirmation names: no others can be cancelled by it."""

    named: Sequence[Operation]
    is_cut: bool  # more were selected than one confirmation takes

    @property
    def title(self) -> str:
        return f"Cancel operation {self.named[0].pk}" if len(self.named) == 1 else "Cancel operations"

    @property
    def live(self) -> Sequence[Operation]:
        return [operation for operation in self.named if not operation.is_final]

    @property
    def finished(self) -> int:
        return len(self.named) - len(self.live)

    @property
    def shown(self) -> Sequence[Operation]:
        return self.live[:MOST_SHOWN]

    @property
    def not_shown(self) -> int:
        return len(self.live) - len(self.shown)

    @property
    def numbers(self) -> str:
        return ",".join(str(operation.pk) for operation in self.named)


def question(operations: OperationQuerySet) -> Question:
    found = list(operations.select_related("organization", "user").order_by("-seq")[: MOST_COUNTED + 1])
    return Question(named=found[:MOST_COUNTED], is_cut=len(found) > MOST_COUNTED)


def named(text: str) -> list[int]:
    """The numbers in a list of them, as the forms of these pages have it."""
    return [int(number) for number in text.split(",")] if _NUMBERS.fullmatch(text) else []


def cancel(request: HttpRequest, operations: OperationQuerySet) -> None:
    """Cancel them, and tell the user how many were."""
    result = control.cancel(operations, by=staff(request))
    said = [f"{result.cancelled} cancelled"]
    if result.already_finished:
        said.append(f"{result.already_finished} already finished")
    messages.add_message(request, messages.SUCCESS if result.cancelled else messages.WARNING, f"{', '.join(said)}.")
