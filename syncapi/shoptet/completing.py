"""What only the database knows of the rows of a batch: one look for each part, before its chunks are cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from catalog.commands import Json
from catalog.models import Product
from syncapi.shoptet import names, pictures, rows
from syncapi.shoptet.parsing.deletions import FOUND, USED
from syncapi.shoptet.parsing.products import OWN

Row = dict[str, Any]


def complete(kind: str, items: Sequence[Row], context: Mapping[str, Json]) -> None:
    """Puts it into the items, for parsing."""
    add = _BY_KIND.get(kind)
    if add is not None:
        add(items, context)


def _variants(items: Sequence[Row], context: Mapping[str, Json]) -> None:
    """The code of each product that is its own only variant."""
    meant = [(item, guid) for item in items if (guid := _uuid(_data(item).get("guid"))) and "variants" in _data(item)]
    own = _own_codes({guid for _, guid in meant})
    for item, guid in meant:
        if guid in own:
            item[OWN] = own[guid]


def _own_codes(guids: Collection[UUID]) -> dict[UUID, str]:
    variants = Product.objects.filter(parent=OuterRef("pk"))
    return dict(Product.objects.filter(~Exists(variants), pk__in=guids).values_list("pk", "sku"))


def _images(items: Sequence[Row], context: Mapping[str, Json]) -> None:
    """The ids of the images that each row means, and which of them variants show."""
    guids = {guid for item in items if (guid := _uuid(_data(item).get("productGuid")))}
    known = set(Product.objects.filter(pk__in=guids).values_list("pk", flat=True))
    by_product = defaultdict(list)
    for entry in pictures.named(known):
        by_product[entry.product_id].append(entry)
    used = set[UUID]() if context.get("removeReference") else pictures.shown_by_variants(known)
    for item in items:
        data = _data(item)
        guid = _uuid(data.get("productGuid"))
        if guid in known:
            meant = [each for each in by_product[guid] if _means(data, each)]
            item[FOUND] = [str(each.pk) for each in meant]
            item[USED] = [each.shown_name for each in meant if each.pk in used]


def _means(row: Mapping[str, Json], entry: Any) -> bool:
    name = row.get("imageName")
    return entry.shown_gallery == row.get("gallery") and name in {None, entry.shown_name}


def _data(item: Row) -> Mapping[str, Json]:
    found: Mapping[str, Json] = item.get(rows.DATA) or {}
    return found


def _uuid(value: Json) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


_BY_KIND: Final[Mapping[str, Callable[[Sequence[Row], Mapping[str, Json]], None]]] = {
    names.UPDATE_PRODUCTS: _variants,
    names.DELETE_IMAGES: _images,
}
