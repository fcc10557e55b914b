"""A short public name for every operation, computed from its number: nothing is stored, and no two can clash."""

from __future__ import annotations

import re
from typing import Final

LENGTH: Final = 7
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NAMES: Final = len(_DIGITS) ** LENGTH
_FACTOR: Final = 48_431_716_939  # has no divisor in common with _NAMES, so that every number has a name of its own
_BACK: Final = pow(_FACTOR, -1, _NAMES)
_FORM: Final = re.compile(rf"[0-9a-z]{{{LENGTH}}}")


def of(number: int) -> str:
    """Seven characters of `[a-z0-9]`. Not a secret: who may read the operation is asked elsewhere."""
    rest = number * _FACTOR % _NAMES
    found = ""
    for _ in range(LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found


def number_of(job: str) -> int | None:
    """The number of the operation that is called so; None when nothing can be."""
    return int(job, len(_DIGITS)) * _BACK % _NAMES if _FORM.fullmatch(job) else None
