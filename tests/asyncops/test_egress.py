"""Which URLs may be asked for: by their text, and by all addresses of their names."""

from __future__ import annotations

import socket
from ipaddress import ip_network
from threading import Event
from typing import Any

import pytest
import requests
from pytest_django import Settings

from asyncops import egress, fetching
from asyncops.connections import adapter, exchange
from asyncops.deadlines import Deadline
from asyncops.egress import UrlRefused
from asyncops.fetching import UrlForbidden
from tests.foreign import Foreign

PUBLIC = "93.184.216.34"

Names = dict[str, list[list[str]]]  # of each name its answers, one after the other; the last one stays


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """A resolver of one's own. It knows nothing else."""
    known: Names = {}

    def look_up(host: str, port: Any, *args: Any, **options: Any) -> list[Any]:
        answers = known.get(host)
        if not answers:
            raise socket.gaierror(f"{host} is not known")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would be connected to. Nothing is."""
    attempts: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        attempts.append(address)
        raise ConnectionRefusedError("this is a test")

    monkeypatch.setattr(socket, "create_connection", connect)
    return attempts


FORBIDDEN_HOSTS = """
    127.0.0.1 [::1] [::ffff:127.0.0.1] localhost LOCALHOST localhost. x.localhost 0.0.0.0 2130706433 0x7f000001
    0177.0.0.1 127.1 0 0x7f.1 127.0.0.1. 1.2.3.4. 1.2.3.04 1.2.3 [::7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::]
    [fec0::1] [fe80::1] [fe80::1%25eth0] [fd00:ec2::254] [::] 169.254.169.254 [::ffff:169.254.169.254] 168.63.129.16
    10.0.0.5 172.16.0.1 192.168.0.1 198.18.0.1 255.255.255.255 100.100.100.200 192.0.0.192 224.0.0.1
    \uff11\uff12\uff17.0.0.1 127\u30020\u30020\u30021 \u2460\u2461\u2466.0.0.1 file-\u202e.example
