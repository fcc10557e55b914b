"""A translation code belongs to one language. The writer knows no such key, so the catalog is asked beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog.commands import Json
from catalog.models import Language
from syncapi.shopware import values

Item = Mapping[str, Json]


def marked(items: Sequence[Item]) -> Sequence[Item]:
    """The same, and of each language that it takes the code of another, in the catalog or earlier in the request."""
    asked = {item["payload"]["translationCodeId"] for item in items if _names_one(item)}
    if not asked:
        return items
    known = Language.objects.filter(translation_code__in=map(UUID, asked)).values_list("translation_code_id", "pk")
    owners: dict[str, Json] = {code.hex: id.hex for code, id in known if code is not None}
    return [_judged(item, owners) if _names_one(item) else item for item in items]


def _judged(item: Item, owners: dict[str, Json]) -> Item:
    """`owners`: the id by code, as it is after the items before this one."""
    code, own = item["payload"]["translationCodeId"], item["payload"].get("id") or object()
    for given_up in [other for other, owner in owners.items() if owner == own and other != code]:
        del owners[given_up]
    return item if owners.setdefault(code, own) == own else {**item, "taken": code}


def _names_one(item: Item) -> bool:
    is_language = item["entity"] == "language" and item["action"] != "delete"
    return is_language and values.is_id(item["payload"].get("translationCodeId"))
