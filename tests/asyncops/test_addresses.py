"""How far addresses are. Pure: nothing is connected to."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from asyncops.addresses import Reach, reach

NEVER = """
    127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 0.0.0.0 0.1.2.3 :: ::7f00:1 ::8.8.8.8 64:ff9b::7f00:1 2002:7f00:1::
    2001:0:7f00:1::1 2001:0:808:808::80ff:fffe ::ffff:0:8.8.8.8 64:ff9b:1::808:808
    169.254.169.254 ::ffff:169.254.169.254 fd00:ec2::254 fd20:ce::254 100.100.100.200 168.63.129.16 192.0.0.192
    64:ff9b::a9fe:a9fe 2002:a9fe:a9fe:: fe80::1 224.0.0.1 239.255.255.250 ff02::1 255.255.255.255 240.0.0.1
    198.18.0.1 192.0.2.1 198.51.100.7 203.0.113.9 192.88.99.1 2001:db8::1 3fff::1 100:: 4000::1
"""
PRIVATE = """
    10.0.0.5 172.16.0.1 172.31.255.254 192.168.1.1 100.64.0.1 fd12::1 fc00::1 fec0::1 ::ffff:10.0.0.5
"""
PUBLIC = """
    1.1.1.1 93.184.216.34 172.32.0.1 100.128.0.1 11.0.0.1 2606:4700::1111 ::ffff:1.1.1.1 64:ff9b::101:101
    2002:101:101::1
"""


@pytest.mark.parametrize("text", NEVER.split())
def test_what_nobody_may_name_whatever_networks_are_allowed(text: str):
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert reach(ip_address(text), everything) is Reach.NEVER


@pytest.mark.parametrize("text", PRIVATE.split())
def test_ones_own_network_is_private(text: str):
    assert reach(ip_address(text)) is Reach.PRIVATE


@pytest.mark.parametrize("text", PUBLIC.split())
def test_the_rest_is_public(text: str):
    assert reach(ip_address(text)) is Reach.PUBLIC


def test_a_network_that_is_allowed_opens_only_itself():
    allowed = (ip_network("10.0.0.0/8"),)
    texts = ("10.0.0.5", "::ffff:10.0.0.5", "64:ff9b::a00:5", "192.168.1.1")
    assert [reach(ip_address(text), allowed) for text in texts] == [Reach.PUBLIC] * 3 + [Reach.PRIVATE]
