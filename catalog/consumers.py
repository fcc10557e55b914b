"""OAuth 1.0a: what a program signs its requests with. It is made of an integration and our own key, and kept nowhere.

Who checks a signature must be able to make it, so the digest, which is all that is kept of other secrets, would not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.crypto import salted_hmac

from catalog.models import Integration

_SALT: Final = "catalog.consumers"
_OFTEN_ENOUGH: Final = timedelta(minutes=1)  # for the time of the last use: a request should not have to write


@dataclass(frozen=True, kw_only=True, slots=True)
class Consumer:
    """The four values in OAuth's words. All but the key are secrets of 128 bits."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str


def of(integration: Integration) -> Consumer:
    return Consumer(
        consumer_key=integration.client_id,
        consumer_secret=_made(integration, "consumer secret"),
        access_token=_made(integration, "access token"),
        access_token_secret=_made(integration, "access token secret"),
    )


def find(consumer_key: str) -> Integration | None:
    """The integration with this key, with its user; None when it is revoked or its user disabled."""
    known = Integration.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    return known.filter(client_id=consumer_key).first()


def note_use(integration: Integration, *, now: datetime) -> None:
    if integration.used_at is None or now - integration.used_at > _OFTEN_ENOUGH:
        Integration.objects.filter(pk=integration.pk).update(used_at=now)


def _made(integration: Integration, what: str) -> str:
    """Another digest, as of a new secret, is another value."""
    given = f"{integration.client_id} {integration.digest}"
    return salted_hmac(f"{_SALT}.{what}", given, algorithm="sha256").hexdigest()[:32]
