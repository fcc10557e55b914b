"""Where the server may connect to on somebody else's behalf: every URL that a user names comes through here.

A URL is judged twice: as text when it comes in, without a lookup, and by all of its addresses when it is connected to.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import idna
import structlog
from django.conf import settings

from asyncops.addresses import Address, Reach, reach

MAX_URL: Final = 2000  # characters
PORTS: Final = {"http": 80, "https": 443}
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")

log = structlog.get_logger(__name__)


class UrlRefused(Exception):
    """The URL is not allowed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason  # for whoever sent the URL: it names no address


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A URL that may be asked for, as far as its text says. `host` is in ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def check(url: str) -> Target:
    """What a URL asks for, without looking its name up. Raises UrlRefused."""
    if len(url) > MAX_URL:
        raise UrlRefused(f"URL is longer than {MAX_URL} characters")
    if _UNPRINTABLE.search(url):
        raise UrlRefused("URL has spaces, control characters or backslashes")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UrlRefused("URL is not valid") from None
    if parts.scheme not in settings.FETCH_SCHEMES:
        raise UrlRefused("scheme is not allowed")
    if "@" in parts.netloc:
        raise UrlRefused("URL has credentials")
    if not host:
        raise UrlRefused("URL has no host")
    path = parts._replace(scheme="", netloc="", fragment="").geturl()
    target = Target(
        scheme=parts.scheme, host=_ascii(host), port=port or PORTS[parts.scheme], path="/" + path.removeprefix("/")
    )
    _check_text(target.host, target.port)
    return target


def connect(host: str, port: int, *, seconds: float) -> socket.socket:
    """Connect to one of the addresses of a host, all of which are allowed. Raises UrlRefused or OSError.

    The name is looked up once, and what was judged is what is connected to.
    """
    failed: OSError | None = None
    for address in addresses(host, port, seconds=seconds):
        try:
            return socket.create_connection((str(address), port), seconds)
        except OSError as reason:
            failed = reason
    raise failed or OSError("the name has no address")


def addresses(host: str, port: int, *, seconds: float) -> Sequence[Address]:
    """The addresses of a host. Raises UrlRefused if a single one of them is not allowed, and OSError if it has none."""
    _check_text(host, port)
    literal = _literal(host)
    found = [literal] if literal else _look_up(host, seconds)
    if not _is_named(host, port):
        for address in found:
            _check_address(host, address)
    return found


def _check_text(host: str, port: int) -> None:
    """What can be said without a lookup."""
    if _is_named(host, port):
        return
    if port not in settings.FETCH_PORTS:
        raise UrlRefused("port is not allowed")
    name = host.rstrip(".").lower()
    literal = _literal(host)
    if literal:
        _check_address(host, literal)
    elif _NUMBER.fullmatch(name.rpartition(".")[2]) or "%" in name or ":" in name:
        raise UrlRefused("host is not a name")  # 2130706433, 0x7f.1 and the like
    elif name == "localhost" or name.endswith(".localhost"):
        raise UrlRefused("host is not allowed")


def _is_named(host: str, port: int) -> bool:
    """Whether an operator has allowed exactly this spelling of a host, at this port or at any."""
    return not settings.FETCH_ALLOWED_HOSTS.isdisjoint({(host, port), (host, None)})


def _check_address(host: str, address: Address) -> None:
    if reach(address, settings.FETCH_ALLOWED_NETWORKS) is not Reach.PUBLIC:
        log.warning("address_refused", host=host, address=str(address))
        raise UrlRefused("host is not allowed")


def _ascii(host: str) -> str:
    """As it is looked up. Other scripts' digits and dots become ASCII here, so that they are judged as such."""
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise UrlRefused("host is not a name") from None


def _literal(host: str) -> Address | None:
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def _look_up(host: str, seconds: float) -> list[Address]:
    """In a thread of its own: the resolver's patience is not ours. Raises OSError."""
    found: list[Address] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.extend(ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers)
        except (OSError, UnicodeError) as reason:
            failed.append(OSError(str(reason)))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError("the name was not looked up in time")
    if failed:
        raise failed[0]
    return list(dict.fromkeys(found))
