"""Lists of prices: one price per currency there, four columns here. Both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Final

from catalog.commands import Json
from catalog.entities import SYSTEM_CURRENCY
from catalog.outcomes import ErrorCode, FieldError
from syncapi.shopware import malformed, values
from syncapi.shopware.values import WrongError

SYSTEM: Final = SYSTEM_CURRENCY.replace("-", "")
_PARTS: Final[Mapping[str, Callable[[Json], Json]]] = {
    "gross": values.number,
    "net": values.number,
    "linked": values.FLAG,
}
_NONE: Final[dict[str, Json]] = {}  # other prices
_USUAL: Final = frozenset({"currencyId", *_PARTS})
_NUMBERS: Final = frozenset({int, float})
_KNOWN: Final = frozenset(
    {"currencyId", *_PARTS, "listPrice", "regulationPrice", "percentage", "extensions", "apiAlias"}
)
_OWN: Final = frozenset({"currencyId", *_PARTS, "extensions", "apiAlias"})


def read(given: Json, path: str, errors: list[FieldError], *, default_needed: bool) -> dict[str, Json]:
    """The columns that a list of prices (or an object of them) means; its errors go to `errors`."""
    if is_usual(given):
        [own] = given
        return {
            "price_gross": own["gross"],
            "price_net": own["net"],
            "price_linked": own["linked"],
            "prices_other": _NONE,
        }
    entries = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(entries, list):
        errors.append(malformed.type_of(given, "array").at(path))
        return {}
    prices = [_price(entry, f"{path}/{index}", errors) for index, entry in enumerate(entries)]
    by_currency = {price["currencyId"]: price for price in prices if price is not None}
    if len(by_currency) == len(prices) and SYSTEM not in by_currency and default_needed:
        errors.append(malformed.no_default_price(path))
    return columns(by_currency)


def is_usual(given: Json) -> bool:
    """One good price in the system's currency, and nothing beside it: as nearly all are."""
    if type(given) is not list or len(given) != 1 or type(own := given[0]) is not dict or own.keys() != _USUAL:
        return False
    if type(own["gross"]) not in _NUMBERS or type(own["net"]) not in _NUMBERS or type(own["linked"]) is not bool:
        return False
    return own["currencyId"] == SYSTEM and isfinite(own["gross"]) and isfinite(own["net"])


def columns(by_currency: Mapping[str, dict[str, Json]]) -> dict[str, Json]:
    own = by_currency.get(SYSTEM, {})
    others = {currency: _others(price) for currency, price in by_currency.items() if currency != SYSTEM}
    if extra := {name: value for name, value in own.items() if name not in _OWN}:
        others[SYSTEM] = extra
    return {
        "price_gross": own.get("gross"),
        "price_net": own.get("net"),
        "price_linked": own.get("linked", True),
        "prices_other": others,
    }


def document(found: Mapping[str, Json]) -> dict[str, Json]:
    """Prices by currency, as a document of their own keeps them."""
    kept: dict[str, Json] = dict(found["prices_other"])
    if found["price_gross"] is not None:
        own = {"gross": found["price_gross"], "net": found["price_net"], "linked": found["price_linked"]}
        kept[SYSTEM] = {**own, **kept.get(SYSTEM, {})}
    return kept


def listed(kept: Mapping[str, Json] | None) -> list[dict[str, Json]] | None:
    """`document`, shown as a list of prices."""
    if not kept:
        return None
    return [{"currencyId": currency, **price} for currency, price in kept.items() if isinstance(price, dict)]


def show(record: Mapping[str, Json]) -> list[dict[str, Json]] | None:
    """The list of prices of a record, None when it has none."""
    others: Mapping[str, Json] = record["prices_other"]
    found = [
        {"currencyId": currency, **price}
        for currency, price in others.items()
        if currency != SYSTEM and isinstance(price, dict)
    ]
    if record["price_gross"] is not None:
        own = {"net": plain(record["price_net"]), "gross": plain(record["price_gross"])}
        found.insert(0, {"currencyId": SYSTEM, **own, "linked": record["price_linked"], **others.get(SYSTEM, {})})
    return found or None


def plain(value: Json) -> Json:
    """A decimal as a JSON number, whole where it is whole."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _others(price: Mapping[str, Json]) -> dict[str, Json]:
    """What is kept as JSON is kept as numbers."""
    return {name: value for name, value in price.items() if name != "currencyId"}


def _price(entry: Json, path: str, errors: list[FieldError]) -> dict[str, Json] | None:
    if not isinstance(entry, dict):
        errors.append(malformed.type_of(entry, "array").at(path))
        return None
    before = len(errors)
    price = dict(_parts(entry, path, errors))
    _currency(entry, path, errors, price)
    for name in entry.keys() - _KNOWN:
        errors.append(malformed.unexpected(f"{path}/{name}"))
    for name in ("listPrice", "regulationPrice"):
        if entry.get(name) is not None:
            price[name] = _inner(entry[name], f"{path}/{name}", errors, currency=price.get("currencyId"))
    if entry.get("percentage") is not None:
        price["percentage"] = entry["percentage"]
    return price if len(errors) == before else None


def _currency(entry: Mapping[str, Json], path: str, errors: list[FieldError], price: dict[str, Json]) -> None:
    if entry.get("currencyId") is None:
        errors.append(malformed.missing(f"{path}/currencyId"))
    elif not values.is_id(entry["currencyId"]):
        errors.append(
            WrongError(ErrorCode.TYPE, expected="uuid", value=values.shown(entry["currencyId"])).at(
                f"{path}/currencyId"
            )
        )
    else:
        price["currencyId"] = entry["currencyId"]


def _parts(entry: Mapping[str, Json], path: str, errors: list[FieldError]) -> Iterator[tuple[str, Json]]:
    for name, convert in _PARTS.items():
        if name not in entry:
            errors.append(malformed.missing(f"{path}/{name}"))
        elif entry[name] is None:
            errors.append(FieldError(path=f"{path}/{name}", code=ErrorCode.BLANK))
        else:
            try:
                yield name, _numeric(convert(entry[name]))
            except WrongError as wrong:
                errors.append(wrong.at(f"{path}/{name}"))


def _inner(given: Json, path: str, errors: list[FieldError], *, currency: Json) -> Json:
    """A price beside the price, in the same currency where it names none."""
    if not isinstance(given, dict):
        errors.append(malformed.type_of(given, "array").at(path))
        return None
    for name in (name for name, value in given.items() if name not in _OWN and (name not in _KNOWN or value)):
        errors.append(malformed.unexpected(f"{path}/{name}"))
    own = given.get("currencyId")
    return {"currencyId": own if values.is_id(own) else currency, **dict(_parts(given, path, errors))}


def _numeric(value: Json) -> Json:
    """Text of a number as the number: in a list of prices it is shown again."""
    return float(value) if isinstance(value, str) else value
