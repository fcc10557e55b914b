"""A place is the directory of one pair of servers: a lasting one for serve and demo, throw-away ones for tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import account as accounts
from . import directories
from .account import Account
from .errors import AlreadyRunning
from .locking import exclusive

SECONDS_TO_END = 30  # for the servers of a supervisor that was killed


@dataclass(frozen=True, kw_only=True)
class Place:
    base: Path
    logs: Path
    cache: Path  # of all places of one user
    account: Account
    lasting: bool
    lock: int  # descriptor; the servers inherit it, so the lock is free when the last of them is gone

    @property
    def sockets(self) -> Path:
        return directories.sockets(self.base)


@contextmanager
def lasting() -> Iterator[Place]:
    """Raises AlreadyRunning at once if a supervisor has it; a killed supervisor's servers get time to end."""
    account = accounts.owner_of(directories.local() / "data") or accounts.for_servers(directories.CHECKOUT)
    parent = directories.state(account)
    with (
        exclusive(supervisor_lock()),
        opened(parent / "data", account=account, cache=_cache(parent, account), logs=directories.logs()) as place,
    ):
        for log in place.logs.glob("*.log"):
            log.unlink()
        yield place


@contextmanager
def throw_away() -> Iterator[Place]:
    """Removed at the end. What killed runs have left is removed at the start."""
    account = accounts.for_servers(directories.CHECKOUT)
    state = directories.state(account)
    parent = directories.made(state / "test")
    with ExitStack() as stack:
        with exclusive(parent / "lock", patience=60):
            _sweep(parent)
            base = Path(tempfile.mkdtemp(dir=parent, prefix=""))
            stack.callback(remove, base)
            place = stack.enter_context(opened(base, account=account, cache=_cache(state, account)))
        yield place


@contextmanager
def opened(base: Path, *, account: Account, cache: Path, logs: Path | None = None) -> Iterator[Place]:
    """A place at `base`; without `logs` it is a throw-away one that keeps them itself."""
    directories.private(base, account=account)
    with exclusive(base / "lock", patience=SECONDS_TO_END) as lock:
        sockets = directories.sockets(base)
        shutil.rmtree(sockets, ignore_errors=True)
        directories.private(sockets, account=account)
        yield Place(
            base=base,
            logs=logs or directories.made(base / "logs"),
            cache=cache,
            account=account,
            lasting=logs is not None,
            lock=lock,
        )


def supervisor_lock() -> Path:
    return directories.local() / "supervisor.lock"


def remove(base: Path) -> None:
    shutil.rmtree(directories.sockets(base), ignore_errors=True)
    shutil.rmtree(base, ignore_errors=True)


def _cache(state: Path, account: Account) -> Path:
    user = os.geteuid() if account.uid is None else account.uid
    return directories.private(directories.made(state / "cache") / str(user), account=account)


def _sweep(parent: Path) -> None:
    for base in parent.iterdir():
        if not base.is_dir():
            continue
        with suppress(AlreadyRunning, PermissionError), exclusive(base / "lock"):
            remove(base)
