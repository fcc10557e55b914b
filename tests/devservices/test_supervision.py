"""What the supervisor does with children, signals, ports and its files."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.devservices import access, directories, ports, product
from config.devservices.access import Access
from config.devservices.children import Child, members_of_session
from config.devservices.directories import CHECKOUT
from config.devservices.errors import PortTaken
from config.devservices.reset import reset
from config.devservices.signals import SIGNALS, StopRequested, stop_requests
from config.devservices.watch import Watched


def child(tmp_path: Path, script: str) -> Child:
    return Child(name="child", argv=["sh", "-c", script], log=tmp_path / "child.log", cwd=tmp_path, patience=0.2)


def test_a_child_that_does_not_stop_is_killed_with_its_grandchildren(tmp_path: Path) -> None:
    stubborn = child(tmp_path, "trap '' TERM; sleep 60 & echo started; wait; sleep 60")
    stubborn.start()
    while "started" not in stubborn.log.read_text():
        time.sleep(0.01)
    assert stubborn.process is not None
    session = stubborn.process.pid
    assert len(members_of_session(session)) == 2
    stubborn.stop()
    assert members_of_session(session) == []


def test_what_ends_unasked_starts_again_later_each_time(tmp_path: Path) -> None:
    said: list[str] = []
    watched = Watched(process=child(tmp_path, "exit 1"))
    watched.look(now=100.0, say=said.append)
    watched.look(now=100.4, say=said.append)
    assert len(said) == 1
    watched.look(now=100.5, say=said.append)
    assert said[-1] == "child runs again"
    while watched.process.alive():
        time.sleep(0.01)
    watched.look(now=100.6, say=said.append)
    assert said[-1].endswith("it starts again in 1 s")


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_only_the_first_signal_interrupts() -> None:
    ended = []

    def interrupted_twice() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            ended.append("in order")

    with pytest.raises(StopRequested), stop_requests():
        interrupted_twice()
    assert ended == ["in order"]


def test_a_taken_port_is_refused() -> None:
    with socket.create_server((ports.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} is taken"):
            ports.refuse_taken(port)
        assert ports.free(port) != port


def test_the_access_file_is_private_and_short_lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "local", lambda: tmp_path)
    given = Access(url="u", database_url="d", redis_url="r", users={"admin": {"token": "t"}}, more={"shopware": {}})
    with access.published(given):
        assert stat.S_IMODE(access.file().stat().st_mode) == 0o600
        assert json.loads(access.file().read_text()) == {
            "url": "u",
            "database_url": "d",
            "redis_url": "r",
            "users": {"admin": {"token": "t"}},
            "shopware": {},
        }
    assert list(tmp_path.iterdir()) == []


def test_manage_by_hand_joins_the_servers_that_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "CHECKOUT", tmp_path)
    monkeypatch.setattr(os, "environ", {"REDIS_URL": "redis://mine"})
    product.join()
    assert os.environ == {"REDIS_URL": "redis://mine"}
    secret = product.environment({})["BULKHEAD_SECRET_KEY"]
    with access.published(Access(url="u", database_url="d", redis_url="r", users={}, more={})):
        product.join()
    assert os.environ == {"DATABASE_URL": "d", "REDIS_URL": "redis://mine", "BULKHEAD_SECRET_KEY": secret}


def test_reset_throws_everything_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = tmp_path / "local"
    monkeypatch.setattr(directories, "local", lambda: local)
    monkeypatch.setattr(directories, "relocated", lambda: tmp_path / "elsewhere")
    (local / "data" / "postgres").mkdir(parents=True)
    (tmp_path / "elsewhere" / "data").mkdir(parents=True)
    assert reset() == [str(local), str(tmp_path / "elsewhere")]
    assert list(tmp_path.iterdir()) == []


def test_run_gives_servers_to_a_command_and_its_exit_code_back() -> None:
    script = 'echo "$DATABASE_URL"; exit 7'
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "-m", "config.devservices", "run", "--", "sh", "-c", script]
    done = subprocess.run(command, check=False, cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("postgres://bulkhead@%2F")
    assert (done.stderr, done.returncode) == ("", 7)
