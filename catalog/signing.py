"""Short-lived tokens for programs that sign in by themselves, and for users who stay signed in."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from catalog.identity import uuid7
from catalog.models import AccessToken, Integration, RefreshToken, User


class RefreshRefused(Exception):
    """No such refresh token, or one that is spent or expired."""

    def __init__(self, *, known: bool) -> None:
        super().__init__(self.__doc__)
        self.known = known


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """`refresh`: the secret that renews it, "" without."""

    secret: str
    seconds: int
    refresh: str = ""


def user_of_integration(client_id: str, secret: str, *, now: datetime) -> User | None:
    """Whom the integration acts as; None for a wrong pair, a revoked one, or a disabled user."""
    found = Integration.objects.select_related("user").filter(client_id=client_id, revoked_at=None).first()
    given = AccessToken.digest_of(secret)
    if not hmac.compare_digest(found.digest if found else "", given) or found is None or not found.user.is_active:
        return None
    Integration.objects.filter(pk=found.pk).update(used_at=now)
    return found.user


def grant(user: User, *, kind: str, seconds: int, now: datetime, name: str) -> Grant:
    """A token that ends by itself. Those of the user that ended long ago are swept out."""
    AccessToken.objects.filter(user=user, expires_at__lt=now - timedelta(days=1)).delete()
    secret = AccessToken.issue(user, kind=kind, name=name, expires_at=now + timedelta(seconds=seconds))
    return Grant(secret=secret, seconds=seconds)


def login(user: User, *, seconds: int, refresh_days: int, now: datetime, of: UUID | None = None) -> Grant:
    """As `grant`, with a refresh token. `of`: the login that is renewed."""
    granted = grant(user, kind=AccessToken.Kind.LOGIN, seconds=seconds, now=now, name="signed in")
    RefreshToken.objects.filter(user=user, expires_at__lt=now).delete()
    refresh = secrets.token_urlsafe(32)
    RefreshToken.objects.create(
        digest=AccessToken.digest_of(refresh),
        user=user,
        login=of or uuid7(),
        expires_at=now + timedelta(days=refresh_days),
    )
    return Grant(secret=granted.secret, seconds=seconds, refresh=refresh)


def renew(refresh: str, *, seconds: int, refresh_days: int, now: datetime) -> Grant:
    """A new pair for a refresh token, which is spent then. Raises RefreshRefused."""
    digest = AccessToken.digest_of(refresh)
    spent = RefreshToken.objects.filter(digest=digest, used_at=None, expires_at__gt=now, user__is_active=True)
    if not spent.update(used_at=now):
        known = RefreshToken.objects.filter(digest=digest).first()
        if known is not None:
            RefreshToken.objects.filter(login=known.login, used_at=None).update(used_at=now)
        raise RefreshRefused(known=known is not None)
    token = RefreshToken.objects.select_related("user").get(digest=digest)
    return login(token.user, seconds=seconds, refresh_days=refresh_days, now=now, of=token.login)
