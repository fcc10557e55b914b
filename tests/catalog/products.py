"""Short words for scenes with products."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from catalog import scopes
from catalog.changes import Recording
from catalog.commands import (
    BASE,
    Change,
    Command,
    Delete,
    Indexing,
    Json,
    Link,
    LinkSet,
    Policy,
    Reference,
    Scope,
    Upsert,
)
from catalog.models import Product
from catalog.outcomes import Outcome
from catalog.writing import apply


def put(
    name_of: str, /, *, store: str | None = None, links: dict[str, LinkSet] | None = None, **values: Json
) -> Upsert:
    key = Reference("sku", name_of)
    return Upsert(entity="product", key=key, values=values, links=links or {}, scope=Scope(store=store))


def end(sku: str) -> Delete:
    return Delete(entity="product", key=Reference("sku", sku))


def categories(*numbers: int, change: Change = Change.REPLACE, **values: int) -> dict[str, LinkSet]:
    links = tuple(Link(target=Reference("number", number), values=values) for number in numbers)
    return {"categories": LinkSet(links=links, change=change)}


def write(
    *commands: Command,
    policy: Policy = Policy.EACH,
    indexing: Indexing = Indexing.QUEUED,
    recording: Recording = Recording.OFF,
) -> list[Outcome]:
    with transaction.atomic():
        return apply(commands, policy=policy, indexing=indexing, recording=recording)


def kinds(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.kind.value for outcome in outcomes]


def faults(outcome: Outcome) -> list[tuple[str, str]]:
    return [(error.path, error.code.value) for error in outcome.errors]


def read(sku: str, *, store: str | None = None) -> dict[str, Json]:
    product = Product.objects.get(sku_key=sku.strip().casefold())
    return scopes.read("product", [product.pk], scope=Scope(store=store) if store else BASE)[product.pk]


def skus() -> list[str]:
    return list(Product.objects.order_by("sku").values_list("sku", flat=True))
