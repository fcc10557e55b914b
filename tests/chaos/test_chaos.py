"""Half a minute of what `make chaos` does for five."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.acceptance.site import ROOT

pytestmark = pytest.mark.acceptance

SHORT = {"operations": 600, "seconds": 15, "kills": 6, "valkeys": 1, "postgreses": 1, "webs": 1, "seed": 4}


def test_nothing_is_lost_doubled_reordered_or_stuck_when_everything_is_killed():
    options = [f"--{name}={value}" for name, value in SHORT.items()]
    done = subprocess.run([sys.executable, "-m", "tests.chaos", *options], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
