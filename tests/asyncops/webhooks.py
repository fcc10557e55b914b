"""What scenes of webhooks do and ask again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from standardwebhooks import Webhook

from asyncops import signing, webhooks, working
from asyncops.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookKey
from asyncops.network_models import Event
from catalog.models import Organization
from tests.foreign import Asked, Foreign, Reply

ALL = WebhookDelivery.objects.all


def listens(organization: Organization, url: str, *, event: str = "job:finished") -> WebhookEndpoint:
    return webhooks.register(organization, event=Event(event), url=url, dialect="plain")


def send() -> None:
    """What a worker would do for webhooks that are due by now."""
    working.drain(queues={"webhooks"})


def make_due() -> None:
    """As if the time until the next attempts had passed."""
    ALL().filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))


def log() -> list[tuple[int | None, bool]]:
    """Status and whether staff asked for it, of every attempt."""
    return list(WebhookAttempt.objects.order_by("pk").values_list("status", "is_manual"))


def states() -> list[tuple[str, int, bool]]:
    """Status, attempts and whether there will be another, of every delivery."""
    return [(row.status, row.attempts, row.is_active) for row in ALL().order_by("pk")]


def verified(asked: Asked, key: str) -> Any:
    """What an independent receiver makes of a request. Raises when a signature is wrong."""
    return Webhook(signing.secret_of(key)).verify(asked.body.decode(), asked.headers)


def key_of(organization: Organization) -> str:
    return WebhookKey.objects.get(organization=organization).key


def in_turn(foreign: Foreign, path: str, *acts: Callable[[Any], None]) -> str:
    """Does each once, the last one for ever; the URL."""
    waiting = list(acts)

    def act(handler: Any) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(handler)

    return foreign.on(path, act)


def status(code: int, **headers: str) -> Reply:
    return Reply(status=code, headers={name.replace("_", "-"): text for name, text in headers.items()})
