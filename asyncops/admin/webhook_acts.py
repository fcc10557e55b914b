"""What staff can do with one webhook endpoint, each after a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from asyncops import webhooks
from asyncops.models import WebhookEndpoint
from catalog.admin.reading import staff

CHANGE: Final = "asyncops.change_webhookendpoint"
DELETE: Final = "asyncops.delete_webhookendpoint"
RESEND: Final = "asyncops.resend_webhook"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """`do` says what it has done."""

    title: str
    question: str
    right: str
    do: Callable[[HttpRequest, WebhookEndpoint], str]
    is_offered: Callable[[WebhookEndpoint], bool] = lambda endpoint: True


def _enable(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    webhooks.enable(endpoint)
    return "Enabled. What has waited is on its way."


def _disable(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    webhooks.disable(endpoint, reason=f"Disabled by {staff(request)}.")
    return "Disabled."


def _test(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    delivery = webhooks.send_test(endpoint, by=staff(request))
    return f"A test event is on its way: delivery {delivery.pk}."


def _renew(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    key = webhooks.renew_key(endpoint.organization)
    return f"The new signature key of {endpoint.organization}, shown only now: {key}"


def _delete(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    webhooks.remove(endpoint)
    return "Deleted. Its log stays."


ACTS: Final[Mapping[str, Act]] = {
    "test": Act(
        title="Send a test event",
        question="Send an event about nothing, signed as real ones are?",
        right=RESEND,
        do=_test,
    ),
    "disable": Act(
        title="Disable",
        question="Send nothing more until it is enabled again? New events wait.",
        right=CHANGE,
        do=_disable,
        is_offered=lambda endpoint: endpoint.enabled,
    ),
    "enable": Act(
        title="Enable",
        question="Send what has waited, and all that comes?",
        right=CHANGE,
        do=_enable,
        is_offered=lambda endpoint: not endpoint.enabled,
    ),
    "renew-key": Act(
        title="Renew the signature key",
        question="Make a new key for all webhooks of this organization? For a while the old one signs beside it.",
        right=CHANGE,
        do=_renew,
    ),
    "remove": Act(
        title="Delete",
        question="Delete this endpoint? What is on its way to it is not sent any more.",
        right=DELETE,
        do=_delete,
    ),
}
