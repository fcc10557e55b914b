"""A user's name and password for a token that expires. Attempts are counted, so that nobody can try them all."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.cache import BaseCache, caches
from django.http import HttpRequest
from redis.exceptions import RedisError

from catalog.models import AccessToken, User
from syncapi.problems import SignInRefused

WINDOW_SECONDS: Final = 60
log = structlog.get_logger(__name__)


def basic(header: str) -> tuple[str, str] | None:
    """Name and password of HTTP Basic. None without them, and for what nobody's can be."""
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        return None
    name, colon, password = decoded.partition(":")
    return (name, password) if colon and "\0" not in decoded else None


def token(request: HttpRequest, *, username: str, password: str, now: datetime) -> str:
    """The secret of a new token. Raises SignInRefused: too many attempts look like a wrong password."""
    user = user_of(request, username=username, password=password)
    expires_at = now + timedelta(hours=settings.LOGIN_TOKEN_HOURS)
    return AccessToken.issue(user, kind=AccessToken.Kind.LOGIN, name="signed in", expires_at=expires_at)


def user_of(request: HttpRequest, *, username: str, password: str) -> User:
    """Whose name and password these are. Raises SignInRefused."""

    def check() -> User | None:
        user = authenticate(request, username=username, password=password)
        return user if isinstance(user, User) else None

    return guarded(request, username, check)


def guarded(request: HttpRequest, name: str, check: Callable[[], User | None]) -> User:
    """Whom `check` finds behind a name, unless it was asked too often. Raises SignInRefused."""
    key = _attempts_key(name, address=request.META.get("REMOTE_ADDR", ""))
    if _count(key) > settings.LOGIN_ATTEMPTS_PER_MINUTE:
        raise SignInRefused(retry_after=WINDOW_SECONDS)
    user = check()
    if user is None:
        raise SignInRefused(retry_after=0)
    _forget(key)
    return user


def _attempts_key(username: str, *, address: str) -> str:
    return "sign-in:" + hashlib.sha256(f"{username.casefold()}\0{address}".encode()).hexdigest()


def _count(key: str) -> int:
    """Attempts in this window, this one included. Without the shared cache each process counts for itself."""
    try:
        return _incremented(caches["default"], key)
    except RedisError as error:
        log.warning("sign-in attempts are counted per process", error=str(error))
        return _incremented(caches["local"], key) if "local" in settings.CACHES else 1


def _incremented(cache: BaseCache, key: str) -> int:
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # it expired between the two calls
        return 1


def _forget(key: str) -> None:
    try:
        caches["default"].delete(key)
    except RedisError as error:
        log.warning("sign-in attempts could not be forgotten", error=str(error))
