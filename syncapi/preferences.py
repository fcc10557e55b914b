"""What the Prefer header asks for (RFC 7240): an answer at once, or an answer with the result.

Every write of every dialect goes through `accept` or `run_now` here, so that no endpoint can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from asyncops import intake
from asyncops.errand_models import Purpose
from asyncops.intake import Performed
from asyncops.models import Body, Operation
from asyncops.submissions import Submission
from catalog.outcomes import Outcome
from syncapi import requestlog
from syncapi.exchange import ApiRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    respond_async: bool = False
    wait: int = 0  # seconds; 0: not asked for
    strict: bool = False  # an error at once rather than one that is found later

    @classmethod
    def of(cls, meta: Mapping[str, Any]) -> Preferences:
        """What is not understood is ignored: it is a preference, no demand. The first of several counts."""
        asked: dict[str, str] = {}
        for preference in meta.get("HTTP_PREFER", "").split(","):
            name, _, value = preference.partition(";")[0].partition("=")
            asked.setdefault(name.strip().lower(), value.strip().strip('"'))
        strict = asked.get("handling", "").lower() == "strict"
        return cls(respond_async="respond-async" in asked, wait=_seconds(asked.get("wait", "")), strict=strict)


def _seconds(text: str) -> int:
    """0 for what is no number. Of a number that nobody waits for the first digits are enough."""
    return int(text.lstrip("0")[:10] or "0") if text.isascii() and text.isdecimal() else 0


class RespondAsync(Exception):
    """The caller wants this write accepted and not done. Not an error: the view answers with `promised`."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(self.__doc__)
        self.operation = operation


def accept(request: ApiRequest, submission: Submission) -> Operation:
    """intake.accept for this request."""
    return made(request, intake.accept(_placed(request, submission), by=request.caller))


def accept_errand(request: ApiRequest, submission: Submission, purpose: Purpose) -> Operation:
    """intake.accept_errand for this request."""
    return made(request, intake.accept_errand(_placed(request, submission), purpose, by=request.caller))


def accept_body(request: ApiRequest, submission: Submission, body: Body) -> Operation:
    """intake.accept_body for this request."""
    return made(request, intake.accept_body(_placed(request, submission), body, by=request.caller))


def made(request: ApiRequest, operation: Operation) -> Operation:
    """It is this request's: the lines of its log name it, and whoever waits waits for it."""
    requestlog.note(operation)
    request.operations.append(operation)
    return operation


def run_now(request: ApiRequest, submission: Submission) -> tuple[Operation, list[Outcome]]:
    """`perform`, for who knows what he has sent."""
    performed = perform(request, submission)
    return performed.operation, list(performed.outcomes)


def perform(request: ApiRequest, submission: Submission) -> Performed:
    """intake.perform for this request. Raises RespondAsync when the caller prefers not to wait for it."""
    if Preferences.of(request.META).respond_async:
        raise RespondAsync(accept(request, submission))
    performed = intake.perform(_placed(request, submission), by=request.caller)
    requestlog.note(performed.operation)
    if request.dry_run:
        request.rehearsed.append(performed.outcomes)
    return performed


def _placed(request: ApiRequest, submission: Submission) -> Submission:
    return replace(submission, endpoint=request.path, dry_run=request.dry_run)


def promised(operation: Operation) -> Response:
    """202: it will be done, and here is where to ask."""
    headers = {"Location": address(operation), "Preference-Applied": "respond-async"}
    return Response({"operation": str(operation.uuid)}, status=202, headers=headers)


def address(operation: Operation) -> str:
    return reverse("operation", args=[operation.uuid])
