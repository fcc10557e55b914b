"""The token endpoint: an integration's key, a user's password, or a refresh token, for a token of ten minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils import timezone
from rest_framework.response import Response

from catalog import signing
from catalog.commands import Json
from catalog.models import AccessToken
from catalog.signing import Grant, RefreshRefused
from syncapi import jsontext, signin
from syncapi.exchange import ApiRequest
from syncapi.problems import SignInRefused
from syncapi.shopware.drafts import V3
from syncapi.shopware.faults import Fault, FaultyError
from syncapi.shopware.routing import Route

_FORM: Final = "application/x-www-form-urlencoded"
_ADMINISTRATION: Final = "administration"


def token(request: ApiRequest, route: Route) -> Response:
    """Raises FaultyError in OAuth's words."""
    given = _parameters(request)
    match given.get("grant_type"):
        case "client_credentials":
            granted = _integration(request, given)
        case "password":
            granted = _password(request, given, route)
        case "refresh_token":
            granted = _refresh(given)
        case _:
            raise FaultyError(_fault("2", 400, _NO_GRANT, "Check that all required parameters have been provided"))
    answer = {"token_type": "Bearer", "expires_in": granted.seconds, "access_token": granted.secret}
    shown = answer | ({"refresh_token": granted.refresh} if granted.refresh else {})
    return Response(shown, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _integration(request: ApiRequest, given: Mapping[str, str]) -> Grant:
    client_id, secret = _demanded(given, "client_id"), given.get("client_secret", "")
    now = timezone.now()
    try:
        user = signin.guarded(
            request._request, client_id, lambda: signing.user_of_integration(client_id, secret, now=now)
        )
    except SignInRefused as refused:
        raise _refused(refused, _fault("4", 401, "Client authentication failed")) from None
    seconds = settings.SHOPWARE_TOKEN_SECONDS
    return signing.grant(user, kind=AccessToken.Kind.INTEGRATION, seconds=seconds, now=now, name=client_id)


def _password(request: ApiRequest, given: Mapping[str, str], route: Route) -> Grant:
    _demand_administration(given)
    username, password = _demanded(given, "username"), _demanded(given, "password")
    try:
        user = signin.user_of(request._request, username=username, password=password)
    except SignInRefused as refused:
        wrong = _fault("6", 401 if route.family == V3 else 400, "The user credentials were incorrect.")
        raise _refused(refused, wrong) from None
    return signing.login(
        user,
        seconds=settings.SHOPWARE_TOKEN_SECONDS,
        refresh_days=settings.SHOPWARE_REFRESH_DAYS,
        now=timezone.now(),
    )


def _refresh(given: Mapping[str, str]) -> Grant:
    _demand_administration(given)
    try:
        return signing.renew(
            _demanded(given, "refresh_token"),
            seconds=settings.SHOPWARE_TOKEN_SECONDS,
            refresh_days=settings.SHOPWARE_REFRESH_DAYS,
            now=timezone.now(),
        )
    except RefreshRefused as refused:
        detail = "Token has been revoked" if refused.known else "Cannot decrypt the refresh token"
        raise FaultyError(_fault("8", 401, "The refresh token is invalid.", detail)) from None


def _parameters(request: ApiRequest) -> dict[str, str]:
    """The body, a form or JSON, and what HTTP Basic says. Raises FaultyError, Problem."""
    media = (request.content_type or "").partition(";")[0].strip().lower()
    if media == _FORM:
        given: dict[str, Json] = dict(parse_qsl(request.body_read.decode(errors="replace"), keep_blank_values=True))
    else:
        data = jsontext.decode(request.body_read or b"{}", max_depth=settings.MAX_JSON_DEPTH)
        given = data if isinstance(data, dict) else {}
    texts = {name: value.replace("\0", "") for name, value in given.items() if isinstance(value, str)}
    basic = signin.basic(request.META.get("HTTP_AUTHORIZATION", ""))
    own = {} if basic is None else {"client_id": basic[0], "client_secret": basic[1]}
    return {**own, **texts}


def _demand_administration(given: Mapping[str, str]) -> None:
    if _demanded(given, "client_id") != _ADMINISTRATION:
        raise FaultyError(_fault("4", 401, "Client authentication failed"))


def _demanded(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise FaultyError(_fault("3", 400, _MALFORMED, f"Check the `{name}` parameter"))
    return given[name]


def _refused(refused: SignInRefused, wrong: Fault) -> FaultyError:
    """Too many attempts are told as such, with the time to wait."""
    if seconds := refused.params["retry_after"]:
        fault = _fault("FRAMEWORK__RATE_LIMIT_EXCEEDED", 429, "Too many requests", f"Try again in {seconds} seconds.")
        return FaultyError(fault, headers={"Retry-After": str(seconds)})
    return FaultyError(wrong)


def _fault(code: str, status: int, title: str, detail: str | None = None) -> Fault:
    return Fault(code=code, status=status, title=title, detail=detail)


_NO_GRANT: Final = "The authorization grant type is not supported by the authorization server."
_MALFORMED: Final = (
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than "
    "once, or is otherwise malformed."
)
