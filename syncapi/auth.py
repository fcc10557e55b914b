"""Who asks: the bearer token says it, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, Final

from django.contrib.auth.models import Permission
from django.db import DEFAULT_DB_ALIAS
from django.db.models.expressions import RawSQL
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from asyncops.submissions import Caller
from catalog.commands import Json
from catalog.models import AccessToken, User
from catalog.rights import Rights
from catalog.sql import run


class BearerToken(BaseAuthentication):
    """Sets `request.user` and `request.caller`. An unknown or expired token makes a guest, as a missing one does."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            return None
        caller = find(secret.strip(), now=timezone.now())
        return None if caller is None else (caller.user, caller)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


# The ids of what Django's own backend grants: the user's permissions, and those of his groups.
_GRANTED: Final = """ARRAY(
    SELECT permission_id FROM catalog_user_user_permissions
     WHERE user_id = catalog_user.id AND NOT catalog_user.is_superuser
     UNION ALL
    SELECT g.permission_id FROM auth_group_permissions g JOIN catalog_user_groups m USING (group_id)
     WHERE m.user_id = catalog_user.id AND NOT catalog_user.is_superuser)"""
# Of the user: requests ask for nothing else of him, and what his password is stays where it is.
_ASKED: Final = frozenset({"id", "username", "number", "organization_id", "is_superuser", "is_active"})
_SOUGHT: Final = "stands for the secret that is asked for"
_NOW: Final = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def _known() -> list[str]:
    """In the model's order, in which it takes its values."""
    return [field.attname for field in User._meta.concrete_fields if field.attname in _ASKED]


@cache
def _statement() -> tuple[str, tuple[Json, ...]]:
    """The one query of every request, compiled and planned once: either costs more than running it does."""
    user = (f"user__{name}" for name in _known())
    found = AccessToken.objects.valid(_SOUGHT, now=_NOW)
    query = found.values_list("kind", RawSQL(_GRANTED, ()), *user).query  # noqa: S611 - it is ours
    statement, parameters = query.sql_with_params()
    return statement.replace("%s", "%b"), parameters


def find(secret: str, *, now: datetime) -> Caller | None:
    """Whoever holds this token, with the rights that its user has at this moment."""
    statement, parameters = _statement()
    given: dict[Json, Json] = {AccessToken.digest_of(_SOUGHT): AccessToken.digest_of(secret), _NOW: now}
    rows = run(statement, [given.get(parameter, parameter) for parameter in parameters], prepare=True)
    if not rows:
        return None
    [(kind, granted, *values)] = rows
    user = User.from_db(DEFAULT_DB_ALIAS, _known(), values)
    rights = Rights(None if user.is_superuser else _named(tuple(granted)), organization=user.organization_id)
    return Caller(user=user, rights=rights, interactive=kind == AccessToken.Kind.LOGIN)


@lru_cache(maxsize=1024)
def _named(permissions: tuple[int, ...]) -> frozenset[str]:
    """The names of permissions, which never change: who has which is asked every time."""
    rows = Permission.objects.filter(pk__in=permissions).values_list("content_type__app_label", "codename")
    return frozenset(f"{app}.{codename}" for app, codename in rows)


def has_any(rights: Rights, names: Iterable[str]) -> bool:
    """Whether one of these permissions is granted, each named as app.action_model."""
    return rights.granted is None or not rights.granted.isdisjoint(names)


class DenyAll(BasePermission):
    """The default: a view says whom it lets in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
