"""What the supervisor says, with the seconds since it began."""

from __future__ import annotations

import time


class Progress:
    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)
