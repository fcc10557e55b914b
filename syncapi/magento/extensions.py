"""extension_attributes of a product: its websites, its categories with their positions, its stock. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.commands import Change, Json, Link, LinkSet, Reference
from syncapi.magento import names
from syncapi.magento.coercion import WHOLE
from syncapi.magento.drafts import Draft, elements, members, scalar
from syncapi.magento.messages import wrong_type

PATH: Final = "/product/extension_attributes"
_KNOWN: Final = ("website_ids", "category_links", "stock_item")
_LINK: Final = ("position", "category_id")


def read(given: Json, draft: Draft) -> None:
    if not given:  # PHP writes an empty object as []
        return
    extensions = _object(given, draft, field="extension_attributes", path=PATH, known=_KNOWN)
    if extensions.get("website_ids") is not None:
        _read_websites(extensions["website_ids"], draft)
    if extensions.get("category_links") is not None:
        _read_categories(extensions["category_links"], draft)
    if extensions.get("stock_item") is not None:
        _read_stock(extensions["stock_item"], draft)


def _object(
    given: Json, draft: Draft, *, field: str, path: str, known: tuple[str, ...] | Mapping[str, Json]
) -> dict[str, Json]:
    if isinstance(given, dict):
        return members(given, draft, path=path, known=known)
    draft.refuse(wrong_type(field, given, "object"), path=path)
    return {}


def _read_websites(given: Json, draft: Draft) -> None:
    path = f"{PATH}/website_ids"
    ids = elements(given, draft, field="website_ids", path=path)
    numbers = [scalar(id, WHOLE, draft, field="website_ids", path=f"{path}/{n}") for n, id in enumerate(ids)]
    links = (Link(target=Reference("number", number), path=f"/websites/{n}") for n, number in enumerate(numbers))
    draft.links["websites"] = LinkSet(links=tuple(links), change=Change.REPLACE)


def _read_categories(given: Json, draft: Draft) -> None:
    path = f"{PATH}/category_links"
    found = elements(given, draft, field="category_links", path=path)
    links = tuple(_category_link(link, draft, index=n, path=f"{path}/{n}") for n, link in enumerate(found))
    draft.links["categories"] = LinkSet(links=links, change=Change.REPLACE)


def _category_link(given: Json, draft: Draft, *, index: int, path: str) -> Link:
    link = _object(given, draft, field="category_links", path=path, known=_LINK)
    number = scalar(link.get("category_id"), WHOLE, draft, field="category_id", path=f"{path}/category_id")
    position = scalar(link.get("position"), WHOLE, draft, field="position", path=f"{path}/position")
    values = {} if position is None else {"position": position}
    return Link(target=Reference("number", number), values=values, path=f"/categories/{index}")


def _read_stock(given: Json, draft: Draft) -> None:
    path = f"{PATH}/stock_item"
    stock = _object(given, draft, field="stock_item", path=path, known=(*names.STOCK_ITEM, "extension_attributes"))
    for name, kind in names.STOCK_ITEM.items():
        value = scalar(stock.get(name), kind, draft, field=name, path=f"{path}/{name}")
        if name == "qty" and value is not None:
            draft.values["stock"] = _pieces(value)


def _pieces(quantity: Json) -> Json:
    """Whole when it is: the catalog counts pieces, and refuses a fraction when the item is processed."""
    return int(float(quantity)) if float(quantity).is_integer() and abs(float(quantity)) < 2**53 else quantity
