"""The SQL that derives: sets of ids in, rows out that really differ. Nobody's updated_at moves.

Everything is computed anew from what it is made of, never counted up, so it may run any number of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from catalog.marking import Derivation
from catalog.plans import plan
from catalog.sql import names, run

TREE_LOCK: Final = 0x74726565  # "tree": shared by whoever reads the tree to derive from it, taken alone to derive it
_TEXT_LIMIT: Final = 50_000  # characters of one weight; whatever they are, the document stays below its limit of 1 MB

_COUNTED: Final = "SELECT count(*)::int AS child_count FROM {table} c WHERE c.parent_id = p.id"
_LINKED: Final = """SELECT {lists}, array(
        SELECT DISTINCT a FROM catalog_productcategory m JOIN catalog_category c ON c.id = m.category_id,
               unnest(c.ancestors || c.id) a
         WHERE m.product_id = p.id ORDER BY a) AS category_tree"""
_LISTS: Final = {"category_ids": "category", "property_ids": "property", "option_ids": "option", "tag_ids": "tag"}
_TARGETS: Final = {"property": "option"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """`differing`: ids uuid[] -> the rows (id, values) that are not what they should be. `write` brings them there."""

    differing: str
    write: str


def _columns(table: str, columns: Sequence[str], computed: str) -> Query:
    """For values that are columns of the record itself; `computed` speaks of it as `p`."""
    differing = f"""SELECT p.id, n.* FROM unnest(%b::uuid[]) i (id) JOIN {table} p ON p.id = i.id
        CROSS JOIN LATERAL ({computed}) n
        WHERE ({names(columns, "p")}) IS DISTINCT FROM ({names(columns, "n")})"""
    given = ", ".join(f'"{column}" = n."{column}"' for column in columns)
    return Query(differing=differing, write=f"UPDATE {table} p SET {given} FROM ({differing}) n WHERE p.id = n.id")


def _counts(entity: str) -> Query:
    table = f"catalog_{entity}"
    return _columns(table, ["child_count"], _COUNTED.format(table=table))


def _links() -> Query:
    lists = ", ".join(_list(column, mapping) for column, mapping in _LISTS.items())
    return _columns("catalog_product", [*_LISTS, "category_tree"], _LINKED.format(lists=lists))


def _list(column: str, mapping: str) -> str:
    target = f"{_TARGETS.get(mapping, mapping)}_id"
    table = f"catalog_product{mapping}"
    return f"array(SELECT {target} FROM {table} m WHERE m.product_id = p.id ORDER BY {target}) AS {column}"


def _words(text: str, weight: str) -> str:
    """Weighted words. What the parser would take for one (a host, a path, a number with its sign) is split first."""
    return f"setweight(to_tsvector('simple', catalog_words(left({text}, {_TEXT_LIMIT}))), '{weight}')"


def _search() -> Query:
    document = " || ".join((
        _words("p.sku", "A"),
        _words("concat_ws(' ', p.name, p.manufacturer_number, p.ean)", "B"),
        _words("concat_ws(' ', t.names, p.meta_keyword, p.custom_search_keywords::text, t.keywords)", "C"),
        _words("concat_ws(' ', p.description, t.descriptions)", "D"),
    ))  # fmt: skip
    differing = f"""SELECT n.* FROM (
        SELECT p.id, {document} AS document
          FROM unnest(%b::uuid[]) i (id) JOIN catalog_product p ON p.id = i.id
          LEFT JOIN LATERAL (
            SELECT string_agg(o.name, ' ' ORDER BY o.language_id) AS names,
                   string_agg(o.description, ' ' ORDER BY o.language_id) AS descriptions,
                   string_agg(concat_ws(' ', o.meta_keyword, o.custom_search_keywords::text), ' '
                              ORDER BY o.language_id) AS keywords
              FROM catalog_producttranslation o WHERE o.product_id = p.id) t ON true OFFSET 0) n
          LEFT JOIN catalog_productsearch e ON e.product_id = n.id
         WHERE e.document IS DISTINCT FROM n.document"""
    write = f"""INSERT INTO catalog_productsearch (product_id, document) SELECT * FROM ({differing}) n
        ON CONFLICT (product_id) DO UPDATE SET document = excluded.document"""
    return Query(differing=differing, write=write)


QUERIES: Final = {
    ("category", Derivation.CHILDREN): _counts("category"),
    ("product", Derivation.CHILDREN): _counts("product"),
    ("product", Derivation.LINKS): _links(),
    ("product", Derivation.SEARCH): _search(),
}

_TREE: Final = """
    WITH RECURSIVE marked AS MATERIALIZED (SELECT DISTINCT id FROM unnest(%b::uuid[]) AS u (id)),
    up (id, above, ancestors, names, inside) AS (
      SELECT c.id, c.parent_id, '{}'::uuid[], '{}'::text[], false FROM catalog_category c JOIN marked m ON m.id = c.id
       UNION ALL
      SELECT up.id, c.parent_id, c.id || up.ancestors, c.name || up.names, up.inside OR m.id IS NOT NULL
        FROM up JOIN catalog_category c ON c.id = up.above LEFT JOIN marked m ON m.id = c.id
       WHERE c.id <> ALL (up.ancestors)),
    tree (id, ancestors, names) AS (
      SELECT c.id, up.ancestors, up.names || c.name::text
        FROM up JOIN catalog_category c ON c.id = up.id WHERE up.above IS NULL AND NOT up.inside
       UNION ALL
      SELECT c.id, t.ancestors || t.id, t.names || c.name::text
        FROM tree t JOIN catalog_category c ON c.parent_id = t.id),
    derived AS (
      SELECT id, ancestors, to_jsonb(names) AS breadcrumb, cardinality(ancestors) + 1 AS level,
             coalesce('|' || replace(nullif(array_to_string(ancestors, '|'), ''), '-', '') || '|', '') AS path
        FROM tree),
    late AS MATERIALIZED (
      SELECT d.*, c.ancestors <> d.ancestors AS moved FROM derived d JOIN catalog_category c ON c.id = d.id
       WHERE (c.ancestors, c.breadcrumb, c.level, c.path) IS DISTINCT FROM (d.ancestors, d.breadcrumb, d.level, d.path)
       ORDER BY c.id FOR NO KEY UPDATE OF c)
    UPDATE catalog_category c
       SET ancestors = l.ancestors, breadcrumb = l.breadcrumb, level = l.level, path = l.path
      FROM late l WHERE c.id = l.id
    RETURNING c.id, l.moved"""

_BELOW: Final = "SELECT DISTINCT product_id FROM catalog_productcategory WHERE category_id = ANY(%b::uuid[])"


def tree(ids: Sequence[UUID]) -> list[UUID]:
    """Derive these categories and all below them; those that have other ancestors now.

    Until the transaction ends nobody else derives from the tree, else a product could miss the move for ever.
    Categories that are their own ancestors, which only a race of two moves can make, are left alone.
    """
    run("SELECT pg_advisory_xact_lock(%b::bigint)", [TREE_LOCK])
    return [id for id, moved in run(_TREE, [list(ids)]) if moved]


def share_tree() -> None:
    run("SELECT pg_advisory_xact_lock_shared(%b::bigint)", [TREE_LOCK])


def products_in(categories: Sequence[UUID], *, limit: int) -> list[UUID] | None:
    """The products of these categories; None when there are more than `limit`."""
    found = run(f"{_BELOW} LIMIT %b::int", [list(categories), limit + 1])
    return None if len(found) > limit else [id for (id,) in found]


def queue_products_in(categories: Sequence[UUID]) -> None:
    """Mark them without reading them here: they may be most of the catalog."""
    run(
        f"""INSERT INTO catalog_dirty (held, entity, record_id, derivations)
            SELECT false, 'product', product_id, {Derivation.LINKS.value} FROM ({_BELOW}) p""",
        [list(categories)],
    )


def lock(entity: str, ids: Sequence[UUID]) -> None:
    """In the order in which everybody locks. Who computes from then on sees what the others computed from, or more."""
    current = plan(entity)
    run(
        f"""SELECT FROM {current.table} WHERE id = ANY(%b::uuid[])
            ORDER BY "{current.order}" FOR NO KEY UPDATE""",
        [list(ids)],
    )


def write(entity: str, derivation: Derivation, ids: Sequence[UUID]) -> None:
    """The records must be locked."""
    run(QUERIES[entity, derivation].write, [list(ids)])


def differing(entity: str, derivation: Derivation, ids: Sequence[UUID]) -> list[UUID]:
    return [row[0] for row in run(f"SELECT id FROM ({QUERIES[entity, derivation].differing}) d", [list(ids)])]
