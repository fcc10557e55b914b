"""Who asks: one of Shoptet's two token headers says it, or a bearer token (contract 3)."""

from __future__ import annotations

from typing import Final

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from asyncops.submissions import Caller
from catalog.models import AccessToken, User
from syncapi import auth
from syncapi.shoptet.refusals import UNKNOWN, Fault, Refusal

HEADERS: Final = ("Shoptet-Private-API-Token", "Shoptet-Access-Token")
INSTANCE: Final = "access-token"


class ShoptetToken(BaseAuthentication):
    """A token that lets nobody in is told from none: 401 in both cases."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        secret = secret_of(request)
        if not secret:
            return None
        now = timezone.now()
        caller = auth.find(secret, now=now)
        if caller is None:
            known = AccessToken.objects.filter(digest=AccessToken.digest_of(secret), expires_at__lte=now)
            raise _expired() if known.exists() else _unknown()
        return caller.user, caller

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def secret_of(request: Request) -> str:
    """The token as it was sent, "" when there is none."""
    for name in HEADERS:
        if given := request.headers.get(name, "").strip():
            return given
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def absent() -> Refusal:
    message = "Missing access token. Please add `Shoptet-Access-Token` header to your request."
    return Refusal(401, Fault(code="missing-access-token", message=message, instance=UNKNOWN))


def _expired() -> Refusal:
    message = "Token is expired. Please ask for new one."
    return Refusal(401, Fault(code="expired-token", message=message, instance=UNKNOWN))


def _unknown() -> Refusal:
    return Refusal(401, Fault(code="invalid-access-token", message="Invalid access token.", instance=INSTANCE))


def without_rights(secret: str) -> Refusal:
    """The token is recognisable in the message, and cannot be read from it."""
    shown = f"{secret[:3]}..{secret[-3:]}" if len(secret) >= 12 else "..."
    message = f'Your access token "{shown}" has no defined rights for this resource.'
    return Refusal(403, Fault(code="invalid-token-no-rights", message=message, instance=INSTANCE))
