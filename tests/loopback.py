"""Nothing that a test does may leave this machine: any connection elsewhere is refused, and fails the test."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import Any

_strays: list[str] = []


def watch() -> None:
    """From now on, for the whole process: an audit hook cannot be removed."""
    sys.addaudithook(_audit)


def strays() -> list[str]:
    """The addresses that were not reached since the last call."""
    found = list(_strays)
    _strays.clear()
    return found


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _is_near(str(address[0])):
        _strays.append(str(address[0]))
        raise ConnectionRefusedError(f"a test must not connect to {address[0]}")


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