"""


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS.split())
def test_hosts_that_are_refused_as_text_without_a_lookup(host: str, names: Names, connected: list[Any]):
    with pytest.raises(UrlForbidden) as refused:
        fetching.check_url(f"http://{host}/100.jpg")
    assert refused.value.message in {"host is not allowed", "host is not a name"}
    assert connected == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://files.example/x", "scheme is not allowed"),
        ("gopher://files.example/x", "scheme is not allowed"),
        ("file:///etc/passwd", "scheme is not allowed"),
        ("data:image/png;base64,AAAA", "scheme is not allowed"),
        ("/100.jpg", "scheme is not allowed"),
        ("http:///100.jpg", "URL has no host"),
        ("http:files.example", "URL has no host"),
        ("http://u:p@files.example/", "URL has credentials"),
        ("http://files.example@127.0.0.1/", "URL has credentials"),
        ("http://127.0.0.1\\@files.example/", "URL has spaces, control characters or backslashes"),
        ("http://files.example/\n", "URL has spaces, control characters or backslashes"),
        ("http://files.example/a b", "URL has spaces, control characters or backslashes"),
        ("http://files.example:22/", "port is not allowed"),
        ("http://files.example:99999/", "URL is not valid"),
        ("http://[::1/", "URL is not valid"),
        ("http://files.example/" + "x" * 1980, "URL is longer than 2000 characters"),
    ],
)
def test_urls_that_are_refused(url: str, reason: str):
    with pytest.raises(UrlForbidden) as refused:
        fetching.check_url(url)
    assert refused.value.message == reason


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://files.example", "http://files.example/"),
        ("HTTPS://Files.Example:443/A?b=c#d", "https://files.example/A?b=c"),
        ("http://files.example:8080?x", "http://files.example:8080/?x"),
        ("http://93.184.216.34/x", "http://93.184.216.34/x"),
        ("http://[2606:4700::1111]:8443//x", "http://[2606:4700::1111]:8443//x"),
        ("http://b\u00fccher.example/\u017e", "http://xn--bcher-kva.example/\u017e"),
        ("http://files.example/" + "x" * 1979, "http://files.example/" + "x" * 1979),
    ],
)
def test_what_is_asked_for(url: str, asked: str):
    assert egress.check(url).url == asked


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "fec0::1"])
def test_a_name_of_a_forbidden_address(address: str, names: Names, connected: list[Any]):
    names["files.example"] = [[address]]
    with pytest.raises(UrlRefused, match=r"^host is not allowed$"):
        egress.connect("files.example", 80, seconds=1)
    assert connected == []


def test_a_name_with_a_public_and_a_forbidden_address(names: Names, connected: list[Any]):
    names["files.example"] = [[PUBLIC, "127.0.0.1"]]
    with pytest.raises(UrlRefused):
        egress.connect("files.example", 80, seconds=1)
    assert connected == []


def test_a_name_whose_second_answer_is_loopback(names: Names, connected: list[tuple[str, int]]):
    names["files.example"] = [[PUBLIC], ["127.0.0.1"]]
    with pytest.raises(ConnectionRefusedError):
        egress.connect("files.example", 80, seconds=1)
    assert connected == [(PUBLIC, 80)]


def test_every_address_of_a_name_is_tried(names: Names, connected: list[tuple[str, int]]):
    names["files.example"] = [[PUBLIC, "1.1.1.1"]]
    with pytest.raises(ConnectionRefusedError):
        egress.connect("files.example", 443, seconds=1)
    assert connected == [(PUBLIC, 443), ("1.1.1.1", 443)]


def test_a_private_network_that_is_allowed(names: Names, connected: list[tuple[str, int]], settings: Settings):
    settings.FETCH_ALLOWED_NETWORKS = (ip_network("10.0.0.0/8"), ip_network("169.254.0.0/16"))
    names["files.lan"], names["metadata.lan"] = [["10.0.0.5"]], [["169.254.169.254"]]
    fetching.check_url("http://10.0.0.5/")
    with pytest.raises(ConnectionRefusedError):
        egress.connect("files.lan", 80, seconds=1)
    with pytest.raises(UrlRefused):
        egress.connect("metadata.lan", 80, seconds=1)
    assert connected == [("10.0.0.5", 80)]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:81/",
        "http://localhost:9999/",
        "http://127.1:9999/",
        "http://[::1]:9999/",
        "http://127.0.0.2:9999/",
    ],
)
def test_a_host_that_is_allowed_opens_only_its_own_spelling_and_port(url: str, settings: Settings):
    settings.FETCH_ALLOWED_HOSTS = frozenset({("127.0.0.1", 9999)})
    fetching.check_url("http://127.0.0.1:9999/")
    with pytest.raises(UrlForbidden):
        fetching.check_url(url)


def test_a_host_that_is_allowed_at_any_port(settings: Settings):
    settings.FETCH_ALLOWED_HOSTS = frozenset({("127.0.0.1", None)})
    fetching.check_url("http://127.0.0.1:22/")
    with pytest.raises(UrlForbidden):
        fetching.check_url("http://2130706433:22/")


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, connected: list[Any]):
    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: released.wait(10) and [])
    with pytest.raises(TimeoutError):
        egress.connect("files.example", 80, seconds=0.1)
    released.set()
    assert connected == []


def test_the_check_sits_where_connections_are_made(foreign: Foreign, names: Names, settings: Settings):
    """Even a URL that was let in by mistake gets no connection."""
    settings.FETCH_ALLOWED_HOSTS = frozenset()
    request = requests.Request("GET", foreign.url("/")).prepare()
    with Deadline(5) as deadline, exchange(deadline), pytest.raises(UrlRefused):
        adapter().send(request, timeout=1)
    assert foreign.asked == []
