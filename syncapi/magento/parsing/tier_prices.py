"""Tier prices: from a quantity on, for a group of customers, in one website or in all; a product's, or a list. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from catalog.commands import Delete, Json, Reference, Upsert
from catalog.outcomes import ErrorCode, FieldError
from catalog.registry import folded
from syncapi.magento import names
from syncapi.magento.coercion import FRACTION, TEXT, WHOLE, Kind
from syncapi.magento.drafts import Draft, elements, scalar
from syncapi.magento.messages import required
from syncapi.magento.parsing import prices
from syncapi.magento.parsing.bodies import existing, inner, member

_FIELDS: Final[Mapping[str, tuple[str, Kind]]] = {
    "customer_group_id": ("customer_group", WHOLE), "qty": ("quantity", FRACTION), "value": ("value", FRACTION),
}  # fmt: skip
_KNOWN: Final = frozenset({*_FIELDS, "extension_attributes"})
_EXTENSIONS: Final[Mapping[str, Kind]] = {"website_id": WHOLE, "percentage_value": FRACTION}
_LISTED: Final[Mapping[str, Kind]] = {
    "price": FRACTION, "price_type": TEXT, "website_id": WHOLE, "sku": TEXT, "customer_group": TEXT,
    "quantity": FRACTION,
}  # fmt: skip
_MEMBERS: Final = frozenset({*_LISTED, "extension_attributes"})
_GROUPS: Final = {name.casefold(): number for name, number in names.CUSTOMER_GROUPS.items()}
_TYPES: Final = frozenset({"fixed", "discount"})


def read(given: Json, draft: Draft, *, path: str) -> tuple[Upsert, ...]:
    """All tier prices that the product has from now on."""
    found = elements(given, draft, field="tier_prices", path=path)
    return tuple(_one(price, draft, path=f"{path}/{index}") for index, price in enumerate(found))


def save_tier_prices(item: Json, context: Mapping[str, Json]) -> Upsert:
    """`{"prices": [{"sku": "A", "customer_group": "General", "quantity": 2, ...}, ...]}` -> these; others stay."""
    first, *others = (
        replace(price, values={**price.values, "product": Reference("sku", _sku(price))}) for price in _listed(item)
    )
    return replace(first, beside=tuple(others))


def replace_tier_prices(item: Json, context: Mapping[str, Json]) -> Upsert:
    """The same -> these, and the products that they name have no others."""
    return _by_product(item, _product_with)


def remove_tier_prices(item: Json, context: Mapping[str, Json]) -> Upsert:
    """The same -> the products without them; which price each was does not matter."""
    return _by_product(item, _product_without)


def entries_by_product(body: Json) -> list[Json]:
    """The items of a synchronous call: one for all prices of a product. Raises NotUnderstoodError."""
    items: dict[Json, list[Json]] = {}
    for index, item in enumerate(prices.entries(body)):
        [price] = item["prices"]
        sku = price.get("sku") if isinstance(price, dict) else None
        items.setdefault(folded(sku) if isinstance(sku, str) else index, []).append(price)
    return [{"prices": found} for found in items.values()]


def _one(given: Json, draft: Draft, *, path: str) -> Upsert:
    price = inner(given, draft, field="tier_prices", path=path, known=_KNOWN, demanded=_FIELDS)
    values: dict[str, Json] = {
        field: scalar(price.get(name), kind, draft, field=name, path=f"{path}/{name}")
        for name, (field, kind) in _FIELDS.items()
    }
    if price.get("extension_attributes"):
        values.update(_extended(price["extension_attributes"], draft, path=f"{path}/extension_attributes"))
    return Upsert(entity="tier_price", key=None, values=values, path=path)


def _extended(given: Json, draft: Draft, *, path: str) -> dict[str, Json]:
    """A percentage takes the place of the value; website 0 is all of them."""
    extensions = inner(given, draft, field="extension_attributes", path=path, known=_EXTENSIONS.keys())
    found = {
        name: scalar(extensions.get(name), kind, draft, field=name, path=f"{path}/{name}")
        for name, kind in _EXTENSIONS.items()
    }
    values: dict[str, Json] = {}
    if found["website_id"]:
        values["website"] = Reference("number", found["website_id"])
    if found["percentage_value"] is not None:
        values |= {"value": found["percentage_value"], "value_type": "discount"}
    return values


def _listed(item: Json) -> list[Upsert]:
    """The prices of a list, each by the place that it has among those of its product. Raises NotUnderstoodError."""
    draft = Draft()
    given = member(item, "prices")
    found = [] if given is None else elements(given, draft, field="prices", path="/prices")
    if not found and not draft.errors:
        draft.refuse(required("prices"), path="/prices")
    listed = [_placed(price, draft, path=f"/prices/{index}") for index, price in enumerate(found)]
    draft.refuse_if_wrong()
    return listed


def _placed(given: Json, draft: Draft, *, path: str) -> Upsert:
    price = inner(given, draft, field="prices", path=path, known=_MEMBERS, demanded=("sku", "quantity"))
    found = {
        name: scalar(price.get(name), kind, draft, field=name, path=f"{path}/{name}") for name, kind in _LISTED.items()
    }
    group = _group(found["customer_group"])
    website = Reference("number", found["website_id"]) if found["website_id"] else None
    named = (Reference("sku", str(found["sku"] or "")), website, group, found["quantity"])
    return Upsert(
        entity="tier_price",
        key=Reference("product,website,customer_group,quantity", named),
        values={
            "website": website,
            "customer_group": group or 0,
            "quantity": found["quantity"],
            "value": found["price"],
            "value_type": found["price_type"] if found["price_type"] in _TYPES else "fixed",
        },
        flaws=tuple(_flaws(found, group)),
        path=path,
    )


def _group(name: str | None) -> int | None:
    """A group without a name here goes by its number."""
    known = _GROUPS.get((name or "").strip().casefold())
    if known is not None or not (name and name.isascii() and name.isdecimal() and len(name) < 10):
        return known
    return int(name)


def _flaws(found: Mapping[str, Json], group: int | None) -> Iterator[FieldError]:
    """Told of each price when it is processed, as what else is wrong with it is."""
    number = {name: float(found[name] or 0) for name in ("price", "quantity")}
    if found["price"] is None or (found["price_type"] == "discount" and number["price"] > 100):
        yield _flaw("value", found["price"])
    if found["price_type"] not in _TYPES:
        yield _flaw("value_type", found["price_type"])
    if number["quantity"] < 1:
        yield _flaw("quantity", found["quantity"])
    if group is None:
        yield _flaw("customer_group", found["customer_group"])


def _flaw(field: str, value: Json) -> FieldError:
    return FieldError(path=f"/{field}", code=ErrorCode.CHOICE, params={"value": value})


def _sku(price: Upsert) -> str:
    return str(price.key.value[0].value) if price.key else ""


def _by_product(item: Json, command: Callable[[Sequence[Upsert]], Upsert]) -> Upsert:
    """A command for all prices of a product: it is written once, however many it has."""
    groups: dict[str, list[Upsert]] = {}
    for price in _listed(item):
        groups.setdefault(folded(_sku(price)), []).append(price)
    first, *others = map(command, groups.values())
    return replace(first, beside=(*first.beside, *others))


def _product_with(group: Sequence[Upsert]) -> Upsert:
    product = existing(_sku(group[0]))
    return replace(product, children={"tier_prices": tuple(group)}, replace_children=frozenset({"tier_prices"}))


def _product_without(group: Sequence[Upsert]) -> Upsert:
    """A group that there is not has no prices; what else is wrong with one does not matter, as it goes."""
    gone = tuple(Delete(entity="tier_price", key=price.key, optional=True) for price in group)
    flaws = tuple(
        replace(flaw, path=price.path + flaw.path)
        for price in group
        for flaw in price.flaws
        if flaw.path == "/customer_group"
    )
    return replace(existing(_sku(group[0])), beside=gone, flaws=flaws)
