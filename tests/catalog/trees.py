"""Short words for scenes with a category tree and what products are sorted by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from catalog.commands import Change, Delete, Json, Link, LinkSet, Reference, Upsert
from catalog.models import Category, Dirty, Product, PropertyGroup, PropertyGroupOption, Tag


def place(name: str, below: Category | None = None, **values: Json) -> Category:
    """A category that is simply there, its derived data not yet."""
    return Category.objects.create(name=name, parent=below, **values)


def change(record: Category, **values: Json) -> Upsert:
    return Upsert(entity="category", key=Reference("id", record.pk), values=values)


def below(parent: Category | None) -> dict[str, Json]:
    return {"parent": parent and Reference("id", parent.pk)}


def end(entity: str, record: Any) -> Delete:
    return Delete(entity=entity, key=Reference("id", record.pk))


def option(name: str) -> PropertyGroupOption:
    group, _ = PropertyGroup.objects.get_or_create(name="Colour")
    return PropertyGroupOption.objects.create(group=group, name=name)


def tag(name: str) -> Tag:
    return Tag.objects.create(name=name)


def linked(change: Change = Change.REPLACE, **targets: list[Any]) -> dict[str, LinkSet]:
    """`targets`: the records by relation."""
    return {
        name: LinkSet(change=change, links=tuple(Link(target=Reference("id", record.pk)) for record in records))
        for name, records in targets.items()
    }


def derived(sku: str) -> dict[str, list[UUID]]:
    """A product's lists, those that are not empty."""
    names = ("category_ids", "category_tree", "property_ids", "option_ids", "tag_ids")
    return {name: ids for name, ids in Product.objects.values(*names).get(sku=sku).items() if ids}


def ids(*records: Any) -> list[UUID]:
    return sorted(record.pk for record in records)


def marks() -> list[tuple[str, UUID, int]]:
    return sorted(Dirty.objects.values_list("entity", "record_id", "derivations"))
