"""Typed readers of environment variables: a bad value stops the start with the variable's name."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"0", "false", "no", "off", ""}


def text(name: str, default: str) -> str:
    return os.environ.get(name) or default


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See the settings table in README.md.")
    return value


def number(name: str, default: int, *, minimum: int = 0) -> int:
    given = os.environ.get(name)
    if not given:
        return default
    try:
        value = int(given)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {given!r}.") from None
    if value < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {value}.")
    return value


def flag(name: str, default: bool) -> bool:
    given = os.environ.get(name)
    if given is None:
        return default
    if given.lower() not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {given!r}.")
    return given.lower() in _TRUE


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def weights(name: str) -> dict[int, float]:
    """Positive weights by number: "1=4,2=0.5"."""
    found = {}
    for given in words(name):
        number, _, weight = given.partition("=")
        try:
            found[int(number)] = float(weight)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must look like 1=4,2=0.5, not {given!r}.") from None
        if not 0 < found[int(number)] < float("inf"):
            raise ImproperlyConfigured(f"{name} must have weights above 0, not {given!r}.")
    return found


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks: "10.0.0.0/8,fd12:3456::/32"."""
    try:
        return tuple(ip_network(word) for word in words(name))
    except ValueError as reason:
        raise ImproperlyConfigured(f"{name} must look like 10.0.0.0/8,fd00::/8: {reason}.") from None


def hosts(name: str) -> frozenset[tuple[str, int | None]]:
    """Hosts with a port, or with any: "127.0.0.1:8080,files.lan:*,[::1]:*"."""
    found = set()
    for given in words(name):
        host, colon, port = given.rpartition(":")
        if not host or not colon or not (port == "*" or (port.isdigit() and 0 < int(port) < 65536)):
            raise ImproperlyConfigured(f"{name} must look like 127.0.0.1:8080,files.lan:*, not {given!r}.")
        found.add((host.strip("[]").lower(), None if port == "*" else int(port)))
    return frozenset(found)


def numbers(name: str, default: str, *, minimum: int = 0) -> tuple[int, ...]:
    """Whole numbers: "80,443"."""
    given = words(name, default)
    if not all(word.isascii() and word.isdigit() and int(word) >= minimum for word in given):
        raise ImproperlyConfigured(f"{name} must be whole numbers of at least {minimum}, not {','.join(given)!r}.")
    return tuple(int(word) for word in given)
