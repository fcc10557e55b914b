"""Points in time as Shoptet writes them, and every form in which clients send them (contract 2). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_EXAMPLE: Final = "2026-11-22T10:00:00+0000"
_FORM: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?"
    r"(?:Z|(?P<sign>[+\- ])(?P<hours>\d\d):?(?P<minutes>\d\d))?",
    re.ASCII,
)


def written(value: datetime | None) -> str | None:
    """`2026-11-22T10:00:00+0000`: whole seconds, and an offset that is never negative."""
    return None if value is None else f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S%z}".rjust(len(_EXAMPLE), "0")


def last(of: datetime) -> datetime:
    """The last instant that is written as this one is."""
    return of if of.microsecond else of.replace(microsecond=999_999)


def read(text: str) -> datetime:
    """With `+0200`, `+02:00`, `Z`, or no offset, which means UTC. A space stands for a plus that was not encoded.

    Raises ValueError.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    clock = datetime.fromisoformat(f"{found['date']}T{found['time'] or '00:00:00'}")
    moment = clock.replace(tzinfo=_zone(found))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


def _zone(found: re.Match[str]) -> timezone:
    if found["sign"] is None:
        return UTC
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return timezone(-offset if found["sign"] == "-" else offset)
