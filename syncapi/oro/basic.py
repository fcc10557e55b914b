"""A user's name and password with every request, as some of this dialect's clients send them (contract 21.9)."""

from __future__ import annotations

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
        given = signin.basic(request.META.get("HTTP_AUTHORIZATION", ""))
        if given is None:
            return None
        try:
            user = signin.user_of(request._request, username=given[0], password=given[1])
        except SignInRefused:
            return None
        return user, Caller(user=user, rights=Rights.of(user), interactive=True)

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="Bulkhead"'
