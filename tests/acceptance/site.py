"""The whole product as an operator runs it: private servers, gunicorn, real rqworker processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import requests

from config.devservices import ports
from config.devservices.servers import EmbeddedServers
from tests.services import TEST_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"BULKHEAD_LEASE_SECONDS": "2", "BULKHEAD_SWEEP_SECONDS": "1", "BULKHEAD_DRAIN_SECONDS": "2"}
BUSY = 30.0  # seconds after which a scene that waits has failed


class Site:
    def __init__(self, services: EmbeddedServers, logs: Path) -> None:
        self.services = services
        self.environment = os.environ | TEST_SETTINGS | QUICK | services.environment
        self.logs = logs
        self.processes: list[subprocess.Popen[bytes]] = []
        self.port = ports.free(18000)
        made = self._manage("prepare_demo")
        self.token = json.loads(made.splitlines()[-1])["users"]["admin"]["token"]

    def start_web(self) -> None:
        self._start(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}")
        wait_for(self._answers)

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self._start(sys.executable, "manage.py", "rqworker")

    def put(self, sku: str, **product: Any) -> str:
        """Asynchronously; the bulk's uuid."""
        answer = self.call("PUT", f"async/V1/products/{sku}", {"product": product})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["bulk_uuid"])

    def bulk(self, products: list[dict[str, Any]]) -> str:
        answer = self.call("POST", "async/bulk/V1/products", [{"product": product} for product in products])
        assert answer.status_code == 202, answer.text
        return str(answer.json()["bulk_uuid"])

    def statuses(self, uuid: str) -> list[int]:
        answer = self.call("GET", f"V1/bulk/{uuid}/status")
        return [operation["status"] for operation in answer.json()["operations_list"]]

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(
            method,
            f"http://127.0.0.1:{self.port}/rest/all/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        )

    def database(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.services.environment["DATABASE_URL"], autocommit=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database() as connection:
            return connection.execute(query.encode()).fetchall()

    def stop(self) -> None:
        for process in self.processes:
            kill(process)

    def _answers(self) -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).ok
        return False

    def _manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=True)
        return done.stdout.decode()

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.logs / f"{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        log.close()
        self.processes.append(process)
        return process


@contextmanager
def running(services: EmbeddedServers, logs: Path) -> Iterator[Site]:
    site = Site(services, logs)
    try:
        site.start_web()
        yield site
    finally:
        site.stop()


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a worker; its work horse dies with it."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], Any], *, seconds: float = BUSY) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {condition}"
        time.sleep(0.05)
