"""How far away an IP address is: what nobody may name in a URL, what operators may allow, and the public rest.

The tables are written out: `ipaddress.is_global` calls multicast, NAT64 and 6to4 addresses global.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Reach(IntEnum):
    """The larger, the less it is allowed."""

    PUBLIC = 0
    PRIVATE = 1  # of one's own network: allowed where an operator names the network
    NEVER = 2  # this machine, its cloud's metadata, everybody at once, nobody


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


# The first row that has an address decides. Metadata services come first: some lie in private networks.
_TABLE: Final = (
    (Reach.NEVER, _networks("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32")),
    (Reach.PRIVATE, _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")),
    (Reach.PRIVATE, _networks("fc00::/7", "fec0::/10")),
    (Reach.NEVER, _networks("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24")),
    (Reach.NEVER, _networks("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")),
    (Reach.NEVER, _networks("224.0.0.0/4", "240.0.0.0/4")),
    (Reach.NEVER, _networks("2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")),
    (Reach.PUBLIC, _networks("0.0.0.0/0", "2000::/3")),
)
_MAPPED, _NAT64, _6TO4, _TEREDO = _networks("::ffff:0:0/96", "64:ff9b::/96", "2002::/16", "2001::/32")


def reach(address: Address, allowed: tuple[Network, ...] = ()) -> Reach:
    """An IPv6 address that holds IPv4 ones is as far as the worst of them. `allowed`: private networks made public."""
    return max(_reach(judged, allowed) for judged in _meant(address))


def _reach(address: Address, allowed: tuple[Network, ...]) -> Reach:
    found = next((reach for reach, networks in _TABLE if _lies_in(address, networks)), Reach.NEVER)
    return Reach.PUBLIC if found is Reach.PRIVATE and _lies_in(address, allowed) else found


def _lies_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _meant(address: Address) -> Iterator[Address]:
    """Where packets to this address really end."""
    if isinstance(address, IPv4Address):
        yield address
    elif address in _MAPPED or address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    elif address in _6TO4:
        yield IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    elif address in _TEREDO:
        yield IPv4Address((int(address) >> 64) & 0xFFFFFFFF)
        yield IPv4Address(~int(address) & 0xFFFFFFFF)
    else:
        yield address
