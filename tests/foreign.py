"""Somebody else's web server, on a free port of loopback: answers as a scene says, and keeps what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, to: BaseHTTPRequestHandler) -> None:
        to.send_response(self.status)
        for name, value in ({"Content-Length": str(len(self.body))} | self.headers).items():
            to.send_header(name, value)
        to.end_headers()
        to.wfile.write(self.body)


Act = Callable[[Any], None]  # writes to the handler that it is given


class Foreign:
    def __init__(self, port: int) -> None:
        self.port = port
        self.replies: dict[str, Act] = {}  # by path, without the query; any other is 404
        self.asked: list[Asked] = []

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path: str, act: Act) -> str:
        """From now on it does this for `path`; the URL."""
        self.replies[path] = act
        return self.url(path)

    def serves(self, path: str, body: bytes, **headers: str) -> str:
        return self.on(path, Reply(body=body, headers={name.replace("_", "-"): text for name, text in headers.items()}))


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are what some scenes are about."""


@contextmanager
def foreign_server(tls: ssl.SSLContext | None = None) -> Iterator[Foreign]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # one packet for headers and body

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            here.asked.append(Asked(method=self.command, path=self.path, headers=headers, body=body))
            with suppress(OSError):
                here.replies.get(self.path.partition("?")[0], Reply(status=404))(self)
                self.wfile.flush()

        do_GET = do_POST = do_HEAD = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    here = Foreign(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
