"""The whole product as an operator runs it: private servers, gunicorn, real rqworker processes."""

from __future__ import annotations

import json
import os
import random
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
from config.devservices.children import end_session, members_of_session
from config.devservices.servers import EmbeddedServers
from tests.services import TEST_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
QUICK = {
    "BULKHEAD_LEASE_SECONDS": "2",
    "BULKHEAD_SWEEP_SECONDS": "1",
    "BULKHEAD_DRAIN_SECONDS": "2",
    "BULKHEAD_STALLED_SECONDS": "2",
}
THREADS = ("--worker-class", "gthread", "--threads", "4")
BUSY = 30.0  # seconds after which a scene that waits has failed


class Site:
    def __init__(
        self, services: EmbeddedServers, logs: Path, *, demo: dict[str, Any] | None = None, **environment: str
    ) -> None:
        """`demo`: what `prepare_demo` made in this database; None: it is still to be done."""
        self.services = services
        self.environment = os.environ | TEST_SETTINGS | QUICK | services.environment | environment
        self.logs = logs
        self.processes: list[subprocess.Popen[bytes]] = []
        self.sent = 0  # items; the next one's price is one more
        self.port = ports.free(random.randrange(20_000, 32_000))  # below those of outgoing connections
        self.demo = demo or json.loads(self.manage("prepare_demo").splitlines()[-1])
        self.users, self.integration = self.demo["users"], self.demo["shopware"]
        self.token = self.users["admin"]["token"]
        self.tokens = (self.token, self.users["other"]["token"])  # of two organizations

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> subprocess.Popen[bytes]:
        web = self.start("-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}", *THREADS)
        wait_for(self._answers)
        return web

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start("manage.py", "rqworker")

    def send(self, operations: int, *, items: int = 1, skus: int) -> list[str]:
        """Accepts operations without the web, see `sending`; their uuids in the order of the accepts."""
        arguments = [str(number) for number in (operations, items, skus, self.sent + 1)]
        self.sent += operations * items
        return self.run("-m", "tests.acceptance.sending", *arguments).split()

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
            f"{self.url}/rest/all/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        )

    def database(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.services.environment["DATABASE_URL"], autocommit=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database() as connection:
            return connection.execute(query.encode()).fetchall()

    def has_begun(self) -> bool:
        return bool(self.rows("SELECT 1 FROM asyncops_chunk WHERE state = 'done' LIMIT 1"))

    def written(self) -> list[tuple[int, int]]:
        """How often the price of a product was written, and how many different ones."""
        return [(writes, prices) for writes, prices in self.rows("SELECT count(*), count(DISTINCT price) FROM ledger")]

    def stop(self) -> None:
        for process in self.processes:
            kill(process)

    def _answers(self) -> bool:
        with suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        return False

    def manage(self, *arguments: str) -> str:
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.logs / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def states(self) -> dict[str, int]:
        """How many operations are in each state."""
        return dict(self.rows("SELECT state, count(*) FROM asyncops_operation GROUP BY 1"))

    def all_done(self) -> bool:
        return set(self.states()) == {"success"}

    def is_at_rest(self) -> bool:
        """All done, and what is derived from it too."""
        return self.all_done() and self.rows("SELECT count(*) FROM catalog_dirty") == [(0,)]


@contextmanager
def prepared(
    services: EmbeddedServers, logs: Path, *, demo: dict[str, Any] | None = None, **environment: str
) -> Iterator[Site]:
    """With schema, sample data and users; without a process."""
    site = Site(services, logs, demo=demo, **environment)
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def running(services: EmbeddedServers, logs: Path) -> Iterator[Site]:
    with prepared(services, logs) as site:
        site.start_web()
        yield site


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to all of its session. A worker's work horse would die with it in any case."""
    end_session(process.pid)
    process.wait()


def horses_of(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes in which the worker works just now."""
    return [pid for pid in members_of_session(worker.pid) if pid != worker.pid]


def horse_of(worker: subprocess.Popen[bytes]) -> int:
    wait_for(lambda: horses_of(worker))
    return horses_of(worker)[0]


def wait_for(condition: Callable[[], Any], *, seconds: float = BUSY) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {condition}"
        time.sleep(0.05)
