"""Published clients, pinned by lock files and each installed by itself, so that none decides what another gets.

Beside the scenes of a dialect lie `<client>.lock` (a hashed pip lock; its first line may say `# python 3.12`) or
`<client>/package.json` with a package-lock.json.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALLED = HERE.parents[1] / ".local" / "clients"
_WANTED = re.compile(r"# python (\d+)\.(\d+)")


@dataclass(frozen=True, kw_only=True)
class Package:
    """A client: `source` is its lock file, or its folder with the lock file of npm."""

    name: str
    source: Path

    @property
    def home(self) -> Path:
        return INSTALLED / self.name

    @property
    def is_node(self) -> bool:
        return self.source.is_dir()

    @property
    def lock(self) -> Path:
        return self.source / "package-lock.json" if self.is_node else self.source

    @property
    def program(self) -> list[str]:
        """What runs a script of it."""
        return ["node"] if self.is_node else [str(self.home / "bin" / "python")]


def packages(dialect: str | None = None) -> list[Package]:
    found = sorted([*HERE.glob("*/*.lock"), *(path.parent for path in HERE.glob("*/*/package-lock.json"))])
    mine = [path for path in found if dialect in {None, path.parent.name}]
    return [Package(name=path.name.removesuffix(".lock"), source=path) for path in mine]


def install(package: Package) -> str:
    """Bring it to what its lock says; what had to be done. An interpreter that is not there leaves it uninstalled."""
    stamp, wanted = package.home / "installed-from", hashlib.sha256(package.lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return "installed already"
    shutil.rmtree(package.home, ignore_errors=True)
    done = _npm(package) if package.is_node else _pip(package)
    if package.home.is_dir():
        stamp.write_text(wanted)
    return done


def _npm(package: Package) -> str:
    if shutil.which("npm") is None:
        return "not installed: there is no npm here"
    shutil.copytree(package.source, package.home)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=package.home, check=True, stdin=subprocess.DEVNULL)
    return "installed"


def _pip(package: Package) -> str:
    found = _WANTED.match(package.lock.read_text())
    wanted = (int(found[1]), int(found[2])) if found else sys.version_info[:2]
    python = interpreter(wanted)
    if python is None:
        return f"not installed: there is no Python {wanted[0]}.{wanted[1]} here"
    subprocess.run([python, "-m", "venv", str(package.home)], check=True)
    pip = [str(package.home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(package.lock)], check=True, stdin=subprocess.DEVNULL)
    return "installed"


def interpreter(wanted: tuple[int, int]) -> str | None:
    """A Python of this version: our own, one on the path, or one of pyenv's."""
    name = f"{wanted[0]}.{wanted[1]}"
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    candidates = [sys.executable, f"python{name}", *sorted(str(path) for path in pyenv.glob(f"{name}.*/bin/python"))]
    return next((candidate for candidate in candidates if _is(candidate, wanted)), None)


def _is(python: str, wanted: tuple[int, int]) -> bool:
    """Asks it: a name on the path may be a wrapper around nothing."""
    question = f"import sys; sys.exit(sys.version_info[:2] != {wanted!r})"
    try:
        return subprocess.run([python, "-c", question], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
