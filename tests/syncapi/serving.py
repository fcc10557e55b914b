"""The product behind gunicorn at the database of the tests, for scenes that must go over the wire."""

from __future__ import annotations

import http.client
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from config.devservices import ports
from tests.syncapi.conftest import Answer

PATIENCE = 30.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Wire:
    """A connection for each call: gunicorn ends one without a word whose refused body nobody has read."""

    connection: http.client.HTTPConnection

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.connection.close()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Answer(status=response.status, headers=dict(response.headers), body=response.read())


@contextmanager
def served(log: Path, **variables: str) -> Iterator[Wire]:
    port = ports.free(random.randrange(20_000, 32_000))
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "2", "--keep-alive", "60", "--log-level", "warning"]
    wire = Wire(connection=http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE))
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": _address(), **variables}, stderr=output)
    try:
        _wait_for(wire)
        yield wire
    finally:
        wire.connection.close()
        process.terminate()
        process.wait()


def _address() -> str:
    """Of the database that the tests made, on the server that the settings name."""
    address, mark, query = os.environ["DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}{mark}{query}"


def _wait_for(wire: Wire) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError, http.client.HTTPException):
            if wire.call("GET", "/healthz", None, {}).status == 200:
                return
        wire.connection.close()
        time.sleep(0.1)
    raise TimeoutError("gunicorn does not answer")
