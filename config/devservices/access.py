"""How to reach the running servers, for scripts and clients: a file that exists only while they run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import directories


@dataclass(frozen=True, kw_only=True)
class Access:
    url: str
    database_url: str
    redis_url: str
    users: dict[str, dict[str, str]]  # admin, limited, other: each username, password, token
    more: dict[str, Any]  # what else prepare_demo made


def file() -> Path:
    return directories.local() / "access.json"


def withdraw() -> None:
    """Also what a killed run has left: nobody is to read it while the next one starts."""
    file().unlink(missing_ok=True)


@contextmanager
def published(access: Access) -> Iterator[None]:
    content = asdict(access)
    content |= content.pop("more")
    growing = file().with_name("access.json.new")
    growing.unlink(missing_ok=True)
    descriptor = os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(content, stream, indent=2)
    growing.replace(file())
    try:
        yield
    finally:
        withdraw()
