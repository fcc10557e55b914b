"""Search by words: every word of the term must occur, the last one at least begin so."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet

from catalog.models import Product

_SPLIT: Final = re.compile(r"(?<=\w)[-/._@:+=<>\\]+(?=\w)")  # as catalog_words splits the texts that are searched
_LAST: Final = re.compile(r"(?:^|\s)(\w+)$")
_OR: Final = "or"


def matching(products: QuerySet[Product], term: str) -> QuerySet[Product]:
    """Those of `products` whose search document fits. "quoted words" stand together, -word excludes, or: either."""
    return products.filter(search__document=query(term))


def search(term: str, *, limit: int) -> list[UUID]:
    """The ids of the products that fit, the best first: found in the SKU before the name before the texts."""
    rank = SearchRank(F("search__document"), query(term))
    found = matching(Product.objects.all(), term).order_by(rank.desc(), "sku_key")
    return list(found.values_list("pk", flat=True)[:limit])


def query(term: str) -> SearchQuery:
    words = _SPLIT.sub(" ", term.replace("\0", " ")).strip()
    last = _LAST.search(words)
    if last is None or last[1].casefold() == _OR or words.count('"') % 2 or _is_either(words[: last.start()]):
        return _web(words)
    begins = SearchQuery(f"{last[1]}:*", config="simple", search_type="raw")
    rest = words[: last.start()].strip()
    return _web(rest) & begins if rest else begins


def _is_either(rest: str) -> bool:
    """Whether what follows is an alternative, and no further condition."""
    return rest.casefold().split()[-1:] == [_OR]


def _web(words: str) -> SearchQuery:
    return SearchQuery(words, config="simple", search_type="websearch")
