"""OAuth 1.0a (RFC 5849): what the header says, the text that is signed, and the signature. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote, unquote_plus, urlsplit

METHODS: Final = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
NEEDED: Final = (
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
)
_PARAMETER: Final = re.compile(r'([A-Za-z_]+)="([^"]*)"')
_PORTS: Final = {"http": ":80", "https": ":443"}  # which the text leaves out


def read(header: str) -> dict[str, str]:
    """The parameters of an `Authorization: OAuth ...` header, behind the scheme."""
    return {name: unquote(value) for name, value in _PARAMETER.findall(header)}


def text(method: str, url: str, parameters: Mapping[str, str]) -> str:
    """What is signed: method, address and parameters, those of the query among them. `url`: as it was sent."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(_PORTS.get(parts.scheme, ""))
    address = f"{parts.scheme}://{host}{parts.path}"
    own = [(name, value) for name, value in parameters.items() if name not in {"realm", "oauth_signature"}]
    asked = [part.partition("=") for part in parts.query.split("&") if part]
    both = [*own, *((unquote_plus(name), unquote_plus(value)) for name, _, value in asked)]
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in both)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join(_encoded(part) for part in (method.upper(), address, joined))


def sign(signed: str, *, method: str, consumer_secret: str, token_secret: str) -> str:
    """`method`: one of METHODS."""
    key = f"{_encoded(consumer_secret)}&{_encoded(token_secret)}".encode()
    return base64.b64encode(hmac.digest(key, signed.encode(), METHODS[method])).decode()


def _encoded(given: str) -> str:
    return quote(given, safe="")
