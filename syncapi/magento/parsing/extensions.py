"""extension_attributes of a product: its websites, its categories with their positions, its stock. Pure."""

from __future__ import annotations

from typing import Final

from catalog.commands import Change, Json, Link, LinkSet, Reference
from syncapi.magento.coercion import WHOLE
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.parsing import stock
from syncapi.magento.parsing.bodies import inner, numbers

PATH: Final = "/product/extension_attributes"
_KNOWN: Final = frozenset({"website_ids", "category_links", "stock_item"})
_LINK: Final = frozenset({"position", "category_id"})


def read(given: Json, draft: Draft) -> None:
    if not given:  # PHP writes an empty object as []
        return
    extensions = inner(given, draft, field="extension_attributes", path=PATH, known=_KNOWN)
    if extensions.get("website_ids") is not None:
        _read_websites(extensions["website_ids"], draft)
    if extensions.get("category_links") is not None:
        _read_categories(extensions["category_links"], draft)
    if extensions.get("stock_item") is not None:
        stock.read(extensions["stock_item"], draft, path=f"{PATH}/stock_item")


def _read_websites(given: Json, draft: Draft) -> None:
    path = f"{PATH}/website_ids"
    ids = numbers(given, draft, field="website_ids", path=path)
    links = (Link(target=Reference("number", id), path=f"/websites/{n}") for n, id in enumerate(ids))
    draft.links["websites"] = LinkSet(links=tuple(links), change=Change.REPLACE)


def _read_categories(given: Json, draft: Draft) -> None:
    path = f"{PATH}/category_links"
    found = elements(given, draft, field="category_links", path=path)
    links = tuple(_category_link(link, draft, index=n, path=f"{path}/{n}") for n, link in enumerate(found))
    draft.links["categories"] = LinkSet(links=links, change=Change.REPLACE)


def _category_link(given: Json, draft: Draft, *, index: int, path: str) -> Link:
    link = inner(given, draft, field="category_links", path=path, known=_LINK, demanded=("category_id",))
    number = scalar(link.get("category_id"), WHOLE, draft, field="category_id", path=f"{path}/category_id")
    position = scalar(link.get("position"), WHOLE, draft, field="position", path=f"{path}/position")
    values = {} if position is None else {"position": position}
    return Link(target=Reference("number", number), values=values, path=f"/categories/{index}")
