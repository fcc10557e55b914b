"""A client that sends more than is read gets its answer, though it sends all before it listens."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog.accounts import ensure_user
from catalog.models import AccessToken
from syncapi.lingering import lingering
from tests.syncapi import serving
from tests.syncapi.serving import Wire

LARGE = b"[" + b" " * (16 << 20)  # more than the buffers between client and server hold
CUT_SHORT = (b"400", "The body ended before its sender said that it would.")
JSON, JSON_API = "application/json", "application/vnd.api+json"


@pytest.fixture
def wire(committed: None, tmp_path: Path) -> Iterator[Wire]:
    limits = {"BULKHEAD_MAX_BODY_BYTES": "1048576", "BULKHEAD_MAX_STREAM_BYTES": "1048576"}
    with serving.served(tmp_path / "gunicorn.log", **limits) as wire:
        yield wire


@pytest.fixture
def token(committed: None) -> str:
    return AccessToken.issue(ensure_user(organization="A", username="a", password="x", rights="superuser"))


def test_too_much_is_told_in_the_form_of_the_dialect_and_a_wrong_token_as_well(wire: Wire, token: str):
    for method, path, media, member in (
        ("POST", "/rest/async/bulk/V1/products", JSON, "message"),
        ("PATCH", "/api/accounts", JSON_API, "errors"),
        ("POST", "/api/accounts", JSON_API, "errors"),
        ("POST", "/api/_action/sync", JSON, "errors"),
        ("POST", "/api/system/files", JSON, "errors"),
    ):
        refused = wire.call(method, path, LARGE, {"Authorization": f"Bearer {token}", "Content-Type": media})
        assert (refused.status, member in refused.json) == (413, True), path
        guest = wire.call(method, path, LARGE, {"Authorization": "Bearer x", "Content-Type": media})
        assert guest.status == 401, path


def test_a_body_of_chunks_that_are_none_was_cut_short(wire: Wire, token: str):
    assert [in_chunks(wire, token, body) for body in (b"ff\r\n{", b"zz\r\n{}\r\n0\r\n\r\n")] == [CUT_SHORT] * 2


def in_chunks(wire: Wire, token: str, body: bytes) -> tuple[bytes, str]:
    with socket.create_connection((wire.connection.host, wire.connection.port), timeout=serving.PATIENCE) as client:
        asked = "POST /api/_action/sync HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        client.sendall(f"{asked}Authorization: Bearer {token}\r\n\r\n".encode() + body)
        client.shutdown(socket.SHUT_WR)
        head, _, told = client.makefile("rb").read().partition(b"\r\n\r\n")
    return head[9:12], orjson.loads(told)["errors"][0]["detail"]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    client, server = socket.socketpair()
    with client, server:
        yield client, server


def answered(server: socket.socket, **bounds: Any) -> list[bytes]:
    """By an application that reads nothing."""

    def refuse(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        return [b"too large"]

    environ = {"gunicorn.socket": server, "wsgi.input": server.makefile("rb", buffering=0)}
    return list(lingering(refuse, **bounds)(environ, lambda *_: None))


def test_whoever_stalls_is_not_waited_for(ends: tuple[socket.socket, socket.socket]):
    client, server = ends
    client.sendall(b"some of it")
    begun = time.monotonic()
    assert answered(server, seconds=0.1) == [b"too large"]
    assert (time.monotonic() - begun < 2, server.gettimeout()) == (True, None)


def test_whoever_never_ends_is_answered_all_the_same(ends: tuple[socket.socket, socket.socket]):
    client, server = ends
    client.sendall(b"x" * 50_000)
    assert answered(server, most=20_000) == [b"too large"]
    assert len(server.recv(100_000)) < 50_000
