"""Lists of prices: each names a product and a store, and stands or falls alone where the call is synchronous. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from typing import Final

from catalog.commands import Json, Scope, Upsert
from syncapi.magento import coercion
from syncapi.magento.coercion import FRACTION, TEXT, WHOLE
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.messages import required
from syncapi.magento.parsing.bodies import existing, inner, member

_BASE: Final = frozenset({"price", "store_id", "sku", "extension_attributes"})
_SPECIAL: Final = _BASE | {"price_from", "price_to"}
Values = Callable[[Mapping[str, Json], Draft, str], dict[str, Json]]


def save_base_prices(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"prices": [{"sku": "A", "store_id": 0, "price": 5}, ...]}` -> these prices; store 0 is the base value."""
    return _prices(item, known=_BASE, demanded=("price", "sku"), values=_base)


def save_special_prices(item: Json, context: Mapping[str, Json]) -> Upsert:
    """The same with `price_from` and `price_to`, between which it holds."""
    return _prices(item, known=_SPECIAL, demanded=("price", "sku"), values=_special)


def remove_special_prices(item: Json, context: Mapping[str, Json]) -> Upsert:
    """The special prices of these products in these stores go, with their dates."""
    return _prices(item, known=_SPECIAL, demanded=("sku",), values=_none)


def entries(body: Json) -> list[Json]:
    """The items of a synchronous call: one for each price. Raises NotUnderstoodError."""
    draft = Draft()
    given = member(body, "prices")
    if given is None:
        draft.refuse(required("prices"), path="/prices")
    found = elements(given, draft, field="prices", path="/prices") if given is not None else []
    draft.refuse_if_wrong()
    return [{"prices": [price]} for price in found]


def _prices(item: Json, *, known: Set[str], demanded: tuple[str, ...], values: Values) -> Upsert:
    draft = Draft()
    given = member(item, "prices")
    found = [] if given is None else elements(given, draft, field="prices", path="/prices")
    if not found and not draft.errors:
        draft.refuse(required("prices"), path="/prices")
    first, *others = [_price(price, index, draft, known, demanded, values) for index, price in enumerate(found)] or [
        existing("")
    ]
    draft.refuse_if_wrong()
    return replace(first, beside=tuple(others))


def _price(given: Json, index: int, draft: Draft, known: Set[str], demanded: tuple[str, ...], values: Values) -> Upsert:
    path = f"/prices/{index}"
    price = inner(given, draft, field="prices", path=path, known=known, demanded=demanded)
    sku = scalar(price.get("sku"), TEXT, draft, field="sku", path=f"{path}/sku") or ""
    store = scalar(price.get("store_id"), WHOLE, draft, field="store_id", path=f"{path}/store_id")
    return replace(existing(sku), values=values(price, draft, path), scope=Scope(store=store or None), path=path)


def _base(price: Mapping[str, Json], draft: Draft, path: str) -> dict[str, Json]:
    return {"price_gross": scalar(price.get("price"), FRACTION, draft, field="price", path=f"{path}/price")}


def _special(price: Mapping[str, Json], draft: Draft, path: str) -> dict[str, Json]:
    values = {"special_price": scalar(price.get("price"), FRACTION, draft, field="price", path=f"{path}/price")}
    for name, field in (("price_from", "special_from"), ("price_to", "special_to")):
        if name in price:
            given = scalar(price[name], TEXT, draft, field=name, path=f"{path}/{name}")
            values[field] = coercion.moment(given)
    return values


def _none(price: Mapping[str, Json], draft: Draft, path: str) -> dict[str, Json]:
    return dict.fromkeys(("special_price", "special_from", "special_to"))
