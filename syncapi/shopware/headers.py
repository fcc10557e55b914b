"""What the headers of a Shopware request say. Pure: they come as Django's META."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.commands import Indexing, Policy
from syncapi import policies
from syncapi.problems import BadHeader
from syncapi.shopware.drafts import V3
from syncapi.shopware.names import UPDATERS
from syncapi.shopware.operations import is_true

_INDEXING: Final = {"use-queue-indexing": Indexing.QUEUED, "disable-indexing": Indexing.OFF}
_CHOICES: Final = {"HTTP_BULKHEAD_KEYS": "natural", "HTTP_BULKHEAD_RELATIONS": "replace"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    meta: Mapping[str, Any]
    family: str

    def _flag(self, name: str) -> bool:
        return is_true(self.meta.get(name, ""))

    @property
    def language(self) -> str:
        return str(self.meta.get("HTTP_SW_LANGUAGE_ID", "")).strip()

    @property
    def inherits(self) -> bool:
        return self._flag("HTTP_SW_INHERITANCE")

    @property
    def single_operation(self) -> bool:
        return self.family == V3 and self._flag("HTTP_SINGLE_OPERATION")

    @property
    def policy(self) -> Policy:
        """What one bad record means. The current API knows all or nothing alone; our own header says otherwise."""
        return policies.of(self.meta, Policy.ALL if self._fails_as_a_whole else Policy.EACH)

    @property
    def _fails_as_a_whole(self) -> bool:
        if self.family != V3:
            return True
        return self._flag("HTTP_FAIL_ON_ERROR") if "HTTP_FAIL_ON_ERROR" in self.meta else self.single_operation

    @property
    def indexing(self) -> Indexing:
        """Whatever else it says, also the text "null", means in the request."""
        return _INDEXING.get(self.meta.get("HTTP_INDEXING_BEHAVIOR", "").strip(), Indexing.NOW)

    @property
    def withheld(self) -> set[tuple[str, str]]:
        """The derivations that `indexing-skip` names, or that `indexing-only` does not."""
        found = derivations(self.skipped)
        if only := _listed(self.meta.get("HTTP_INDEXING_ONLY", "")):
            found |= {entry for entry in UPDATERS.values() if entry[1]} - derivations(only)
        return found

    @property
    def skipped(self) -> list[str]:
        return _listed(self.meta.get("HTTP_INDEXING_SKIP", ""))

    @property
    def is_strict(self) -> bool:
        return self._flag("HTTP_BULKHEAD_STRICT")

    def chosen(self, name: str) -> bool:
        """Whether a header of ours with a single choice makes it."""
        given = self.meta.get(name)
        if given is not None and given != _CHOICES[name]:
            raise BadHeader(name=name.removeprefix("HTTP_").replace("_", "-").title(), value=given)
        return given is not None


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def derivations(names: Iterable[str]) -> set[tuple[str, str]]:
    """Those of Shopware's updaters, as (entity, derivation). An indexer as a whole stands for all of its updaters."""
    asked = {UPDATERS[name] for name in names if name in UPDATERS}
    whole = {entity for entity, derivation in asked if not derivation}
    every = {entry for entry in UPDATERS.values() if entry[1]}
    return {entry for entry in every if entry in asked or entry[0] in whole}
