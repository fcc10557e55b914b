"""An embedded Valkey that listens on a Unix socket only and keeps what it is told."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from . import binaries, directories
from .children import Child
from .server import Server

DATABASES = 256  # one for each test worker


@dataclass(kw_only=True)
class Valkey(Server):
    name: ClassVar[str] = "Valkey"

    @property
    def socket(self) -> Path:
        return self.place.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    def prepared(self) -> Child:
        data = directories.private(self.place.base / "valkey", account=self.place.account)
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "databases": str(DATABASES),
            "appendonly": "yes",
            "appendfsync": "everysec" if self.place.lasting else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Child(
            name="valkey",
            argv=[str(binaries.valkey(self.place.account)), *options],
            log=self.place.logs / "valkey.log",
            cwd=self.place.base,
            account=self.place.account,
            holds=(self.place.lock,),
        )

    def answers(self) -> bool:
        """An error while it loads its file is no answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
