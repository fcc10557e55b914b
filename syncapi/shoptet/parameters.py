"""Parameters of a query: what they mean, or which of them means nothing (contract 5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from syncapi.shoptet import moments
from syncapi.shoptet.refusals import parameter

Query = Mapping[str, str]
Choice = TypeVar("Choice", bound=Enum)
LARGEST = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    number: int
    size: int

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size

    def paginator(self, total: int) -> dict[str, int]:
        """A page behind the last one is empty."""
        return {
            "totalCount": total,
            "page": self.number,
            "pageCount": -(-total // self.size),
            "itemsOnPage": max(0, min(self.size, total - self.first)),
            "itemsPerPage": self.size,
        }


def page(query: Query, *, usual: int, most: int) -> Page:
    """A page larger than the largest is that one, without an error."""
    number, size = whole(query, "page", default=1), whole(query, "itemsPerPage", default=usual)
    return Page(number=number, size=min(size, most))


def whole(query: Query, name: str, *, default: int, least: int = 1) -> int:
    given = query.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit()) or len(given) > 10 or not least <= int(given) <= LARGEST:
        raise parameter(name, f"Expected a whole number of at least {least}.")
    return int(given)


def moment(query: Query, name: str) -> datetime | None:
    given = query.get(name)
    if given is None:
        return None
    try:
        return moments.read(given)
    except ValueError:
        raise parameter(name, "Expected a date and time such as 2018-05-29T09:02:27+0200.") from None


def choice(query: Query, name: str, choices: type[Choice]) -> Choice | None:
    given = query.get(name)
    if given is None:
        return None
    known = {str(each.value): each for each in choices}
    if given not in known:
        raise parameter(name, f"Expected one of {', '.join(known)}.")
    return known[given]


def flag(query: Query, name: str, *, default: bool | None = None) -> bool | None:
    given = query.get(name)
    if given is None:
        return default
    known = {"true": True, "1": True, "false": False, "0": False}
    if given.lower() not in known:
        raise parameter(name, "Expected true or false.")
    return known[given.lower()]


_LANGUAGE: Final = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{2,4})?")


def language(query: Query) -> str | None:
    given = query.get("language")
    if given is not None and not _LANGUAGE.fullmatch(given):
        raise parameter("language", "Expected a code such as en or en-GB.")
    return given


def words(query: Query, name: str) -> Sequence[str]:
    """A comma list."""
    return [word.strip() for word in query.get(name, "").split(",") if word.strip()]
