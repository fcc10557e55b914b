"""Sample data of the demo: what the seed documents' own requests name, and enough beside it to look around."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from catalog.commands import Change, Command, Indexing, Link, LinkSet, Reference, Upsert
from catalog.entities import SYSTEM_CURRENCY, SYSTEM_LANGUAGE
from catalog.models import Category, Product, SalesChannel, Tax
from catalog.outcomes import Outcome, OutcomeKind
from catalog.writing import apply

BAGS = (
    "Joust Duffle Bag", "Strive Shoulder Pack", "Crown Summit Backpack", "Wayfarer Messenger Bag",
    "Rival Field Messenger", "Fusion Backpack", "Impulse Duffle", "Voyage Yoga Bag", "Compete Track Tote",
    "Savvy Shoulder Tote",
)  # fmt: skip
KINDS = ("", "Small", "Large", "Canvas", "Leather")
TAX = "Standard rate"
TAX_ID = Reference("id", "5a4d3c2b1a0f4e9d8c7b6a5948372615")
CHANNEL_ID = Reference("id", "98432def39fc4624b33213a56b8c944d")
RULE_ID = Reference("id", "28caae75a5624f0d985abd0eb32aa160")


def load() -> int:
    """Create what is missing, leave what is there; how many products were created."""
    with transaction.atomic():
        if not Category.objects.filter(name="Bags", parent__number=2).exists():
            _done(apply([_bags()], indexing=Indexing.NOW))
        if not Tax.objects.filter(name=TAX).exists():
            _done(apply([Upsert(entity="tax", key=TAX_ID, values={"name": TAX, "rate": 19})]))
        if not SalesChannel.objects.filter(pk=UUID(CHANNEL_ID.value)).exists():
            _done(
                apply(
                    [_channel(), Upsert(entity="rule", key=RULE_ID, values={"name": "Always valid", "priority": 100})]
                )
            )
        tax, bags = Tax.objects.get(name=TAX), Category.objects.get(name="Bags", parent__number=2)
        known = set(Product.objects.values_list("sku_key", flat=True))
        products = [_product(index, tax, bags) for index in range(len(BAGS) * len(KINDS))]
        missing = [product for product in products if product.key and product.key.value.casefold() not in known]
        return len(_done(apply(missing, indexing=Indexing.NOW)))


def _channel() -> Command:
    values = {
        "name": "Headless",
        "type_id": "f183ee5650cf4bdb8a774337575067a6",
        "access_key": "SWSC-SAMPLE",
        "language": Reference("id", SYSTEM_LANGUAGE),
        "currency": Reference("id", SYSTEM_CURRENCY),
    }
    return Upsert(entity="sales_channel", key=CHANNEL_ID, values=values)


def _bags() -> Command:
    parent = Reference("number", 2)
    return Upsert(entity="category", key=None, values={"name": "Bags", "parent": parent, "position": 1})


def _product(index: int, tax: Tax, bags: Category) -> Upsert:
    kind, name = KINDS[index // len(BAGS)], BAGS[index % len(BAGS)]
    values = {
        "name": f"{name} {kind}".strip(),
        "price_gross": 34 + index,
        "stock": 100,
        "tax": Reference("id", tax.pk),
        "attribute_set": Reference("number", 4),
        "description": f"<p>{name}, {kind.lower() or 'the classic'}.</p>",
        "url_key": f"{name} {kind}".strip().lower().replace(" ", "-"),
    }
    in_bags = LinkSet(change=Change.ADD, links=(Link(target=Reference("id", bags.pk), values={"position": index}),))
    return Upsert(
        entity="product", key=Reference("sku", f"24-MB{index + 1:02}"), values=values, links={"categories": in_bags}
    )


def _done(outcomes: list[Outcome]) -> list[Outcome]:
    bad = [outcome for outcome in outcomes if outcome.kind is not OutcomeKind.CREATED]
    if bad:
        raise RuntimeError(f"The sample data does not fit the catalog: {bad[0]}")
    return outcomes
