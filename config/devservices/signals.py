"""The first signal stops everything in order; later ones must not disturb that.

Ctrl-C comes twice: from the terminal and from make.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody has asked us to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = signal.Signals(number)


@contextmanager
def stop_requests() -> Iterator[None]:
    """Raises StopRequested inside the block, once."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN or number is not signal.SIGHUP:  # nohup
            signal.signal(number, _stop)
    try:
        yield
    finally:
        ignore()


def ignore() -> None:
    """From here on we are stopping. A function and not SIG_IGN, which children would inherit."""
    for number in SIGNALS:
        signal.signal(number, _stay)


def _stop(number: int, frame: FrameType | None) -> None:
    ignore()
    raise StopRequested(number)


def _stay(number: int, frame: FrameType | None) -> None:
    return
