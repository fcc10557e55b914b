"""How moments are called in buckets: as PHP writes dates. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

_USUALLY: Final = {
    "minute": "Y-m-d H:i:00",
    "hour": "Y-m-d H:00:00",
    "day": "Y-m-d 00:00:00",
    "week": "Y W",
    "month": "Y-m-01 00:00:00",
    "year": "Y-01-01 00:00:00",
}
_STANDARD: Final = {
    "d": "%d", "D": "%a", "l": "%A", "W": "%V", "F": "%B", "m": "%m", "M": "%b", "o": "%G", "Y": "%Y", "y": "%y",
    "A": "%p", "h": "%I", "H": "%H", "i": "%M", "s": "%S", "u": "%f", "e": "%Z", "T": "%Z", "O": "%z", "N": "%u",
    "w": "%w",
}  # fmt: skip
_OTHERS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "j": lambda moment: str(moment.day),
    "n": lambda moment: str(moment.month),
    "z": lambda moment: str(moment.timetuple().tm_yday - 1),
    "a": lambda moment: moment.strftime("%p").lower(),
    "g": lambda moment: str(moment.hour % 12 or 12),
    "G": lambda moment: str(moment.hour),
    "v": lambda moment: f"{moment.microsecond // 1000:03}",
    "P": lambda moment: moment.isoformat()[-6:],
    "U": lambda moment: str(int(moment.timestamp())),
    "c": lambda moment: moment.isoformat(timespec="seconds"),
}


def named(moment: datetime, interval: str, form: str = "") -> str:
    """The beginning of an interval, usually or in a form of its own."""
    if interval == "quarter" and not form:
        return f"{moment.year} {(moment.month + 2) // 3}"
    return written(moment, form or _USUALLY[interval])


def written(moment: datetime, form: str) -> str:
    """What no letter of PHP's stands for is written as it is, and so is what follows a backslash."""
    found, letters = [], iter(form)
    for letter in letters:
        if letter == "\\":
            found.append(next(letters, ""))
        else:
            found.append(_letter(moment, letter))
    return "".join(found)


def _letter(moment: datetime, letter: str) -> str:
    if letter in _OTHERS:
        return _OTHERS[letter](moment)
    return moment.strftime(_STANDARD[letter]) if letter in _STANDARD else letter
