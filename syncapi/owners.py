"""Three dialects share the paths below /api/: whose a request is, decided before anybody asks who sends it. Pure."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Owner(StrEnum):
    SHOPTET = "shoptet"
    ORO = "oro"
    SHOPWARE = "shopware"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What of a request decides. `path`: decoded, below /api/. `media`: its Content-Type and Accept headers."""

    method: str
    path: str
    media: str = ""
    shoptet_token: bool = False  # carries one of Shoptet's two token headers
    external_ids: bool = False  # Oro's `X-Integration-Type: ext_id`

    @property
    def segments(self) -> list[str]:
        return self.path.strip("/").split("/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """The first segments that Oro (its plural types) and Shopware (its kebab names) call theirs."""

    oro: Set[str] = field(default_factory=frozenset)
    shopware: Set[str] = field(default_factory=frozenset)


JSON_API: Final = "application/vnd.api+json"
_VERSION: Final = re.compile(r"v[0-9]+")
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NUMBER: Final = re.compile(r"[0-9]+")


def owner(asked: Asked, claims: Claims) -> Owner:
    """A version is Shopware's; then Shoptet's literal paths, Oro's types, Shopware's names; else the headers tell."""
    first = asked.segments[0]
    if _VERSION.fullmatch(first):
        return Owner.SHOPWARE
    if _is_shoptets(asked):
        return Owner.SHOPTET
    if first in claims.oro:
        return Owner.ORO
    return Owner.SHOPWARE if first in claims.shopware else _of_unknown(asked)


def _is_shoptets(asked: Asked) -> bool:
    match asked.segments:
        case ["system" | "webhooks", *_] | ["products", "snapshot", *_] | [_, *_, "batch"]:
            return True
        case ["products", product, "images", *_]:
            names_oros = asked.external_ids or _NUMBER.fullmatch(product) is not None
            return not (asked.method in _READING and names_oros)
    return False


def _of_unknown(asked: Asked) -> Owner:
    """Nobody has the path: the error is told in the words of whose client it seems to be."""
    if asked.shoptet_token:
        return Owner.SHOPTET
    return Owner.ORO if JSON_API in asked.media.lower() else Owner.SHOPWARE
