"""How far a long command is, on a terminal as a bar that moves, in a log as a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TextIO

_WIDTH: Final = 30
_TERMINAL_PAUSE: Final = 0.1  # seconds between two pictures
_LOG_PAUSE: Final = 10.0


class ProgressBar:
    """`show` as often as you like: it draws seldom enough not to cost anything."""

    def __init__(self, title: str, *, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._title, self._out, self._clock = title, out, clock
        self._moves = out.isatty()
        self._begun = clock()
        self._next = self._begun + (0 if self._moves else _LOG_PAUSE)

    def show(self, share: float, *, records: int) -> None:
        """`share`: how much of the whole is done, 0 to 1. `records`: how many that are."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (_TERMINAL_PAUSE if self._moves else _LOG_PAUSE)
        self._draw(share, records)

    def end(self, *, records: int) -> None:
        self._draw(1.0, records)
        if self._moves:
            self._out.write("\n")
        self._out.flush()

    def _draw(self, share: float, records: int) -> None:
        line = picture(self._title, share, records=records, seconds=self._clock() - self._begun)
        self._out.write(f"\r{line}\033[K" if self._moves else f"{line}\n")
        self._out.flush()


def picture(title: str, share: float, *, records: int, seconds: float) -> str:
    """One line: the bar, per cent, records, their rate, and what remains of the time."""
    share = min(max(share, 0.0), 1.0)
    filled = round(_WIDTH * share)
    rate = f"{records / seconds:,.0f}/s" if seconds > 0 else "-"
    rest = f"{clock_time(seconds / share - seconds)} left" if 0 < share < 1 else f"in {clock_time(seconds)}"
    bar = "#" * filled + "." * (_WIDTH - filled)
    return f"{title:<8} [{bar}] {100 * share:3.0f} %  {records:,} records  {rate}  {rest}"


def clock_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
