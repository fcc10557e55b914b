"""Starting, stopping and reaching the embedded servers."""

from __future__ import annotations

from pathlib import Path

import dj_database_url
import psycopg
import pytest
import redis

from config.devservices import directories, places, servers
from config.devservices.errors import AlreadyRunning, WrongVersion
from config.devservices.locking import exclusive
from config.devservices.postgres import Postgres

from .conftest import Open


def test_servers_leave_neither_processes_nor_files() -> None:
    with places.throw_away() as place, servers.embedded(place) as own:
        assert own.postgres.alive()
        assert own.valkey.alive()
    assert not own.postgres.alive()
    assert not own.valkey.alive()
    assert not place.base.exists()


@pytest.mark.parametrize("name", ["with a space", "d" * 60])
def test_urls_reach_the_servers_whatever_the_path(lasting: Open, base: Path, name: str) -> None:
    directory = directories.made(base) / name
    with lasting(directory) as place, servers.embedded(place) as own:
        named = dj_database_url.parse(own.environment["DATABASE_URL"])
        with psycopg.connect(own.environment["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_database(), upper('ž')").fetchone() == ("bulkhead", "Ž")
        with redis.from_url(own.environment["REDIS_URL"]) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.client_info()  # every RQ worker asks this when it starts
        assert named["HOST"] == str(place.sockets)
        assert all(len(str(socket)) < 100 for socket in place.sockets.iterdir())
    places.remove(directory)
    assert not place.sockets.exists()


def test_servers_that_the_environment_names_are_not_started(
    lasting: Open, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/catalog")
    monkeypatch.delenv("REDIS_URL")
    with lasting(base) as place, servers.running(place) as running:
        assert [server.name for server in running.embedded()] == ["Valkey"]
        assert running.environment["DATABASE_URL"] == "postgres://elsewhere/catalog"
    assert not (base / "postgres").exists()


def test_data_of_another_major_version_is_refused(lasting: Open, base: Path) -> None:
    with lasting(base) as place:
        Postgres(place=place).prepared()
        (base / "postgres" / "PG_VERSION").write_text("17\n")
        with pytest.raises(WrongVersion, match=r"made by PostgreSQL 17, these binaries are 18"):
            Postgres(place=place).start()


def test_a_second_supervisor_is_refused(base: Path) -> None:
    lock = directories.made(base) / "lock"
    with exclusive(lock), pytest.raises(AlreadyRunning, match="running already"), exclusive(lock):
        pass
    with exclusive(lock):
        pass
