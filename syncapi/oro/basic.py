"""A user's name and password with every request, as some of this dialect's clients send them (contract 21.9)."""

from __future__ import annotations

import base64
import binascii

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from asyncops.submissions import Caller
from catalog.models import User
from catalog.rights import Rights
from syncapi import signin
from syncapi.problems import SignInRefused


class BasicPassword(BaseAuthentication):
    """A wrong password makes a guest, as a missing one does; attempts are counted."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "basic":
            return None
        username, colon, password = _decoded(given.strip()).partition(":")
        if not colon or "\0" in username or "\0" in password:
            return None
        try:
            user = signin.user_of(request._request, username=username, password=password)
        except SignInRefused:
            return None
        return user, Caller(user=user, rights=Rights.of(user), interactive=True)

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="Bulkhead"'


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
