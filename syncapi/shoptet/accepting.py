"""What every asynchronous request is answered with: the id of its job, never a result (contract 4)."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from rest_framework.response import Response

from asyncops import jobids, webhooks
from asyncops.models import Operation
from asyncops.network_models import Event
from syncapi.exchange import ApiRequest
from syncapi.shoptet.envelope import answer
from syncapi.shoptet.refusals import Fault, Refusal


def accepted(operation: Operation, *, headers: Mapping[str, str] | None = None) -> Response:
    return answer({"jobId": jobids.of(operation.pk)}, status=202, headers=headers)


def may_accept(request: ApiRequest) -> None:
    """Shoptet's own strictness, a setting: no job without somebody to be told of its end. Raises Refusal 403."""
    if not settings.SHOPTET_REQUIRE_JOB_WEBHOOK:
        return
    organization = request.caller.user.organization
    if not webhooks.endpoints(organization).filter(event=Event.JOB_FINISHED).exists():
        message = "Webhook job:finished is not registered. Please register it before you call asynchronous endpoints."
        raise Refusal(403, Fault(code="webhook-not-registered", message=message, instance=Event.JOB_FINISHED.value))
