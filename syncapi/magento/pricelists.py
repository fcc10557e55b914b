"""Why a price of a list was refused, in the words of Magento's price lists: all reasons, each with its row. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from catalog.commands import Json
from catalog.outcomes import ErrorCode, FieldError
from syncapi.magento import wording
from syncapi.magento.messages import Message, shown
from syncapi.magento.names import snake_case

_INVALID: Final = "Invalid attribute %fieldName = %fieldValue."  # clients fill this one in
_NO_PRODUCT: Final = "The product that was requested doesn't exist. Verify the product and try again. "
_NO_STORE: Final = "Requested store is not found. "
_ROW: Final = "Row ID: SKU = %SKU, Store ID: %storeId"
_DATED_ROW: Final = f"{_ROW}, Price From: %priceFrom, Price To: %priceTo."
_TIER_ROW: Final = "Row ID: SKU = %SKU, Website ID: %websiteId, Customer Group: %customerGroup, Quantity: %qty."
_OF_TIER: Final = (  # what is told of a tier price, by the field that is wrong with it
    ("sku", f"Invalid attribute SKU = %SKU. {_TIER_ROW}"),
    ("value", f"Invalid attribute Price = %price. {_TIER_ROW}"),
    ("price_type", f"Invalid attribute Price Type = %priceType. {_TIER_ROW}"),
    ("qty", f"Invalid attribute Quantity = %qty. {_TIER_ROW}"),
    ("website", f"Invalid attribute Website ID = %websiteId. {_TIER_ROW}"),
    ("customer_group_id", f"No such entity with Customer Group = %customerGroup. {_TIER_ROW}"),
)
_TIER_MEMBERS: Final = {
    "SKU": "sku", "websiteId": "website_id", "customerGroup": "customer_group", "qty": "quantity", "price": "price",
    "priceType": "price_type",
}  # fmt: skip
_INDEX: Final = re.compile(r"/prices/(\d+)")
_DATES: Final = {"special_from_date": (3, "Price From", "price_from"), "special_to_date": (4, "Price To", "price_to")}


def of_base_price(errors: Sequence[FieldError], item: Json) -> list[Json]:
    row = _row(item)
    place = {"SKU": row["sku"], "storeId": row["store_id"]}
    told: dict[int, Json] = {}
    for error in errors:
        if _is_of_product(error):
            told[0] = {"message": _INVALID, "parameters": ["SKU", row["sku"]]}
        elif _is_of_price(error, "price"):
            told[1] = {"message": _INVALID, "parameters": ["Price", row["price"]]}
        elif _is_of_store(error):
            told[2] = _told(f"{_NO_STORE}{_ROW}.", place)
    return [told[position] for position in sorted(told)] or [_otherwise(errors, item)]


def of_special_price(errors: Sequence[FieldError], item: Json) -> list[Json]:
    row = _row(item)
    place = {"SKU": row["sku"], "storeId": row["store_id"], "priceFrom": row["price_from"], "priceTo": row["price_to"]}
    told: dict[int, Json] = {}
    for error in errors:
        if _is_of_product(error):
            told[0] = _told(f"{_NO_PRODUCT}{_DATED_ROW}", place)
        elif _is_of_store(error):
            told[1] = _told(f"{_NO_STORE}{_DATED_ROW}", place)
        elif _is_of_price(error, "special_price"):
            told[2] = _told(f"Invalid attribute Price = %price. {_DATED_ROW}", {"price": row["price"], **place})
        elif error.code is ErrorCode.TYPE and (date := _DATES.get(wording.field_of(error))) is not None:
            position, label, name = date
            text = f"Invalid attribute %label = %value. {_DATED_ROW}"
            told[position] = _told(text, {"label": label, **place}, value=row[name])
    return [told[position] for position in sorted(told)] or [_otherwise(errors, item)]


def of_tier_price(errors: Sequence[FieldError], item: Json) -> list[Json]:
    """An item may have several prices of a product: an error says which it concerns, one of the product all of them."""
    rows = [_tier_row(price) for price in next(iter(item.values()))]
    told: dict[tuple[int, int], Json] = {}
    for error in errors:
        found, wrong = _INDEX.match(error.path), _wrong_in_tier(error)
        concerned = range(len(rows)) if wrong == "sku" else (int(found[1]) if found else 0,)
        for position, (field, text) in enumerate(_OF_TIER):
            if field == wrong:
                told.update({(index, position): _told_of_tier(text, rows[index]) for index in concerned})
    return [told[place] for place in sorted(told)] or [_otherwise(errors, item)]


def _told_of_tier(text: str, row: Mapping[str, str]) -> Json:
    first = {label: row[label] for label in ("price", "priceType") if f"%{label}." in text}
    return _told(text, {**first, **{label: row[label] for label in ("SKU", "websiteId", "customerGroup", "qty")}})


def _wrong_in_tier(error: FieldError) -> str:
    if error.code in {ErrorCode.MISSING, ErrorCode.REFERENCE}:
        return "website" if error.params.get("entity") == "website" else "sku"
    return wording.field_of(error)


def _tier_row(price: Json) -> dict[str, str]:
    """The price as it was sent, by the names that its messages have for its members."""
    given = {snake_case(name): value for name, value in price.items()}
    return {label: _shown(given.get(name)) for label, name in _TIER_MEMBERS.items()}


def _row(item: Json) -> dict[str, str]:
    """The price as it was sent, each value as a text; its names may be in camel case."""
    [price] = next(iter(item.values()))
    given = {snake_case(name): value for name, value in price.items()}
    row = {name: given.get(name) for name in ("sku", "store_id", "price", "price_from", "price_to")}
    return {name: _shown(value) for name, value in row.items()}


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else shown(value)


def _is_of_product(error: FieldError) -> bool:
    return error.code is ErrorCode.MISSING and error.params.get("by") == "sku"


def _is_of_price(error: FieldError, field: str) -> bool:
    return error.code is ErrorCode.TOO_SMALL and wording.field_of(error) == field


def _is_of_store(error: FieldError) -> bool:
    return error.code is ErrorCode.REFERENCE and error.params.get("entity") == "store"


def _told(text: str, parameters: Mapping[str, str], **unlisted: str) -> Json:
    filled = Message(text, {**parameters, **unlisted}).rendered()
    return {"message": filled, "parameters": list(parameters.values())}


def _otherwise(errors: Sequence[FieldError], item: Json) -> Json:
    """Parameters are a list of texts, which has no place for names."""
    first = wording.messages_of(errors, item=item, entity="product")[0]
    if isinstance(first.parameters, Mapping):
        return {"message": first.rendered(), "parameters": []}
    return {"message": first.text, "parameters": [str(parameter) for parameter in first.parameters]}
