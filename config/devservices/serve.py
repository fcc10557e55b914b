"""The whole product on one machine: servers, database, web and workers, in order, and back again."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from . import access as accesses
from . import places, ports, product, servers
from .access import Access
from .children import Child
from .errors import DidNotStart
from .places import Place
from .progress import Progress
from .servers import Servers
from .watch import keep_alive

Made = dict[str, Any]  # what prepare_demo prints: {"users": {name: {"username", "password", "token"}}, ...}
SECONDS_TO_READY = 90


def serve(*, port: int, workers: int, say: Progress, when_ready: Callable[[Access], bool]) -> None:
    """Runs until a signal comes, or until `when_ready` returns False. Raises DevServicesError."""
    ports.refuse_taken(port)
    with places.lasting() as place, _farewell(say):
        accesses.withdraw()
        with servers.running(place) as running:
            say(" and ".join([server.name for server in running.embedded()] or ["the servers of the environment"]))
            env = product.environment(running.environment)
            made = _prepare(place, env)
            say("database migrated, sample data and users made")
            crew = [product.web(port=port, env=env, logs=place.logs)]
            crew += [product.worker(number, env=env, logs=place.logs) for number in range(1, workers + 1)]
            with _working(crew, say), _reachable(crew[0], port, running, made) as access:
                say(f"{access.url} is ready, workers: {workers}")
                if when_ready(access):
                    keep_alive([*running.embedded(), *crew], say=say)


def announce(access: Access) -> bool:
    admin = access.users["admin"]
    print(
        f"""
  admin      {access.url}/admin/   user {admin["username"]}   password {admin["password"]}
  tokens     {accesses.file()}
  stop       Ctrl-C
""",
        flush=True,
    )
    return True


def _prepare(place: Place, env: dict[str, str]) -> Made:
    printed = product.manage("prepare_demo", env=env, log=place.logs / "prepare.log")
    made: Made = json.loads(printed.strip().splitlines()[-1])
    return made


@contextmanager
def _reachable(web: Child, port: int, running: Servers, made: Made) -> Iterator[Access]:
    _wait_until_ready(web, port)
    access = Access(
        url=f"http://{ports.HOST}:{port}",
        database_url=running.environment["DATABASE_URL"],
        redis_url=running.environment["REDIS_URL"],
        users=made["users"],
        more={name: value for name, value in made.items() if name != "users"},
    )
    with accesses.published(access):
        yield access


@contextmanager
def _farewell(say: Progress) -> Iterator[None]:
    try:
        yield
    finally:
        say("stopped")


@contextmanager
def _working(crew: Sequence[Child], say: Progress) -> Iterator[None]:
    try:
        for child in crew:
            child.start()
        yield
    finally:
        say("stopping")
        for child in crew:
            child.ask_to_stop()
        until = time.monotonic() + max(child.patience for child in crew)
        for child in crew:
            child.wait_or_kill(until=until)


def _wait_until_ready(web: Child, port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_READY
    while not _answers(port):
        if not web.alive() or time.monotonic() > deadline:
            raise DidNotStart(name="The web server", why=web.ending(), log=web.log, tail=web.log_tail())
        time.sleep(0.05)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
