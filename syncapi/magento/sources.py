"""What can be searched and by which fields: products and categories as a store shows them, attributes, sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from catalog import scopes
from catalog.commands import Json
from catalog.plans import Plan, plan
from catalog.registry import FieldSpec, Flag, Height, Integer, Moment, Number
from catalog.sql import run
from syncapi.magento import names
from syncapi.magento.conditions import Column, Kind, among_numbers, among_skus
from syncapi.magento.searches import Source

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")  # what may stand in the text of a statement
_NUMBER_OF: Final = "(SELECT o.number FROM {table} o WHERE o.id = t.{column})"
_ENTITY_ID: Final = Column(sql="t.number", kind=Kind.NUMBER, exact=among_numbers("(t.number = ANY(%b::bigint[]))"))
_TIMES: Final = {
    "created_at": Column(sql="t.created_at", kind=Kind.MOMENT),
    "updated_at": Column(sql="t.updated_at", kind=Kind.MOMENT),
}
_IN_CATEGORY: Final = Column(
    sql="t.id",
    only_exact=True,
    exact=among_numbers(
        """EXISTS (SELECT 1 FROM catalog_productcategory m JOIN catalog_category c ON c.id = m.category_id
                    WHERE m.product_id = t.id AND c.number = ANY(%b::bigint[]))"""
    ),
)
_IN_WEBSITE: Final = """EXISTS (SELECT 1 FROM catalog_productwebsite m JOIN catalog_website w ON w.id = m.website_id
                                 WHERE m.product_id = t.id AND {condition})"""
_OF_STORE: Final = (
    "w.id IN (SELECT website_id FROM catalog_store WHERE code = ANY(%b::text[]) OR number::text = ANY(%b::text[]))"
)
_PRODUCTS: Final[Mapping[str, Column]] = {
    "entity_id": _ENTITY_ID,
    "sku": Column(sql="t.sku", exact=among_skus),
    "attribute_set_id": Column(
        sql=_NUMBER_OF.format(table="catalog_attributeset", column="attribute_set_id"), kind=Kind.NUMBER
    ),
    "qty": Column(sql="t.stock", kind=Kind.NUMBER),
    "category_id": _IN_CATEGORY,
    "category_ids": _IN_CATEGORY,
    "website_id": Column(
        sql="t.id", only_exact=True, exact=among_numbers(_IN_WEBSITE.format(condition="w.number = ANY(%b::bigint[])"))
    ),
    "store": Column(
        sql="t.id",
        only_exact=True,
        exact=lambda values: (_IN_WEBSITE.format(condition=_OF_STORE), [list(values), list(values)]),
    ),
    **_TIMES,
}
_CATEGORIES: Final[Mapping[str, Column]] = {
    "entity_id": _ENTITY_ID,
    "id": _ENTITY_ID,
    "parent_id": Column(
        sql=f"coalesce({_NUMBER_OF.format(table='catalog_category', column='parent_id')}, {names.TREE_ROOT})",
        kind=Kind.NUMBER,
    ),
    "level": Column(sql="t.level", kind=Kind.NUMBER),
    "path": Column(
        sql=f"""('{names.TREE_ROOT}' || coalesce((SELECT string_agg('/' || o.number, '' ORDER BY o.level)
                   FROM catalog_category o WHERE o.id = ANY(t.ancestors)), '') || '/' || t.number)"""
    ),
    **_TIMES,
}
_ATTRIBUTES: Final[Mapping[str, Column]] = {
    "attribute_id": _ENTITY_ID,
    "attribute_code": Column(sql="t.code"),
    "frontend_label": Column(sql="t.label"),
    "default_frontend_label": Column(sql="t.label"),
    "frontend_input": Column(sql="t.type"),
    "scope": Column(sql="t.height"),
    "is_global": Column(sql="(CASE t.height WHEN 'global' THEN 1 WHEN 'website' THEN 2 ELSE 0 END)", kind=Kind.NUMBER),
    "is_required": Column(sql="t.required::int", kind=Kind.NUMBER),
    "is_unique": Column(sql="t.unique_values::int", kind=Kind.NUMBER),
    "is_user_defined": Column(sql="t.user_defined::int", kind=Kind.NUMBER),
    "is_visible": Column(sql="1", kind=Kind.NUMBER),
    "position": Column(sql="t.position", kind=Kind.NUMBER),
    "entity_type_id": Column(sql="4", kind=Kind.NUMBER),
}
_ATTRIBUTE_SETS: Final[Mapping[str, Column]] = {
    "attribute_set_id": _ENTITY_ID,
    "attribute_set_name": Column(sql="t.name"),
    "sort_order": Column(sql="t.position", kind=Kind.NUMBER),
    "entity_type_id": Column(sql="4", kind=Kind.NUMBER),
    "entity_type_code": Column(sql="'catalog_product'"),
}
_SOURCE_ITEMS: Final[Mapping[str, Column]] = {
    "sku": _PRODUCTS["sku"],
    "quantity": Column(sql="t.stock", kind=Kind.NUMBER),
    "status": Column(sql="(t.stock > 0)::int", kind=Kind.NUMBER),
    "source_code": Column(sql=f"'{names.SOURCE}'"),
}
_SOURCES: Final[Mapping[str, Column]] = {
    "source_code": Column(sql="t.id"),
    "name": Column(sql="'Default Source'"),
    "enabled": Column(sql="1", kind=Kind.NUMBER),
}
_GROUPS: Final[Mapping[str, Column]] = {
    "id": Column(sql="t.id", kind=Kind.NUMBER),
    "customer_group_id": Column(sql="t.id", kind=Kind.NUMBER),
    "code": Column(sql="t.code"),
    "customer_group_code": Column(sql="t.code"),
    "tax_class_id": Column(sql=str(names.TAX_CLASS), kind=Kind.NUMBER),
}
_GROUP_ROWS: Final = ", ".join(
    f"({number}, '{code}')" for code, number in names.CUSTOMER_GROUPS.items() if number != names.ALL_GROUPS
)
CUSTOMER_GROUPS: Final = Source(
    table=f"(SELECT * FROM (VALUES {_GROUP_ROWS}) AS g (id, code))", column=_GROUPS.get, order="t.id"
)
SOURCE_ITEMS: Final = Source(table="catalog_product", column=_SOURCE_ITEMS.get)
INVENTORY_SOURCES: Final = Source(table=f"(SELECT '{names.SOURCE}' AS id)", column=_SOURCES.get, order="t.id")
ATTRIBUTES: Final = Source(table="catalog_attribute", column=_ATTRIBUTES.get)
ATTRIBUTE_SETS: Final = Source(table="catalog_attributeset", column=_ATTRIBUTE_SETS.get)


def products(store: str | None) -> Source:
    own = {**{name: field for name, (field, _) in names.PRODUCT.items() if field}, "status": "active"}
    own |= {code: attribute.field for code, attribute in names.ATTRIBUTES.items()}
    return _in_store(plan("product"), store, {**_PRODUCTS, "store_id": _PRODUCTS["store"]}, own)


def categories(store: str | None) -> Source:
    own = {name: field for name, (field, _) in names.CATEGORY.items() if field}
    own |= {code: attribute.field for code, attribute in names.CATEGORY_ATTRIBUTES.items()}
    return _in_store(plan("category"), store, _CATEGORIES, own)


def _in_store(current: Plan, store: str | None, fixed: Mapping[str, Column], own: Mapping[str, str]) -> Source:
    """`own`: Magento's names of the entity's fields, whose values are those that the store shows."""
    joins, parameters = _joins(current, store)

    def column(name: str) -> Column | None:
        if name in fixed:
            return fixed[name]
        if name in own:
            return _column(current, current.spec.by_name[own[name]], is_local=store is not None)
        return _custom(current, name, is_local=store is not None) if _CODE.fullmatch(name) else None

    return Source(table=current.table, column=column, joins=joins, parameters=parameters)


def _joins(current: Plan, store: str | None) -> tuple[str, tuple[Json, ...]]:
    """`v`: the store's own values; `r` and `p`: texts in its language, and in that one's parent."""
    if store is None:
        return "", ()
    owner = current.owner
    joins = f"""
        LEFT JOIN catalog_store s ON s.code = %b::text
        LEFT JOIN catalog_language l ON l.id = s.language_id
        LEFT JOIN {current.store_table} v ON v."{owner}" = t.id AND v.store_id = s.id
        LEFT JOIN {current.translation_table} r ON r."{owner}" = t.id AND r.language_id = l.id
        LEFT JOIN {current.translation_table} p ON p."{owner}" = t.id AND p.language_id = l.parent_id"""
    return joins, (store,)


def _column(current: Plan, field: FieldSpec, *, is_local: bool) -> Column:
    name = field.column
    values = [f't."{name}"']
    if is_local and field.translated:
        values = [f'r."{name}"', f'p."{name}"', *values]
    if is_local and scopes.effective(field.height) is not Height.GLOBAL:
        values = [f"""(v."values" ->> '{name}')::{current.types[name]}""", *values]
    sql = f"coalesce({', '.join(values)})" if len(values) > 1 else values[0]
    if isinstance(field, Flag):
        no = 2 if (current.spec.name, name) == ("product", "active") else 0
        return Column(sql=f"(CASE WHEN {sql} THEN 1 ELSE {no} END)", kind=Kind.NUMBER)
    kinds: dict[type[FieldSpec], Kind] = {Number: Kind.NUMBER, Integer: Kind.NUMBER, Moment: Kind.MOMENT}
    return Column(sql=sql, kind=kinds.get(type(field), Kind.TEXT))


def _custom(current: Plan, code: str, *, is_local: bool) -> Column | None:
    """An attribute that is declared, or that some record has. Lists compare as texts with commas."""
    known = f"""SELECT EXISTS (SELECT 1 FROM catalog_attribute WHERE code = %b::text)
                    OR EXISTS (SELECT 1 FROM {current.table} WHERE custom_fields ? %b::text)"""
    if not run(known, [code, code])[0][0]:
        return None
    value = _listed(f"t.custom_fields -> '{code}'")
    if not is_local:
        return Column(sql=value)
    own = _listed(f"""v."values" -> 'custom_fields{scopes.SEPARATOR}{code}'""")
    return Column(sql=f"coalesce({own}, {value})")


def _listed(value: str) -> str:
    return f"""(CASE jsonb_typeof({value}) WHEN 'array'
                     THEN (SELECT string_agg(e, ',') FROM jsonb_array_elements_text({value}) e)
                     ELSE {value} #>> '{{}}' END)"""
