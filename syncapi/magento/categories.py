"""Reads categories: flat, as a tree, and the products in one. A fixed number of queries, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from catalog import resolving, scopes
from catalog.commands import Json, Reference, Scope
from catalog.outcomes import missing
from catalog.sql import run
from syncapi.magento import category_rendering as rendering
from syncapi.magento.category_rendering import Node
from syncapi.magento.names import TREE_ROOT
from syncapi.problems import RecordRefused

_NODES: Final = """
    SELECT t.id, t.number, t.parent_id, coalesce(p.number, %b::bigint), t.level, t.position,
           (SELECT count(*) FROM catalog_productcategory m WHERE m.category_id = t.id),
           array(SELECT o.number FROM catalog_category o WHERE o.id = ANY(t.ancestors) ORDER BY o.level),
           array(SELECT c.number FROM catalog_category c WHERE c.parent_id = t.id ORDER BY c.position, c.number)
      FROM catalog_category t LEFT JOIN catalog_category p ON p.id = t.parent_id
     WHERE {where} ORDER BY t.level, t.position, t.number"""
_BELOW: Final = """(t.id = %b::uuid OR %b::uuid = ANY(t.ancestors))
    AND (%b::bigint IS NULL OR t.level <= (SELECT level FROM catalog_category WHERE id = %b::uuid) + %b::bigint)"""
_BOTTOM: Final = 2**31  # levels, below which no category is
_PRODUCTS: Final = """
    SELECT p.sku, m.position FROM catalog_productcategory m JOIN catalog_product p ON p.id = m.product_id
     WHERE m.category_id = %b::uuid ORDER BY m.position, p.number"""


def show(ids: Sequence[UUID], *, store: str | None) -> dict[UUID, dict[str, Json]]:
    """Categories by id as a store shows them. Unknown ids are left out."""
    nodes = _nodes("t.id = ANY(%b::uuid[])", [list(ids)])
    records = scopes.read("category", ids, scope=Scope(store=store))
    return {node.id: rendering.category(records[node.id], node) for node in nodes if node.id in records}


def one(number: int, *, store: str | None) -> dict[str, Json]:
    """Raises RecordRefused, also when it goes while it is looked at. 1, above all others, is no record but is shown."""
    if number == TREE_ROOT:
        return rendering.tree_root([node.number for node in _nodes("t.parent_id IS NULL", [])])
    id = find(number)
    shown = show([id], store=store)
    if id not in shown:
        raise RecordRefused((missing("number", number),))
    return shown[id]


def tree(root: int | None, *, depth: int | None, store: str | None) -> dict[str, Json]:
    """The category and those below it, `depth` levels deep; without a root the store's, or all of them."""
    start = _root_of_store(store) if root is None else None if root == TREE_ROOT else find(root)
    below = None if depth is None else min(max(depth, 0), _BOTTOM)
    if start is None:
        nodes = _nodes("%b::bigint IS NULL OR t.level <= %b::bigint", [below, below])
    else:
        nodes = _nodes(_BELOW, [start, start, below, start, below])
    records = scopes.read("category", [node.id for node in nodes], scope=Scope(store=store))
    children: dict[UUID | None, list[Node]] = defaultdict(list)
    for node in nodes:
        children[node.parent].append(node)
    if start is None:
        return rendering.whole_tree(children, records)
    return rendering.branch(next(node for node in nodes if node.id == start), children, records)


def products(number: int) -> list[dict[str, Json]]:
    """What stands in the category itself, in its order. Raises RecordRefused."""
    if number == TREE_ROOT:
        return []
    rows = run(_PRODUCTS, [find(number)])
    return [{"sku": sku, "position": position, "category_id": str(number)} for sku, position in rows]


def find(number: int) -> UUID:
    """Raises RecordRefused."""
    found = resolving.find({("category", "number"): {number}})
    if not found:
        raise RecordRefused((missing("number", number),))
    return next(iter(found.values()))


def _root_of_store(store: str | None) -> UUID | None:
    """Of all stores together it is category 1, as it is of a store without one."""
    if store is None:
        return None
    name = Reference("root_of_store", store)
    return next(iter(resolving.find({("category", name.by): {name.value}}).values()), None)


def _nodes(where: str, parameters: Iterable[Any]) -> list[Node]:
    rows = run(_NODES.format(where=where), [TREE_ROOT, *parameters])
    names = ("id", "number", "parent", "parent_number", "level", "position", "products", "ancestors", "children")
    return [Node(**dict(zip(names, row, strict=True))) for row in rows]
