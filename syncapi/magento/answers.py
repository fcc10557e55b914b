"""What a synchronous call answers with once its record is written; also what an operation's result shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from catalog import resolving
from catalog.commands import Json, Reference
from catalog.outcomes import Outcome, OutcomeKind
from syncapi.magento import products


class Show(Protocol):
    """Records by id as a store shows them (None: the base values)."""

    def __call__(self, ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]: ...


_BY_ENTITY: Final[dict[str, Show]] = {"product": products.show}


def many(ids: Sequence[UUID], *, entity: str, store: str | None) -> dict[UUID, dict[str, Json]]:
    """Those of `ids` that are still there, in a fixed number of queries."""
    show = _BY_ENTITY.get(entity)
    return show(ids, store=store) if show and ids else {}


def ids(entity: str, names: Sequence[Reference]) -> dict[Reference, UUID]:
    """The ids of the records that `names` name, one query for each kind of name."""
    places = {name: (entity, name.by, resolving.comparable(entity, name)) for name in names}
    asked: dict[tuple[str, str], set[Json]] = {}
    for _, by, value in places.values():
        asked.setdefault((entity, by), set()).add(value)
    found = resolving.find(asked)
    return {name: found[place] for name, place in places.items() if place in found}


def one(outcome: Outcome, *, entity: str, store: str | None) -> Json:
    """The record, or `true` where there is none to show."""
    if outcome.id is None or outcome.kind is OutcomeKind.DELETED:
        return True
    return many([outcome.id], entity=entity, store=store).get(outcome.id, True)
