"""A worker that is killed at one point of its work: python -m tests.acceptance.crashing before|after FUNCTION.

FUNCTION is where the engine looks it up, e.g. asyncops.finishing.finalise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from signal import SIGKILL
from typing import Any

import django


def main(when: str, function: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from asyncops import engine

    module, _, name = function.rpartition(".")
    found = import_module(module)
    setattr(found, name, _dying(getattr(found, name), when))
    engine.drain()


def _dying(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    def dies(*args: Any, **options: Any) -> None:
        if when == "after":
            function(*args, **options)
        os.kill(os.getpid(), SIGKILL)

    return dies


if __name__ == "__main__":
    main(*sys.argv[1:])
