"""PostgreSQL refuses to run as root, so a root supervisor gives the servers to an unprivileged user."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who a server runs as. None: as the supervisor itself."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []

    def reaches(self, path: Path) -> bool:
        """Tries it as that user: only the kernel knows about access lists and mounts."""
        test = ["test", "-x", str(path), "-a", "-r", str(path)]
        tried = subprocess.run(test, check=False, cwd="/", user=self.uid, group=self.gid, extra_groups=self.groups)
        return tried.returncode == 0

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def for_servers(checkout: Path) -> Account:
    """Root becomes the checkout's owner, so that both can use the data; in its own checkout postgres or nobody."""
    if os.geteuid() != 0:
        return Account()
    owner = owner_of(checkout)
    return owner if owner is not None and _has_name(owner) else _unprivileged()


def owner_of(path: Path) -> Account | None:
    """Whom root has to become for what exists already; None if that decides nothing."""
    if os.geteuid() != 0 or not path.exists() or path.stat().st_uid == 0:
        return None
    return Account(uid=path.stat().st_uid, gid=path.stat().st_gid)


def _has_name(account: Account) -> bool:
    """initdb refuses to work for a user without one."""
    return any(entry.pw_uid == account.uid for entry in pwd.getpwall())


def _unprivileged() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    return Account(uid=65534, gid=65534)
