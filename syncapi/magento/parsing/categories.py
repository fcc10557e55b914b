"""Categories: created below a parent, changed without moving, moved by a call of their own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Delete, Json, Mode, Place, Reference, Scope, Upsert
from catalog.outcomes import ErrorCode, FieldError
from syncapi.magento import names
from syncapi.magento.coercion import TEXT, WHOLE
from syncapi.magento.drafts import Draft, elements, members, scalar
from syncapi.magento.parsing import attributes
from syncapi.magento.parsing.bodies import member, object_of, whole

_TYPE: Final = "Magento\\Catalog\\Api\\Data\\CategoryInterface"
_KNOWN: Final = frozenset({*names.CATEGORY, "available_sort_by", "custom_attributes", "extension_attributes"})


def save_category(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"category": {...}}` -> with an id the category that has it, changed; without one a new category."""
    draft = Draft()
    given = object_of(item, "category", type_name=_TYPE)
    category = members(given, draft, path="/category", known=_KNOWN)
    fields = _read(category, draft)
    draft.refuse_if_wrong()
    if fields.get("id"):
        return Upsert(
            entity="category",
            key=Reference("number", fields["id"]),
            values=draft.values,
            mode=Mode.UPDATE,
            required=names.CATEGORY_REQUIRED,
            scope=Scope(store=context.get("store")),
        )
    return Upsert(
        entity="category",
        key=None,
        values={**draft.values, "parent": _parent(fields.get("parent_id"), context)},
        required=names.CATEGORY_REQUIRED,
        place=None if "position" in draft.values else Place(),
        scope=Scope(store=context.get("store")),
    )


def delete_category(item: Json, context: Mapping[str, Json]) -> Delete | Upsert:
    """`{"categoryId": 5}` -> the end of the category 5 and of all below it. 1 is no record, and stays."""
    draft = Draft()
    number = whole(item, "category_id", draft, shown="categoryId")
    draft.refuse_if_wrong()
    if number == names.TREE_ROOT:
        protected = FieldError(path="/categoryId", code=ErrorCode.PROTECTED)
        return Upsert(entity="category", key=None, values={}, flaws=(protected,))
    return Delete(entity="category", key=Reference("number", number))


def move_category(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"categoryId": 5, "parentId": 2, "afterId": 7}` -> 5 below 2, behind 7; 0: in front, null: last."""
    draft = Draft()
    number = whole(item, "category_id", draft, shown="categoryId")
    parent = whole(item, "parent_id", draft, shown="parentId")
    behind = scalar(member(item, "after_id"), WHOLE, draft, field="afterId", path="/afterId")
    draft.refuse_if_wrong()
    return Upsert(
        entity="category",
        key=Reference("number", number),
        values={"parent": _parent(parent, context)},
        mode=Mode.UPDATE,
        place=Place(first=behind == 0, behind=behind or None),
    )


def _read(category: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    """The typed fields; those that a category keeps go to the draft. Nobody sets its path, level and children."""
    fields = {}
    for name, (field, kind) in names.CATEGORY.items():
        if name in category:
            value = fields[name] = scalar(category[name], kind, draft, field=name, path=f"/category/{name}")
            if field and (value is not None or name in names.CATEGORY_CLEARED):
                draft.values[field] = value
    attributes.read_of_category(category.get("custom_attributes"), draft, path="/category/custom_attributes")
    if category.get("available_sort_by") is not None:
        path = "/category/available_sort_by"
        given = elements(category["available_sort_by"], draft, field="available_sort_by", path=path)
        chosen = [
            scalar(each, TEXT, draft, field="available_sort_by", path=f"{path}/{n}") for n, each in enumerate(given)
        ]
        draft.values.setdefault("custom_fields", {})["available_sort_by"] = chosen
    return fields


def _parent(number: int | None, context: Mapping[str, Json]) -> Reference | None:
    """Magento's category 1 is the root of all trees, and no record here; without a parent it is the store's root."""
    if not number:
        return Reference("root_of_store", context.get("store") or "")
    return None if number == names.TREE_ROOT else Reference("number", number)
