from __future__ import annotations

import subprocess
import sys

import pytest

WEB = "import config.wsgi"
WORKER = """
import django; django.setup()
import django_rq
from asyncops.worker import Worker
Worker(["default"], connection=django_rq.get_connection())"""


@pytest.mark.parametrize("start", [WEB, WORKER], ids=["web", "worker"])
def test_what_a_process_loaded_at_its_start_is_no_garbage_to_look_for(start):
    code = f"{start}\nimport gc; print(gc.get_freeze_count())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) > 100_000
