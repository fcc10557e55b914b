"""Requests that are signed with OAuth 1.0a, as the programs of a Magento integration send them, instead of a token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog
from django.core.cache import caches
from django.utils import timezone
from redis.exceptions import RedisError
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from asyncops.submissions import Caller
from catalog import consumers
from catalog.models import Integration, User
from catalog.rights import Rights
from syncapi import rawpaths
from syncapi.magento import messages, signatures
from syncapi.magento.messages import Message

WINDOW: Final = 600  # seconds that a program's clock may be wrong; as long is a nonce remembered, on either side
log = structlog.get_logger(__name__)
_WRONG: Final = Message("The signature is invalid. Verify and try again.")
_LATE: Final = Message("Incorrect timestamp value in the oauth_timestamp parameter")


class SignatureRefused(Exception):
    """A signed request whose signature is not taken, and why in Magento's words."""

    def __init__(self, message: Message) -> None:
        super().__init__(self.__doc__)
        self.message = message


class OAuthSignature(BaseAuthentication):
    """Sets `request.user` and `request.caller`. Raises SignatureRefused: who signs is told what is wrong."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "oauth":
            return None
        parameters, now = signatures.read(given), timezone.now()
        _demand(parameters, now)
        integration = consumers.find(parameters["oauth_consumer_key"])
        if integration is None or not _is_signed(request, parameters, integration):
            raise SignatureRefused(_WRONG)
        if not _is_first(parameters):
            raise SignatureRefused(_used(parameters["oauth_consumer_key"]))
        consumers.note_use(integration, now=now)
        user = integration.user
        return user, Caller(user=user, rights=Rights.of(user), interactive=False)

    def authenticate_header(self, request: Request) -> str:
        return "OAuth"


def _demand(parameters: Mapping[str, str], now: datetime) -> None:
    for name in signatures.NEEDED:
        if not parameters.get(name) or "\0" in parameters[name]:
            raise SignatureRefused(messages.required(name))
    if (method := parameters["oauth_signature_method"]) not in signatures.METHODS:
        known = ", ".join(signatures.METHODS)
        text = "Signature method %1 is not supported; supported methods are %2"
        raise SignatureRefused(Message(text, (method, known)))
    sent_at = parameters["oauth_timestamp"]
    is_number = sent_at.isascii() and sent_at.isdecimal() and len(sent_at) < 15
    if not is_number or abs(int(sent_at) - now.timestamp()) > WINDOW:
        raise SignatureRefused(_LATE)


def _is_signed(request: Request, parameters: Mapping[str, str], integration: Integration) -> bool:
    consumer = consumers.of(integration)
    url = f"{request.scheme}://{request.get_host()}{rawpaths.target(request.META)}"
    expected = signatures.sign(
        signatures.text(request.method or "", url, parameters),
        method=parameters["oauth_signature_method"],
        consumer_secret=consumer.consumer_secret,
        token_secret=consumer.access_token_secret,
    )
    pairs = ((consumer.access_token, parameters["oauth_token"]), (expected, parameters["oauth_signature"]))
    return all(hmac.compare_digest(ours.encode(), given.encode()) for ours, given in pairs)


def _is_first(parameters: Mapping[str, str]) -> bool:
    """Whether nobody has sent this before: a signed request that was overheard is worth nothing."""
    key = "\0".join(parameters[f"oauth_{name}"] for name in ("consumer_key", "timestamp", "nonce"))
    digest = "oauth-nonce:" + hashlib.sha256(key.encode()).hexdigest()
    try:
        return bool(caches["default"].add(digest, 1, timeout=2 * WINDOW))
    except RedisError as error:
        log.warning("nonces are remembered per process", error=str(error))
        return bool(caches["local"].add(digest, 1, timeout=2 * WINDOW))


def _used(consumer_key: str) -> Message:
    return Message("The nonce is already being used by the consumer with ID %1", (consumer_key,))
