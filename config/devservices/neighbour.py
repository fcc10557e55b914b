"""What the demo needs beside the product: somebody else's web server, with an image, that listens to webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from queue import Empty, Queue
from typing import Any

from .errors import DemoFailed

HOOK = "/hook"
IMAGE = "/images/100.jpg"
SIGNATURE = "Shoptet-Webhook-Signature"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came to the hook."""

    body: bytes
    signature: str


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    url: str
    told: Queue[Told]

    def wait(self, *, seconds: float) -> Told:
        try:
            return self.told.get(timeout=seconds)
        except Empty:
            raise DemoFailed(why=f"no webhook came within {seconds:.0f} s, see .local/logs/worker-1.log") from None


@contextmanager
def open_door() -> Iterator[Neighbour]:
    """On a free port of loopback, until the end of the block."""
    told: Queue[Told] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(_image() if self.path == IMAGE else b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.put(Told(body=body, signature=self.headers.get(SIGNATURE, "")))
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """The demo prints its own lines only."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Neighbour(url=f"http://127.0.0.1:{server.server_address[1]}", told=told)
    finally:
        server.shutdown()
        server.server_close()


def _image() -> bytes:
    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (100, 100), (200, 30, 60)).save(file, "JPEG")
    return file.getvalue()
