"""A foreign server in a process of its own: an image behind every path, after a while, and a receiver of webhooks.

`python -m benchmarks.foreign DELAY_MS` prints its port.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image as Pillow

IMAGE_BYTES = 50_000


@contextmanager
def server(*, delay_ms: int) -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", "benchmarks.foreign", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _photograph() -> bytes:
    """A JPEG of about 50 KB, as busy as a photograph is."""
    file = BytesIO()
    Pillow.effect_noise((384, 384), 60).convert("RGB").save(file, "JPEG", quality=72)
    return file.getvalue()


class _Foreign(asyncio.Protocol):
    image = _photograph()
    delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(rest) < _length(head):
            return
        self.buffer = rest[_length(head) :]
        asyncio.get_running_loop().call_later(self.delay, self._answer, head)

    def _answer(self, head: bytes) -> None:
        method, path, _ = head.split(b" ", 2)
        body = self.image + path if method == b"GET" else b""  # no two images are the same file
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(delay_ms: int) -> None:
    _Foreign.delay = delay_ms / 1000
    server = await asyncio.get_running_loop().create_server(_Foreign, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if os.getppid() != 1:
        asyncio.run(_serve(int(sys.argv[1])))
