"""What a synchronous call answers with once its record is written; also what an operation's result shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from catalog.commands import Json
from catalog.outcomes import Outcome, OutcomeKind
from catalog.plans import plan
from catalog.sql import run
from syncapi.magento import attributelists, categories, products
from syncapi.magento.routes import Shows, WriteRoute


class Show(Protocol):
    """Records by id as a store shows them (None: the base values)."""

    def __call__(self, ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]: ...


_BY_ENTITY: Final[dict[str, Show]] = {
    "product": products.show,
    "category": categories.show,
    "attribute": attributelists.show,
}


def many(ids: Sequence[UUID], *, entity: str, shows: Shows, store: str | None) -> dict[UUID, Json]:
    """What a route shows of those of `ids` that are still there, in a fixed number of queries."""
    match shows:
        case Shows.TRUE:
            return dict.fromkeys(ids, True)
        case Shows.ERRORS:
            return {id: [] for id in ids}
        case Shows.NUMBER:
            statement = f"SELECT id, number FROM {plan(entity).table} WHERE id = ANY(%b::uuid[])"
            return dict(run(statement, [list(ids)])) if ids else {}
        case Shows.OPTION:
            return attributelists.option_ids(ids)
    show = _BY_ENTITY.get(entity)
    return dict(show(ids, store=store)) if show and ids else {}


def one(outcome: Outcome, *, route: WriteRoute, store: str | None) -> Json:
    """What the route shows of the record, or `true` where there is none to show."""
    if outcome.id is None or outcome.kind is OutcomeKind.DELETED:
        return True
    shown = many([outcome.id], entity=route.entity, shows=route.shows, store=store)
    return shown.get(outcome.id, True)
