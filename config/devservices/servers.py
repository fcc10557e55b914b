"""Both servers, each only if the environment does not name one already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .places import Place
from .postgres import Postgres
from .server import Server
from .valkey import Valkey

AnyServer = TypeVar("AnyServer", bound=Server)


@dataclass(frozen=True, kw_only=True)
class Servers:
    postgres: Postgres | None
    valkey: Valkey | None
    environment: dict[str, str]  # DATABASE_URL and REDIS_URL

    def embedded(self) -> list[Server]:
        return [server for server in (self.postgres, self.valkey) if server is not None]


@dataclass(frozen=True, kw_only=True)
class EmbeddedServers:
    postgres: Postgres
    valkey: Valkey
    environment: dict[str, str]  # DATABASE_URL and REDIS_URL


@contextmanager
def running(place: Place) -> Iterator[Servers]:
    """Valkey is the last to come and the first to go: what is in PostgreSQL is the truth."""
    named = {name: url for name in ("DATABASE_URL", "REDIS_URL") if (url := os.environ.get(name))}
    with ExitStack() as stack:
        postgres = None if "DATABASE_URL" in named else stack.enter_context(_started(Postgres(place=place)))
        valkey = None if "REDIS_URL" in named else stack.enter_context(_started(Valkey(place=place)))
        urls = {"DATABASE_URL": postgres, "REDIS_URL": valkey}
        own = {name: server.url for name, server in urls.items() if server is not None}
        yield Servers(postgres=postgres, valkey=valkey, environment=named | own)


@contextmanager
def embedded(place: Place, *, begins_with: Path | None = None) -> Iterator[EmbeddedServers]:
    """Both, whatever the environment says. `begins_with`: a data directory of PostgreSQL to copy."""
    own = Postgres(place=place, begins_with=begins_with)
    with _started(own) as postgres, _started(Valkey(place=place)) as valkey:
        urls = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        yield EmbeddedServers(postgres=postgres, valkey=valkey, environment=urls)


@contextmanager
def _started(server: AnyServer) -> Iterator[AnyServer]:
    try:
        server.start()
        yield server
    finally:
        server.stop()
