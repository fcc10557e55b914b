"""Who asks: the bearer token says it, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from asyncops.submissions import Caller
from catalog.models import AccessToken, User
from catalog.rights import Rights


class BearerToken(BaseAuthentication):
    """Sets `request.user` and `request.caller`. An unknown or expired token makes a guest, as a missing one does."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            return None
        token = _find(secret.strip())
        return None if token is None else (token.user, caller_of(token))

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _find(secret: str) -> AccessToken | None:
    return AccessToken.objects.valid(secret, now=timezone.now()).select_related("user__organization").first()


def caller_of(token: AccessToken) -> Caller:
    return Caller(user=token.user, rights=Rights.of(token.user), interactive=token.kind == AccessToken.Kind.LOGIN)


def has_any(rights: Rights, names: Iterable[str]) -> bool:
    """Whether one of these permissions is granted, each named as app.action_model."""
    return rights.granted is None or not rights.granted.isdisjoint(names)


class DenyAll(BasePermission):
    """The default: a view says whom it lets in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
