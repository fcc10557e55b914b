"""`make clients`: published clients, unmodified, against a live site: gunicorn, workers, PostgreSQL and Valkey."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.acceptance.site import ROOT, Site, running
from tests.clients import installing
from tests.clients.live import VARIABLE
from tests.services import started_private_services

DIALECTS = sorted(path.parent.name for path in installing.HERE.glob("*/__init__.py"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make clients")
    parser.add_argument("--only", choices=DIALECTS, metavar="DIALECT")
    parser.add_argument("pytest", nargs="*", help="further arguments of pytest")
    options = parser.parse_args()
    for package in installing.packages(options.only):
        sys.stdout.write(f"{package.name}: {installing.install(package)}\n")
        sys.stdout.flush()
    os.environ["BULKHEAD_FETCH_ALLOWED_HOSTS"] = "127.0.0.1:*"  # the servers of the scenes
    with (
        tempfile.TemporaryDirectory() as logs,
        started_private_services() as services,
        running(services, Path(logs)) as site,
    ):
        site.start_worker()
        return scenes(site, options)


def scenes(site: Site, options: argparse.Namespace) -> int:
    """Runs them in the site's environment; pytest's exit code. Its closing line is the last that is printed."""
    where = installing.HERE / options.only if options.only else installing.HERE
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", str(where)]
    environment = site.environment | {
        VARIABLE: json.dumps(
            {"url": site.url, "users": site.users, "shopware": site.integration, "magento": site.demo["magento"]}
        )
    }
    return subprocess.run([*command, *options.pytest], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
