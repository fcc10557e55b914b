"""Runs somebody's command on servers that exist only for it, and passes on how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

from . import places, product, servers
from .children import dies_with
from .signals import StopRequested

PATIENCE = 10  # seconds


def run(command: Sequence[str]) -> int:
    with places.throw_away() as place, servers.running(place) as running:
        process = subprocess.Popen(
            list(command),
            env=product.environment(running.environment),
            preexec_fn=dies_with(os.getpid(), signal.SIGTERM),  # noqa: PLW1509 no thread runs here
        )
        try:
            code = process.wait()
        except StopRequested as request:
            code = _ended(process, request.number)
    return code if code >= 0 else 128 - code


def _ended(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    """A terminal has sent SIGINT to the command too, so that is not repeated before its time is over."""
    order = [signal.SIGTERM, signal.SIGKILL] if number is signal.SIGINT else [signal.SIGKILL]
    if number is not signal.SIGINT:
        process.send_signal(number)
    for harder in order:
        try:
            return process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.send_signal(harder)
    return process.wait()
