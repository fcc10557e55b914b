"""A database in which `prepare_demo` has been done, once for all processes of a session: scenes begin with a copy."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.devservices.locking import exclusive
from tests.acceptance.site import prepared
from tests.services import SESSION, started_private_services

LONGEST = 300.0  # seconds that another process may take to make it


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    data: Path  # of PostgreSQL
    demo: dict[str, Any]  # what `prepare_demo` has made


def beginning() -> Beginning:
    """Made by whoever asks first."""
    session = Path(os.environ[SESSION])
    data, demo = session / "postgres", session / "demo.json"
    with exclusive(session / "lock", patience=LONGEST):
        if not demo.exists():
            demo.write_text(json.dumps(_prepare(data, logs=session)))
    return Beginning(data=data, demo=json.loads(demo.read_text()))


def _prepare(data: Path, *, logs: Path) -> dict[str, Any]:
    with started_private_services() as services:
        with prepared(services, logs) as site, site.database() as connection:
            connection.execute("CHECKPOINT")  # servers of tests are stopped without one
        services.postgres.stop()
        services.postgres.data.rename(data)
    return site.demo
