"""`page[size]` and `page[number]`, and the links from page to page (contract 10, 16.3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlencode

from syncapi.oro.refusals import BadFilter

SIZE: Final = "page[size]"
NUMBER: Final = "page[number]"
DEFAULT: Final = 10
_MOST: Final = 2**31


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    number: int = 1
    size: int = DEFAULT  # -1: everything

    def within(self, limit: int) -> Page:
        """The page that is given, since the largest has `limit` records; the next begins where it ends."""
        return replace(self, size=limit if self.size < 0 else min(self.size, limit))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size


def read(parameters: Mapping[str, str]) -> Page:
    """Raises BadFilter."""
    size = _integer(parameters.get(SIZE), SIZE, default=DEFAULT)
    if size < -1:
        raise BadFilter("The value should be greater than or equals to -1.", parameter=SIZE)
    number = _integer(parameters.get(NUMBER), NUMBER, default=1, unsigned=True)
    if number < 1:
        raise BadFilter("The value should be greater than or equals to 1.", parameter=NUMBER)
    return Page(number=number, size=size)


def links(
    url: str, query: dict[str, str], page: Page, *, more: bool, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """`self`, `first` and `prev` beyond the first page, `next` when there is `more`.

    `query`: what else was asked; `own`: the query of this very document, if its link keeps it.
    """
    found = {"self": _address(url, own or {})}
    if page.number > 1:
        found["first"] = _address(url, query | _sized(page))
        found["prev"] = _address(url, query | _of_page(Page(number=page.number - 1, size=page.size)))
    if more:
        found["next"] = _address(url, query | _of_page(Page(number=page.number + 1, size=page.size)))
    return found


def _of_page(page: Page) -> dict[str, str]:
    return ({NUMBER: str(page.number)} if page.number > 1 else {}) | _sized(page)


def _sized(page: Page) -> dict[str, str]:
    return {SIZE: str(page.size)}


def _address(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query, quote_via=quote)}" if query else url


def _integer(text: str | None, name: str, *, default: int, unsigned: bool = False) -> int:
    if text is None:
        return default
    digits = text.removeprefix("-") if not unsigned else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 11):
        kind = "unsigned integer" if unsigned else "integer"
        raise BadFilter(f'Expected {kind} value. Given "{text[:100]}".', parameter=name)
    return max(min(int(text), _MOST), -_MOST)
