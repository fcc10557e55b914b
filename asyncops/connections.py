"""Connections that only go where `egress` lets them, and that their exchange's deadline can cut off.

The check sits where a connection is made: whatever leads there, no other address than a judged one is reached.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from asyncops import egress
from asyncops.deadlines import Deadline

KEPT: Final = 32  # connections to one server that stay open


@dataclass(kw_only=True, slots=True)
class Exchange:
    """A request of this thread that is on its way."""

    deadline: Deadline
    opened: bool = False  # whether a connection was made for it


_going = threading.local()


@contextmanager
def exchange(deadline: Deadline) -> Iterator[Exchange]:
    """Connections that this thread makes or takes meanwhile are cut off at the deadline."""
    _going.exchange = Exchange(deadline=deadline)
    try:
        yield _going.exchange
    finally:
        del _going.exchange


def adapter() -> HTTPAdapter:
    """One for each process: a fork must not share its parent's connections."""
    return _adapter(os.getpid())


@cache
def _adapter(process: int) -> HTTPAdapter:
    made = HTTPAdapter(pool_connections=KEPT, pool_maxsize=KEPT)
    made.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return made


class _Guarded(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        """Where urllib3 makes the connection of either scheme."""
        going: Exchange = _going.exchange
        going.opened = True
        try:
            made = egress.connect(self.host, self.port, seconds=min(float(self.timeout or 0), going.deadline.left))
        except TimeoutError as reason:
            raise ConnectTimeoutError(self, str(reason)) from reason
        except OSError as reason:
            raise NewConnectionError(self, str(reason)) from reason
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        going.deadline.watch(made)
        return made

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:
            _going.exchange.deadline.watch(self.sock)
        super().request(*args, **options)


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls
