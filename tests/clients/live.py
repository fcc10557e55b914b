"""What a scene with a published client gets: where the site is, who may call, and a way to run the client's code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients import installing

VARIABLE = "BULKHEAD_LIVE_SITE"  # JSON of what `make clients` has started
PATIENCE = 120.0  # seconds for one script


@dataclass(frozen=True, kw_only=True)
class LiveSite:
    url: str  # without a slash at its end
    users: dict[str, dict[str, str]]  # admin, limited, other: each with username, password, token
    shopware: dict[str, str]  # client_id and client_secret of an integration that may do everything
    magento: dict[str, str]  # the four values that it signs with

    @classmethod
    def started(cls) -> LiveSite:
        return cls(**json.loads(os.environ[VARIABLE]))


@dataclass(frozen=True, kw_only=True)
class PublishedClient:
    """Runs scripts that use the client, in the client's own environment."""

    package: installing.Package

    def run(self, script: Path, **given: Any) -> Any:
        """What the script prints as JSON in its last line. It reads `given` as JSON from its standard input."""
        placed = Path(shutil.copy(script, self.package.home)) if self.package.is_node else script
        done = subprocess.run(
            [*self.package.program, str(placed)],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=self.package.home,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


def client(name: str) -> PublishedClient:
    """Skips the scene where the client could not be installed, since its interpreter is not on this machine."""
    [package] = [package for package in installing.packages() if package.name == name]
    if not package.home.is_dir():
        pytest.skip(f"{name} is not installed here")
    return PublishedClient(package=package)
