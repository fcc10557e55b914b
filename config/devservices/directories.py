"""Where files go: below .local of the checkout.

Elsewhere if the servers' user cannot get there or a socket's path would be too long.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from .account import Account, owner_of
from .errors import DirectoryNotOurs

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_PATH = 99  # bytes; the kernel's limit is 107, some clients' is lower
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"


def local() -> Path:
    return made(CHECKOUT / ".local")


def logs() -> Path:
    return made(local() / "logs")


def state(account: Account) -> Path:
    """The parent of all data of servers that run as `account`."""
    if account.reaches(local()):
        return local()
    path = relocated()
    private(path.parent, account=Account(), mode=0o755)
    return private(path, account=Account(), mode=0o755)


def relocated() -> Path:
    below = Path("/var/lib") if os.access("/var/lib", os.W_OK) else Path("/var/tmp")  # noqa: S108 private() checks it
    return below / "bulkhead" / _digest(CHECKOUT)


def sockets(base: Path) -> Path:
    beside = base / "sockets"
    if _serves_sockets(beside):
        return beside
    parents = (tempfile.gettempdir(), "/tmp")  # noqa: S108 private() checks it
    short = [Path(below) / f"bulkhead-{_digest(base)}" for below in parents]
    return next(filter(_serves_sockets, short), short[-1])


def _serves_sockets(directory: Path) -> bool:
    """Short enough, and without what redis-py stumbles over in the server's list of its clients."""
    fits = len(os.fsencode(directory)) + len(LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH
    return fits and not re.search(r"[\s=]", str(directory))


def made(path: Path) -> Path:
    """Others may pass through it: the servers' user has to."""
    if not path.is_dir():
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
        adopt(path)
    return path


def adopt(path: Path) -> None:
    """What root makes in somebody's checkout belongs to that user, who may be the next to start the servers."""
    owner = owner_of(path.parent)
    if owner is not None:
        owner.own(path)


def private(path: Path, *, account: Account, mode: int = 0o700) -> Path:
    """A directory of `account`. Raises DirectoryNotOurs when another user has put something there before us."""
    path.mkdir(mode=0o700, exist_ok=True)
    if path.lstat().st_uid not in {os.geteuid(), account.uid} or path.is_symlink():
        raise DirectoryNotOurs(path=path)
    path.chmod(mode)
    account.own(path)
    return path


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path) + b"%d" % os.geteuid()).hexdigest()[:12]
