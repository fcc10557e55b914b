"""What a supervisor that dies by SIGKILL leaves behind: no process, and data that the next one goes on with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.devservices import servers
from config.devservices.directories import CHECKOUT
from config.devservices.locking import exclusive
from config.devservices.places import Place
from config.devservices.servers import EmbeddedServers

from .conftest import Open


@pytest.fixture
def supervisor(room: Place, base: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.devservices.supervisor", str(base), str(room.cache), str(room.logs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=os.environ) as process:
        yield process
        process.kill()


def test_no_server_outlives_its_supervisor(supervisor: subprocess.Popen[str], base: Path) -> None:
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline()
    supervisor.kill()
    with exclusive(base / "lock", patience=10):  # every process of both servers holds it
        pass


def test_the_next_supervisor_finds_everything(supervisor: subprocess.Popen[str], lasting: Open, base: Path) -> None:
    assert supervisor.stdout is not None
    database, queue = supervisor.stdout.readline().split()
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    with redis.from_url(queue) as client:
        client.set("kept", 1)
    supervisor.kill()
    with lasting(base) as place, servers.embedded(place) as own:
        assert kept(own) == (1, b"1")


def test_servers_come_back_with_their_data_after_sigkill(private_services: EmbeddedServers) -> None:
    with psycopg.connect(private_services.environment["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    with redis.from_url(private_services.environment["REDIS_URL"]) as client:
        client.set("kept", 1)
    for server in (private_services.postgres, private_services.valkey):
        server.kill()
        assert not server.alive()
        server.start()
    assert kept(private_services) == (1, b"1")


def kept(own: EmbeddedServers) -> tuple[object, object]:
    with psycopg.connect(own.environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT value FROM kept").fetchone()
    with redis.from_url(own.environment["REDIS_URL"]) as client:
        return row and row[0], client.get("kept")
