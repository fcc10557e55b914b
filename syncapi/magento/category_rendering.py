"""Categories as Magento shows them: flat with texts as attributes, and as the nodes of a tree (contract 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from catalog.commands import Json
from syncapi.magento import names
from syncapi.magento.rendering import Record, attribute_text, moment

ROOT_NAME: Final = "Root Catalog"
_SORT: Final = "available_sort_by"


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A category's place: numbers of its ancestors from the top, and of its children in their order."""

    id: UUID
    number: int
    parent: UUID | None
    parent_number: int
    level: int
    position: int
    products: int
    ancestors: Sequence[int]
    children: Sequence[int]


def category(record: Record, node: Node) -> dict[str, Json]:
    path = [names.TREE_ROOT, *node.ancestors, node.number]
    return {
        "id": node.number,
        "parent_id": node.parent_number,
        "name": record["name"],
        "is_active": record["active"],
        "position": node.position,
        "level": node.level,
        "children": ",".join(map(str, node.children)),
        "created_at": moment(record["created_at"]),
        "updated_at": moment(record["updated_at"]),
        "path": "/".join(map(str, path)),
        "available_sort_by": record["custom_fields"].get(_SORT) or [],
        "include_in_menu": record["in_menu"],
        "custom_attributes": _attributes(record, node, path),
    }


def tree_root(children: Sequence[int]) -> dict[str, Json]:
    """Category 1."""
    return {
        "id": names.TREE_ROOT,
        "parent_id": 0,
        "name": ROOT_NAME,
        "is_active": True,
        "position": 0,
        "level": 0,
        "children": ",".join(map(str, children)),
        "path": str(names.TREE_ROOT),
        "available_sort_by": [],
        "include_in_menu": True,
        "custom_attributes": [],
    }


def branch(
    node: Node, children: Mapping[UUID | None, Sequence[Node]], records: Mapping[UUID, Record]
) -> dict[str, Json]:
    """A node with all that `children` has below it."""
    record = records[node.id]
    return {
        "id": node.number,
        "parent_id": node.parent_number,
        "name": record["name"],
        "is_active": record["active"],
        "position": node.position,
        "level": node.level,
        "product_count": node.products,
        "children_data": [branch(child, children, records) for child in children.get(node.id, ())],
    }


def whole_tree(children: Mapping[UUID | None, Sequence[Node]], records: Mapping[UUID, Record]) -> dict[str, Json]:
    return {
        "id": names.TREE_ROOT,
        "parent_id": 0,
        "name": ROOT_NAME,
        "is_active": True,
        "position": 0,
        "level": 0,
        "product_count": 0,
        "children_data": [branch(node, children, records) for node in children.get(None, ())],
    }


def _attributes(record: Record, node: Node, path: Sequence[int]) -> list[dict[str, Json]]:
    own = {code: record[attribute.field] for code, attribute in names.CATEGORY_ATTRIBUTES.items()}
    found = own | {code: value for code, value in record["custom_fields"].items() if code != _SORT}
    derived = {"path": "/".join(map(str, path)), "children_count": str(len(node.children))}
    return [
        {"attribute_code": code, "value": attribute_text(value)}
        for code, value in {**found, **derived}.items()
        if value is not None
    ]
